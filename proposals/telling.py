"""What is told of proposals: to whom, in which words, and what is asked again before it goes."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from lib import money
from notices.kinds import Group, Happened, Kind, Telling, Way, tells
from notices.models import Follow
from proposals.models import Comment, Decision, Milestone, Proposal

QUOTED = 300  # characters of what somebody wrote; the page has all of it

PLACEHOLDERS = {
    "proposal": _("A swing for everyone"),
    "district": _("Riverside"),
    "cycle": _("Budget 2027"),
    "author": _("Rosa"),
    "quote": _("Could it stand nearer to the school?"),
    "outcome": _("Put on the shortlist"),
    "reason": _("The ground is the city's, and the cost is right."),
    "news": _("Work has started"),
}


# Who may hear --------------------------------------------------------------------------------------------------------


def _of(happening: Happened) -> Proposal:
    subject = happening.subject
    return subject if isinstance(subject, Proposal) else subject.proposal


def _followers(happening: Happened) -> QuerySet[Any]:
    """Of the proposal, of its district, category or cycle."""
    proposal = _of(happening)
    around = [proposal, proposal.contest.district, proposal.cycle, proposal.category]
    return Follow.objects.of_any(*filter(None, around)).already(happening.at).values("user")


def _followers_but_its_author(happening: Happened) -> QuerySet[Any]:
    """Its author hears of it otherwise."""
    return _followers(happening).exclude(user=_of(happening).author_id)


def _author(happening: Happened) -> QuerySet[Any]:
    return Proposal.objects.filter(pk=_of(happening).pk).exclude(author=None).values("author")


def _who_is_answered(happening: Happened) -> QuerySet[Any]:
    """Whoever has written in the thread before."""
    reply = happening.subject
    thread = Comment.objects.filter(pk=reply.parent_id) | Comment.objects.filter(parent=reply.parent_id)
    return thread.exclude(author=None).values("author")


def _followers_who_are_not_answered(happening: Happened) -> QuerySet[Any]:
    followers = _followers(happening)
    return followers.exclude(user__in=_who_is_answered(happening)) if happening.subject.parent_id else followers


def _writer(happening: Happened) -> QuerySet[Any]:
    return Comment.objects.filter(pk=happening.subject.pk).exclude(author=None).values("author")


def _sees_it(happening: Happened, reader: Any) -> bool:
    return Proposal.objects.visible_to(reader).filter(pk=_of(happening).pk).exists()


def _reads_the_comment(happening: Happened, reader: Any) -> bool:
    return _sees_it(happening, reader) and not hasattr(happening.subject, "hiding")


def _is_told_the_reason(happening: Happened, reader: Any) -> bool:
    return hasattr(happening.subject, "hiding")


# What is said --------------------------------------------------------------------------------------------------------


def _proposal(happening: Happened) -> dict[str, str]:
    proposal = _of(happening)
    return {
        "proposal": str(proposal.title),
        "district": proposal.contest.title,
        "cycle": str(proposal.cycle),
    }


def _comment(happening: Happened) -> dict[str, str]:
    comment = happening.subject
    said = {"author": str(comment.author or ""), "quote": Truncator(comment.text).chars(QUOTED)}
    return _proposal(happening) | said


def _hiding(happening: Happened) -> dict[str, str]:
    return _comment(happening) | {"reason": happening.subject.hiding.reason}


def _decision(happening: Happened) -> dict[str, str]:
    decision = happening.subject
    return _proposal(happening) | {"outcome": decision.get_outcome_display(), "reason": decision.reason}


def _milestone(happening: Happened) -> dict[str, str]:
    milestone: Milestone = happening.subject
    cost = milestone.final_cost
    paid = [money.written(cost, milestone.proposal.cycle.currency)] if cost is not None else []
    words = [milestone.get_kind_display(), milestone.note, *paid]
    return _proposal(happening) | {"news": "\n".join(filter(None, words))}


def _withdrawal(happening: Happened) -> dict[str, str]:
    return _proposal(happening) | {"reason": _of(happening).withdrawal.reason}


def _address(happening: Happened) -> str:
    return _of(happening).get_absolute_url()


def _thread(happening: Happened) -> str:
    return f"{_address(happening)}#comment-{happening.subject.pk}"


# The kinds -----------------------------------------------------------------------------------------------------------


def _telling(says: Callable[[Happened], Mapping[str, str]], names: str, **more: Any) -> Telling:
    """With what is the same for most: the page of the proposal, for whoever sees it."""
    ordinary: dict[str, Any] = {
        "group": Group.FOLLOWED,
        "about": Proposal,
        "button": _("Read the proposal"),
        "leads_to": _address,
        "readers": _followers,
        "may_read": _sees_it,
        "default": Way.DIGEST,
    }
    placeholders = {name: PLACEHOLDERS[name] for name in ("proposal", "district", "cycle", *names.split())}
    return Telling(**ordinary | {"says": says, "placeholders": placeholders} | more)


_discussed = partial(_telling, _comment, "author quote", about=Comment, may_read=_reads_the_comment, leads_to=_thread)

TOLD = {
    Kind.PROPOSAL_SUBMITTED: _telling(
        _proposal,
        "",
        title=_("A new proposal"),
        subject=_("New in {district}: {proposal}"),
        text=_("A proposal was submitted in {district} for {cycle}:\n\n{proposal}"),
    ),
    Kind.PROPOSAL_CHANGED: _telling(
        _proposal,
        "",
        title=_("A proposal was changed"),
        subject=_("Changed: {proposal}"),
        text=_("{proposal} was changed. Its history shows what it said before, word by word."),
    ),
    Kind.PROPOSAL_WITHDRAWN: _telling(
        _withdrawal,
        "reason",
        title=_("A proposal was withdrawn"),
        subject=_("Withdrawn: {proposal}"),
        text=_("{proposal} was taken back by its author, who says:\n\n{reason}"),
    ),
    Kind.COMMENTED: _discussed(
        readers=_followers_who_are_not_answered,
        title=_("A comment on a proposal"),
        subject=_("A comment on {proposal}"),
        text=_("{author} writes about {proposal}:\n\n{quote}"),
        button=_("Read the discussion"),
    ),
    Kind.REPLIED: _discussed(
        group=Group.YOURS,
        readers=_who_is_answered,
        title=_("A reply in a discussion of yours"),
        subject=_("A reply about {proposal}"),
        text=_("{author} answers in a discussion you have written in, about {proposal}:\n\n{quote}"),
        button=_("Read and answer"),
        default=Way.AT_ONCE,
    ),
    Kind.ANSWERED: _discussed(
        readers=_followers_who_are_not_answered,
        title=_("An official answer"),
        subject=_("The city answers about {proposal}"),
        text=_("{author} answers for the city, about {proposal}:\n\n{quote}"),
        button=_("Read the answer"),
        default=Way.AT_ONCE,
    ),
    Kind.COMMENT_HIDDEN: _telling(
        _hiding,
        "quote reason",
        about=Comment,
        group=Group.RIGHTS,
        readers=_writer,
        may_read=_is_told_the_reason,
        title=_("A comment of yours was hidden"),
        subject=_("Your comment on {proposal} was hidden"),
        text=_(
            "A clerk has hidden what you wrote about {proposal}:\n\n{quote}\n\nThe reason, which everybody can read in "
            "its place:\n\n{reason}"
        ),
        needs=frozenset({"reason"}),
        button=_("See it in its place"),
        leads_to=_thread,
        default=Way.AT_ONCE,
    ),
    Kind.CORRECTION_ASKED: _telling(
        _decision,
        "reason",
        about=Decision,
        group=Group.RIGHTS,
        readers=_author,
        title=_("A correction of a proposal of yours is asked for"),
        subject=_("Please correct: {proposal}"),
        text=_(
            "The committee has returned {proposal} to you for a correction:\n\n{reason}\n\nIt is not on the ballot "
            "unless it is corrected and decided on again before the review ends."
        ),
        needs=frozenset({"reason"}),
        button=_("Correct it"),
        default=Way.AT_ONCE,
    ),
    Kind.DECIDED_ON_YOURS: _telling(
        _decision,
        "outcome reason",
        about=Decision,
        group=Group.RIGHTS,
        readers=_author,
        title=_("A decision on a proposal of yours"),
        subject=_("Decided: {proposal}"),
        text=_("The committee has decided on {proposal}: {outcome}.\n\nIts reason:\n\n{reason}"),
        needs=frozenset({"outcome", "reason"}),
        default=Way.AT_ONCE,
    ),
    Kind.DECIDED: _telling(
        _decision,
        "outcome reason",
        about=Decision,
        readers=_followers_but_its_author,
        title=_("A decision on a proposal"),
        subject=_("{proposal}: {outcome}"),
        text=_("The committee has decided on {proposal}: {outcome}.\n\nIts reason:\n\n{reason}"),
    ),
    Kind.BUILDING: _telling(
        _milestone,
        "news",
        about=Milestone,
        title=_("News of a building"),
        subject=_("News of {proposal}"),
        text=_("The city says of {proposal}:\n\n{news}"),
    ),
}


def register() -> None:
    for kind, telling in TOLD.items():
        tells(kind, telling)
