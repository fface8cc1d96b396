"""What is told of what people write about a proposal."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from notices.kinds import Group, Happened, Kind, Way
from proposals.models import Comment
from proposals.telling.ordinary import address, followers, in_one_paragraph, names, sees_it, telling

QUOTED = 300  # characters of what somebody wrote; the page has all of it


def _who_is_answered(happening: Happened) -> QuerySet[Any]:
    """Whoever has written in the thread before."""
    reply = happening.subject
    thread = Comment.objects.filter(pk=reply.parent_id) | Comment.objects.filter(parent=reply.parent_id)
    return thread.exclude(author=None).values("author")


def _followers_who_are_not_answered(happening: Happened) -> QuerySet[Any]:
    found = followers(happening)
    return found.exclude(user__in=_who_is_answered(happening)) if happening.subject.parent_id else found


def _reads_the_comment(happening: Happened, reader: Any) -> bool:
    return sees_it(happening, reader) and not happening.subject.hiding


def _comment(happening: Happened) -> dict[str, str]:
    comment = happening.subject
    said = {"author": str(comment.author or ""), "quote": Truncator(in_one_paragraph(comment.text)).chars(QUOTED)}
    return names(happening) | said


def _thread(happening: Happened) -> str:
    return f"{address(happening)}#comment-{happening.subject.pk}"


_discussed = partial(telling, _comment, "author quote", about=Comment, may_read=_reads_the_comment, leads_to=_thread)

TOLD = {
    Kind.COMMENTED: _discussed(
        readers=_followers_who_are_not_answered,
        title=_("A comment on a proposal"),
        subject=_("A comment on {proposal}"),
        text=_("{author} writes about “{proposal}”:\n\n{quote}"),
        button=_("Read the discussion"),
    ),
    Kind.REPLIED: _discussed(
        group=Group.YOURS,
        readers=_who_is_answered,
        title=_("A reply in a discussion of yours"),
        subject=_("A reply about {proposal}"),
        text=_("{author} answers in a discussion you have written in, about “{proposal}”:\n\n{quote}"),
        button=_("Read and answer"),
        default=Way.AT_ONCE,
    ),
    Kind.ANSWERED: _discussed(
        readers=_followers_who_are_not_answered,
        title=_("An official answer"),
        subject=_("The city answers about {proposal}"),
        text=_("{author} answers for the city, about “{proposal}”:\n\n{quote}"),
        button=_("Read the answer"),
        default=Way.AT_ONCE,
    ),
}
