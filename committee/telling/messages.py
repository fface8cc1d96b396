"""The author of a proposal is told what was written to them for the committee: the words themselves, at once."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from committee.models import Message
from notices.kinds import Group, Happened, Kind, Telling, Way, tells


def _the_author(happening: Happened) -> QuerySet[Any]:
    return Message.objects.filter(pk=happening.subject.pk).values("proposal__author")


def _is_the_author(happening: Happened, reader: Any) -> bool:
    return bool(happening.subject.proposal.author_id == reader.pk)


def _message(happening: Happened) -> dict[str, str]:
    message: Message = happening.subject
    return {"proposal": str(message.proposal.title), "name": str(message.by), "text": message.text}


def register() -> None:
    telling = Telling(
        group=Group.RIGHTS,
        about=Message,
        title=_("The committee writes to you about a proposal of yours"),
        subject=_("A message about your proposal: {proposal}"),
        text=_(
            "{name} writes to you for the committee about “{proposal}”:\n\n{text}\n\nPlease answer on the site. Only "
            "the committee and you read it."
        ),
        placeholders={
            "proposal": _("A swing for everyone"),
            "name": _("Clara"),
            "text": _("Would a place beside the school do as well?"),
        },
        needs=frozenset({"text"}),
        says=_message,
        button=_("Read and answer"),
        leads_to=lambda happening: reverse("my_messages", args=[happening.subject.proposal_id]),
        readers=_the_author,
        may_read=_is_the_author,
        default=Way.AT_ONCE,
    )
    tells(Kind.WRITTEN_TO_AUTHOR, telling)
