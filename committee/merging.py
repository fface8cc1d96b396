"""A merger waits for what the authors of both proposals say to it, as long as it is not public.

Without their consent by then the vote of the committee stands, and the page says so. They are heard: the committee
reads their answers, and may put something else to the vote before.
"""

from datetime import datetime

from django.db import transaction
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
    """The day on which decisions are public; of what was resolved after it, a week or as long as the review lasts."""
    cycle = resolution.motion.proposal.cycle
    if cycle.decisions_open and cycle.decisions_open > resolution.at:
        return cycle.decisions_open
    return within_a_week(cycle, resolution.at)


def ask_for_consent(resolution: Resolution, *, at: datetime) -> None:
    """Ask each author of the two, unless it is no merger. Whoever wrote both is asked once."""
    motion = resolution.motion
    if motion.outcome != Outcome.MERGE or motion.into is None:
        return
    by_author = {each.author_id: each for each in (motion.into, motion.proposal) if each.author_id}
    for author, proposal in by_author.items():
        consent = Consent.objects.create(resolution=resolution, proposal=proposal, author_id=author, at=at)
        Happening.note(Kind.MERGER_ASKED, consent, at=at)


def waits(resolution: Resolution, at: datetime) -> bool:
    """Is somebody still to answer, and is there time for it?"""
    return Consent.objects.filter(resolution=resolution, agrees=None).exists() and at < until_when(resolution)


def is_open(consent: Consent) -> bool:
    """May it be answered, or answered otherwise: the merger is neither public nor void?"""
    return Resolution.objects.waiting().filter(pk=consent.resolution_id).exists()


@transaction.atomic
def answer(consent: Consent, agrees: bool, *, by: Person, at: datetime) -> None:
    """An author says yes or no, and may say otherwise until the merger is public. Raises Refused."""
    require(consent.author_id == by.pk, _("Only its author says whether a proposal may be merged."))
    resolution = Resolution.objects.waiting().select_for_update().filter(pk=consent.resolution_id)
    require(resolution.first(), _("This has been decided in the meantime."))
    consent.agrees, consent.answered_at = agrees, at
    consent.save(update_fields=["agrees", "answered_at"])
    by.record(Done.MERGER_ANSWERED, on=consent)
