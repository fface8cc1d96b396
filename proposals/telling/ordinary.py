"""What most tellings of a proposal have in common: who may hear, what is said, and the page of the button."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lib import clock
from notices.kinds import Group, Happened, Telling, Way
from notices.models import Follow
from proposals.models import Decision, Proposal, Version

PLACEHOLDERS: dict[str, Any] = {
    "proposal": _("A swing for everyone"),
    "district": _("Riverside"),
    "cycle": _("Budget 2027"),
    "author": _("Rosa"),
    "quote": _("Could it stand nearer to the school?"),
    "outcome": _("Put on the shortlist"),
    "reason": _("The ground is the city's, and the cost is right."),
    "next": _("It will be on the ballot of Riverside."),
    "news": _("Work has started"),
    "date": _("Friday 1 October"),
    "number": "12",
}


# Who may hear --------------------------------------------------------------------------------------------------------


def proposal_of(happening: Happened) -> Proposal:
    subject = happening.subject
    return subject if isinstance(subject, Proposal) else subject.proposal


def followers(happening: Happened) -> QuerySet[Any]:
    """Of the proposal, of its district, category or cycle."""
    proposal = proposal_of(happening)
    around = [proposal, proposal.contest.district, proposal.cycle, proposal.category]
    return Follow.objects.of_any(*filter(None, around)).already(happening.at).values("user")


def author(happening: Happened) -> QuerySet[Any]:
    return Proposal.objects.filter(pk=proposal_of(happening).pk).exclude(author=None).values("author")


def returns_answered(happening: Happened) -> QuerySet[Decision]:
    """The decisions that asked for the correction its author makes: all since they last wrote, the newest first."""
    proposal = proposal_of(happening)
    written = Version.objects.filter(proposal=proposal, by=proposal.author_id, at__lt=happening.at).order_by("-at")
    returned = Decision.objects.filter(proposal=proposal, outcome=Decision.Outcome.RETURN, at__lte=happening.at)
    return returned.filter(at__gte=written.values("at")[:1]).order_by("-at", "-pk")


def who_asked(happening: Happened) -> QuerySet[Any]:
    """For the correction that was made."""
    return returns_answered(happening).exclude(by=None).order_by().values("by")


def sees_it(happening: Happened, reader: Any) -> bool:
    return Proposal.objects.visible_to(reader, clock.now()).filter(pk=proposal_of(happening).pk).exists()


# What is said --------------------------------------------------------------------------------------------------------


def names(happening: Happened) -> dict[str, str]:
    """Of the proposal and of where it belongs."""
    proposal = proposal_of(happening)
    return {
        "proposal": str(proposal.title),
        "district": proposal.contest.title,
        "cycle": str(proposal.cycle),
    }


def in_one_paragraph(text: str) -> str:
    """What somebody wrote, without empty lines: a paragraph of its own could be taken for the city's."""
    return "\n".join(filter(None, map(str.strip, text.splitlines())))


def address(happening: Happened) -> str:
    return proposal_of(happening).get_absolute_url()


def telling(says: Callable[[Happened], Mapping[str, str]], placeholders: str, **more: Any) -> Telling:
    """With what is the same for most: the page of the proposal, for whoever follows and sees it."""
    ordinary: dict[str, Any] = {
        "group": Group.FOLLOWED,
        "about": Proposal,
        "button": _("Read the proposal"),
        "leads_to": address,
        "readers": followers,
        "may_read": sees_it,
        "default": Way.DIGEST,
    }
    examples = {name: PLACEHOLDERS[name] for name in ("proposal", "district", "cycle", *placeholders.split())}
    return Telling(**ordinary | {"says": says, "placeholders": examples} | more)
