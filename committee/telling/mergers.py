"""What a committee tells before its decision is public: the authors of a merger, and nobody else."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from budgeting.templatetags.dates import end_words
from committee import merging
from committee.models import Consent
from notices.kinds import Group, Happened, Kind, Telling, Way, tells


def _who_is_asked(happening: Happened) -> QuerySet[Any]:
    return Consent.objects.filter(pk=happening.subject.pk).values("author")


def _is_still_asked(happening: Happened, reader: Any) -> bool:
    consent: Consent = happening.subject
    return consent.author_id == reader.pk and consent.agrees is None and merging.is_open(consent)


def _merger(happening: Happened) -> dict[str, str]:
    resolution = happening.subject.resolution
    motion = resolution.motion
    return {
        "proposal": str(motion.proposal.title),
        "other": str(motion.into.title),
        "reason": motion.reason,
        "date": end_words(merging.until_when(resolution)),
    }


def register() -> None:
    telling = Telling(
        group=Group.RIGHTS,
        about=Consent,
        title=_("Your consent to a merger is asked for"),
        subject=_("May these be merged? {proposal}"),
        text=_(
            "The committee wants to merge “{proposal}” into “{other}”:\n\n{reason}\n\nDo you agree? Please answer by "
            "{date}. Without the consent of both authors whoever chairs the committee decides, with a public reason. "
            "Both authors are named on both pages."
        ),
        placeholders={
            "proposal": _("A swing for everyone"),
            "other": _("A playground on the quay"),
            "reason": _("Both are for the same place."),
            "date": _("Friday 1 October"),
        },
        needs=frozenset({"reason"}),
        says=_merger,
        button=_("Say yes or no"),
        leads_to=lambda happening: reverse("merger", args=[happening.subject.pk]),
        readers=_who_is_asked,
        may_read=_is_still_asked,
        default=Way.AT_ONCE,
    )
    tells(Kind.MERGER_ASKED, telling)
