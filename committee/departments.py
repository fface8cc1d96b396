"""A clerk sets up the departments of the city: their names, their people, and which may hand work to which.

Each change is on record, with what was there before.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.people import Person, RoleName, holders_of
from committee.models import Department, DepartmentMember, MayHand
from lib.refusal import require


def of(person: Person) -> "models.QuerySet[Department]":
    """Those this person works for now; none once their role is over."""
    if not person.is_department:
        return Department.objects.none()
    return Department.objects.filter(members__member=person.pk)


def people_of(department: Department) -> "models.QuerySet[Any]":
    """Who works for it now, by name."""
    return holders_of(RoleName.DEPARTMENT).filter(pk__in=department.members.values("member"))


def offered() -> "models.QuerySet[Department]":
    """Those that may be asked something."""
    return Department.objects.filter(ended_at=None)


def ways_of(person: Person) -> "models.QuerySet[Department]":
    """The departments to which one of this person's may hand work on."""
    ways = MayHand.objects.filter(department__in=of(person)).values("to")
    return offered().filter(pk__in=ways)


@transaction.atomic
def set_up(
    department: Department, *, by: Person, name: str, people: Iterable[int], hands_to: Iterable[int]
) -> Department:
    """Set up a new one, or one there is otherwise than before. `people`: keys of accounts. Raises Refused."""
    if department.pk:
        department = Department.objects.select_for_update(no_key=True).get(pk=department.pk)
    before = _as_it_is(department)
    staff, ways = set(people), set(hands_to)
    may = set(holders_of(RoleName.DEPARTMENT).values_list("pk", flat=True)) | set(before["people"])
    require(may.issuperset(staff), _("Only whoever holds the role “Department” works for one."))
    require(department.pk not in ways, _("A department hands work on to another one."))
    department.name = name
    department.full_clean()
    department.save()
    department.members.exclude(member__in=staff).delete()
    new = sorted(staff - set(before["people"]))
    DepartmentMember.objects.bulk_create(DepartmentMember(department=department, member_id=key) for key in new)
    department.may_hand.exclude(to__in=ways).delete()
    more = sorted(ways - set(before["hands_to"]))
    MayHand.objects.bulk_create(MayHand(department=department, to_id=key) for key in more)
    after = _as_it_is(department)
    if changes := {key: [before[key], after[key]] for key in after if before[key] != after[key]}:
        by.record(Done.DEPARTMENT_SET_UP, on=department, **changes)
    return department


@transaction.atomic
def offer(department: Department, again: bool, *, by: Person, at: datetime) -> None:
    """Ask it nothing more from here on; or, `again`, ask it as before. To say the same twice changes nothing."""
    changed = Department.objects.filter(pk=department.pk, ended_at__isnull=not again)
    if changed.update(ended_at=None if again else at):
        by.record(Done.DEPARTMENT_OFFERED if again else Done.DEPARTMENT_ENDED, on=department, name=department.name)


def _as_it_is(department: Department) -> dict[str, Any]:
    if department.pk is None:
        return {"name": None, "people": [], "hands_to": []}
    return {
        "name": department.name,
        "people": sorted(department.members.values_list("member", flat=True)),
        "hands_to": sorted(department.may_hand.values_list("to", flat=True)),
    }
