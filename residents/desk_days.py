"""Verified at the desk, day by day: one clerk is enough for it, so that a second person looks through the list."""

from collections import Counter
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localdate

from accounts.models import User
from budgeting.models import Cycle
from budgeting.people import RoleName, holders_of
from notices.kinds import Kind
from notices.posting import post
from residents.models import DeskList, Verification

LOOKED_BACK = timedelta(days=8)  # so that the oldest day is whole: a list that waits for a reader waits a week


def of(cycle: Cycle) -> QuerySet[Verification]:
    """Who was verified at the desk, the newest first."""
    made = Verification.objects.filter(cycle=cycle, method=Verification.Method.DESK)
    return made.select_related("resident", "user", "by").order_by("-at", "-pk")


def send_due(at: datetime) -> None:
    """Send the list of each day that is over, once, to whoever looks it through."""
    lately = Verification.objects.filter(method=Verification.Method.DESK, at__gte=at - LOOKED_BACK)
    for cycle in Cycle.objects.filter(pk__in=lately.values("cycle")):
        listed = set(DeskList.objects.filter(cycle=cycle).values_list("day", flat=True))
        days: dict[date, Counter[int | None]] = {}
        for moment, clerk in lately.filter(cycle=cycle).values_list("at", "by"):
            days.setdefault(localdate(moment), Counter())[clerk] += 1
        for day, clerks in sorted(days.items()):
            if day < localdate(at) and day not in listed:
                _send(cycle, day, clerks, at)


def _send(cycle: Cycle, day: date, clerks: Counter[int | None], at: datetime) -> None:
    readers = _second_people(set(clerks))
    if not readers:
        return  # the page has the list all the same
    with transaction.atomic():
        _made, is_new = DeskList.objects.get_or_create(cycle=cycle, day=day, defaults={"at": at})
        for reader in readers if is_new else ():
            _mail(reader, cycle, day, clerks)


def _second_people(clerks: set[int | None]) -> list[User]:
    """The auditors; where there is none, the clerks who verified nobody that day."""
    auditors = list(holders_of(RoleName.AUDITOR).exclude(pk__in=clerks - {None}))
    return auditors or list(holders_of(RoleName.CLERK).exclude(pk__in=clerks - {None}))


def _mail(reader: User, cycle: Cycle, day: date, clerks: Counter[int | None]) -> None:
    names = User.objects.in_bulk([key for key in clerks if key])
    lines = [f"- {names[key].named if key else '–'}: {number}" for key, number in clerks.items()]

    def says() -> dict[str, object]:
        return {"day": date_format(day), "cycle": cycle, "clerks": "\n".join(lines)}

    page = reverse("verified_at_desk", args=[cycle.slug])
    post(Kind.DESK_LIST, to=reader.email, language=reader.language, says=says, path=page)
