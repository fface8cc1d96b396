"""A merger needs the consent of the authors of both proposals, or the word of whoever presides (ruling.py).

They may answer for a week, and no longer than until decisions are public. Until they have all agreed, or somebody has
ruled on it, the merger is not published; every other decision is, on its day.
"""

from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.people import Person
from committee.deadlines import within_a_week
from committee.models import Consent, Resolution
from lib.refusal import require
from notices.kinds import Kind
from notices.models import Happening
from proposals.models import Outcome


def until_when(resolution: Resolution) -> datetime:
    """A week, or as long as the review lasts; of what was resolved before decisions are public, no longer than that."""
    cycle = resolution.motion.proposal.cycle
    end = within_a_week(cycle, resolution.at)
    if cycle.decisions_open and cycle.decisions_open > resolution.at:
        return min(end, cycle.decisions_open)
    return end


def ask_for_consent(resolution: Resolution, *, at: datetime) -> None:
    """Ask each author of the two, unless it is no merger. Whoever wrote both is asked once."""
    motion = resolution.motion
    if motion.outcome != Outcome.MERGE or motion.into is None:
        return
    by_author = {each.author_id: each for each in (motion.into, motion.proposal) if each.author_id}
    for author, proposal in by_author.items():
        consent = Consent.objects.create(resolution=resolution, proposal=proposal, author_id=author, at=at)
        Happening.note(Kind.MERGER_ASKED, consent, at=at)


def ask_no_more(resolution: Resolution, *, at: datetime) -> None:
    """It is ruled on, or void: nobody is to answer any more."""
    for consent in resolution.consents.all():
        Happening.is_over(Kind.MERGER_ASKED, consent, at=at)


def held() -> "models.QuerySet[Resolution]":
    """The mergers that are not published, as not all have agreed and nobody has ruled on it."""
    missing = Consent.objects.filter(resolution=models.OuterRef("pk")).exclude(agrees=True)
    return Resolution.objects.waiting().filter(models.Exists(missing), ruling=None)


def is_held(resolution: Resolution) -> bool:
    return resolution.motion.outcome == Outcome.MERGE and held().filter(pk=resolution.pk).exists()


def have_answered(resolution: Resolution, at: datetime) -> bool:
    """Has everybody who was asked, or is it too late to wait for them?"""
    return all(each.answered_at for each in resolution.consents.all()) or at >= until_when(resolution)


def is_open(consent: Consent) -> bool:
    """May it be answered, or answered otherwise: the merger is neither public nor void, and nobody has ruled on it?"""
    return Resolution.objects.waiting().filter(pk=consent.resolution_id, ruling=None).exists()


@transaction.atomic
def answer(consent: Consent, agrees: bool, *, by: Person, at: datetime) -> None:
    """An author says yes or no, and may say otherwise until it is ruled on or public. Raises Refused."""
    require(consent.author_id == by.pk, _("Only its author says whether a proposal may be merged."))
    consent.resolution.motion.proposal.hold()
    Resolution.objects.select_for_update().get(pk=consent.resolution_id)
    require(is_open(consent), _("This has been decided in the meantime."))
    consent.agrees, consent.answered_at = agrees, at
    consent.save(update_fields=["agrees", "answered_at"])
    by.record(Done.MERGER_ANSWERED, on=consent)
