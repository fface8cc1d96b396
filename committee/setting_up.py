"""A clerk sets up a committee: its quorum, who chairs it, who steps in, and for whom somebody sits on it.

Each change is on record, with what was there before. What is put to the vote already goes on by the quorum and the rule
for ties under which it was put.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.models import Cycle, District
from budgeting.people import Person, RoleName, holders_of
from committee.models import Committee, Office, Seat
from lib.refusal import require


def found(cycle: Cycle, district: District | None) -> Committee:
    """The committee of a district itself, or that of all (None), as it is set up; or as it would be."""
    return Committee.objects.filter(cycle=cycle, district=district).first() or Committee(cycle=cycle, district=district)


def who_may_lead(committee: Committee) -> list[Any]:
    """Those who hold the role wherever this committee decides, by name."""
    cycle, district = committee.cycle, committee.district
    districts = [district] if district else list(District.objects.filter(contests__cycle=cycle).distinct())
    found = holders_of(RoleName.COMMITTEE)
    for here in districts:
        found = found.filter(pk__in=holders_of(RoleName.COMMITTEE, here).values("pk"))
    return list(found)


@transaction.atomic
def set_up(
    cycle: Cycle,
    district: District | None,
    *,
    by: Person,
    quorum: int | None,
    chair: int | None,
    deputies: Sequence[int],
    chair_breaks_ties: bool,
    steps_in: Sequence[str],
) -> Committee:
    """Set it up, or otherwise than before. `chair` and `deputies` are keys of members. Raises Refused."""
    Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    committee = found(cycle, district)
    before = _as_it_is(committee)
    leading = [key for key in (chair, *deputies) if key is not None]
    require(len(set(leading)) == len(leading), _("Nobody is chair and deputy at once."))
    require(chair is not None or not deputies, _("A deputy needs a chair to stand in for."))
    require(chair is not None or not chair_breaks_ties, _("Say who the chair is that breaks a tie."))
    may = {each.pk for each in who_may_lead(committee)}
    require(may.issuperset(leading), _("Only a member of this committee is its chair or a deputy."))
    require(len(set(steps_in)) == len(steps_in), _("Each of them steps in once."))
    committee.quorum, committee.chair_breaks_ties, committee.steps_in = quorum, chair_breaks_ties, list(steps_in)
    committee.full_clean(exclude=["cycle", "district"])
    committee.save()
    committee.offices.all().delete()
    Office.objects.bulk_create(
        Office(committee=committee, member_id=key, rank=rank) for rank, key in enumerate(leading)
    )
    after = _as_it_is(committee)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changes:
        by.record(Done.COMMITTEE_SET_UP, on=committee, **changes)
    return committee


@transaction.atomic
def give_seat(
    committee: Committee, *, by: Person, stands_for: str, holder: int | None, since: date | None, until: date | None
) -> Seat:
    """A seat for a group, and who holds it. Raises Refused, also for somebody who is not a member."""
    may = {each.pk for each in holders_of(RoleName.COMMITTEE, committee.district)}
    require(holder is None or holder in may, _("Only a member of this committee holds a seat on it."))
    if committee.pk is None:
        committee.save()
    seat = Seat(committee=committee, stands_for=stands_for.strip(), holder_id=holder, since=since, until=until)
    seat.full_clean(exclude=["committee", "holder"])
    seat.save(force_insert=True)
    by.record(Done.SEAT_GIVEN, on=committee, stands_for=seat.stands_for, holder=holder)
    return seat


@transaction.atomic
def correct_seat(
    seat: Seat, *, by: Person, stands_for: str, holder: int | None, since: date | None, until: date | None
) -> None:
    """Put right what is said of a seat, or give one that is nobody's to somebody. Raises Refused.

    Who sits there is not replaced: that somebody did stays true. End the seat, and give it anew.
    """
    seat.refresh_from_db(from_queryset=Seat.objects.select_for_update(of=("self",)))
    require(seat.holder_id in (None, holder), _("Somebody sits there. End this seat, and give it anew."))
    may = {each.pk for each in holders_of(RoleName.COMMITTEE, seat.committee.district)}
    stays = holder == seat.holder_id
    require(stays or holder in may, _("Only a member of this committee holds a seat on it."))
    before = _said_of(seat)
    seat.stands_for, seat.holder_id, seat.since, seat.until = stands_for.strip(), holder, since, until
    seat.full_clean(exclude=["committee", "holder"])
    seat.save()
    after = _said_of(seat)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changes:
        by.record(Done.SEAT_CORRECTED, on=seat.committee, **changes)


def _said_of(seat: Seat) -> dict[str, Any]:
    days = {name: (day := getattr(seat, name)) and day.isoformat() for name in ("since", "until")}
    return {"stands_for": seat.stands_for, "holder": seat.holder_id, **days}


@transaction.atomic
def end_seat(seat: Seat, *, by: Person) -> None:
    """Nobody sits there for that group any more; the log keeps who did."""
    by.record(Done.SEAT_ENDED, on=seat.committee, stands_for=seat.stands_for, holder=seat.holder_id)
    seat.delete()


def _as_it_is(committee: Committee) -> dict[str, Any]:
    leading = list(committee.offices.order_by("rank").values_list("member", flat=True)) if committee.pk else []
    return {
        "quorum": committee.quorum,
        "chair": leading[0] if leading else None,
        "deputies": leading[1:],
        "chair_breaks_ties": committee.chair_breaks_ties,
        "steps_in": list(committee.order),
    }
