"""What still blocks a phase of a round, in sentences: what those who work for it have to do before its date."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ballots.checklist import checklist
from budgeting.models import Contest, Cycle
from budgeting.people import RoleName, holders_of
from budgeting.stages import Stage
from committee.models import Resolution
from proposals.models import Proposal, Status
from residents.models import Resident


def still_missing(cycle: Cycle, stage: Stage, at: datetime, *, before_its_end: bool) -> list[str]:
    """What is missing for a stage of this round to begin or, `before_its_end`, to end as it should."""
    if before_its_end:
        return list(_undecided(cycle, at)) if stage is Stage.REVIEWING else []
    match stage:
        case Stage.PROPOSING:
            return list(_contests(cycle))
        case Stage.REVIEWING:
            return list(_committees(cycle))
        case Stage.PRESENTING:
            return list(_undecided(cycle, at))
        case Stage.VOTING:
            return [*_undecided(cycle, at), *_box(cycle, at), *_register(cycle)]
        case Stage.RESULTS:
            return list(_count(cycle, at))
    return []


def _contests(cycle: Cycle) -> Iterator[str]:
    if not cycle.contests.exists():
        yield _("no district has money in this round")


def _committees(cycle: Cycle) -> Iterator[str]:
    for contest in cycle.contests.select_related("district"):
        if not holders_of(RoleName.COMMITTEE, contest.district).exists():
            yield _("%s: nobody is on its committee") % contest.title


def _undecided(cycle: Cycle, at: datetime) -> Iterator[str]:
    resolved = Resolution.objects.waiting().values("motion__proposal")  # made, and public on its date
    for contest in Contest.objects.filter(cycle=cycle, paper=None, no_vote=None).select_related("cycle", "district"):
        rows = Proposal.objects.submitted().as_rows(at).filter(contest=contest, status=Status.SUBMITTED)
        if left := rows.exclude(pk__in=resolved).count():
            words = ngettext(
                "%(contest)s: %(n)d proposal waits for a decision",
                "%(contest)s: %(n)d proposals wait for a decision",
                left,
            )
            yield words % {"contest": contest.title, "n": left}


def _box(cycle: Cycle, at: datetime) -> Iterator[str]:
    box = checklist(cycle, at)
    for contest in box.unfrozen:
        yield _("%s: the ballot paper is not frozen") % contest.title
    if box.is_without_vote:
        return
    if box.key is None:
        yield _("the key of the ballot box is not made")
    elif not box.is_rehearsed:
        yield _("the holders of the key have not rehearsed")


def _register(cycle: Cycle) -> Iterator[str]:
    if not Resident.objects.filter(cycle=cycle, removed_at=None).exists():
        yield _("the register of residents is not uploaded")


def _count(cycle: Cycle, at: datetime) -> Iterator[str]:
    box = checklist(cycle, at)
    if box.is_without_vote:
        return
    if box.opening is None:
        yield _("the ballot box is not opened")
    for contest in box.uncounted:
        yield _("%s: the ballots are not counted") % contest.title
