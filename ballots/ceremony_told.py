"""The holders of a key hear that they are called together: never a word of a sheet, only where theirs is asked for."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ballots.models import Ceremony, Part
from budgeting.templatetags.dates import words
from notices.kinds import Group, Happened, Kind, Telling, Way, tells


def _who_is_asked(happening: Happened) -> QuerySet[Any]:
    return Part.objects.filter(ceremony=happening.subject.pk, done_at=None).values("holder")


def _is_asked(happening: Happened, reader: Any) -> bool:
    ceremony: Ceremony = happening.subject
    return ceremony.is_on and ceremony.parts.filter(holder=reader.pk, done_at=None).exists()


def _ceremony(happening: Happened) -> dict[str, str]:
    ceremony: Ceremony = happening.subject
    return {"cycle": str(ceremony.cycle), "what": str(ceremony.get_kind_display()), "until": words(ceremony.ends_at)}


def register() -> None:
    telling = Telling(
        group=Group.WORK,
        about=Ceremony,
        title=_("Your sheet of a ballot box's key is asked for"),
        subject=_("{cycle}: your sheet of the key is asked for"),
        text=_(
            "The holders of the key of the ballot box are called together ({cycle}: {what}). You hold one of its "
            "sheets: sign in, alone in front of your screen, and do what the page asks of you. It ends by itself "
            "{until}.\n\nType the words of a sheet on that page alone. Nobody will ever ask you for them by mail or by "
            "telephone."
        ),
        placeholders={"cycle": _("Budget 2027"), "what": _("rehearsal"), "until": _("1 June 2027, 10:00")},
        needs=frozenset({"until"}),
        says=_ceremony,
        button=_("Go to your sheet"),
        leads_to=lambda happening: reverse("box_sheet", args=[happening.subject.cycle.slug]),
        readers=_who_is_asked,
        may_read=_is_asked,
        default=Way.AT_ONCE,
    )
    tells(Kind.CEREMONY_BEGUN, telling)
