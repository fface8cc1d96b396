"""What is told of what people write about a proposal."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from notices.kinds import Group, Happened, Kind, Way
from proposals.models import Comment
from proposals.telling.ordinary import address, followers, names, sees_it, telling

QUOTED = 300  # characters of what somebody wrote; the page has all of it


def _who_is_answered(happening: Happened) -> QuerySet[Any]:
    """Whoever has written in the thread before."""
    reply = happening.subject
    thread = Comment.objects.filter(pk=reply.parent_id) | Comment.objects.filter(parent=reply.parent_id)
    return thread.exclude(author=None).values("author")


def _followers_who_are_not_answered(happening: Happened) -> QuerySet[Any]:
    found = followers(happening)
    return found.exclude(user__in=_who_is_answered(happening)) if happening.subject.parent_id else found


def _writer(happening: Happened) -> QuerySet[Any]:
    return Comment.objects.filter(pk=happening.subject.pk).exclude(author=None).values("author")


def _reads_the_comment(happening: Happened, reader: Any) -> bool:
    return sees_it(happening, reader) and not hasattr(happening.subject, "hiding")


def _is_told_the_reason(happening: Happened, reader: Any) -> bool:
    return hasattr(happening.subject, "hiding")


def _comment(happening: Happened) -> dict[str, str]:
    comment = happening.subject
    said = {"author": str(comment.author or ""), "quote": Truncator(comment.text).chars(QUOTED)}
    return names(happening) | said


def _hiding(happening: Happened) -> dict[str, str]:
    return _comment(happening) | {"reason": happening.subject.hiding.reason}


def _thread(happening: Happened) -> str:
    return f"{address(happening)}#comment-{happening.subject.pk}"


_discussed = partial(telling, _comment, "author quote", about=Comment, may_read=_reads_the_comment, leads_to=_thread)

TOLD = {
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
    Kind.COMMENT_HIDDEN: telling(
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
}
