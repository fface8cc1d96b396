"""Members by their names, and told apart by what they are where two have the same; never by their addresses."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Value
from django.utils.translation import gettext as _

from budgeting.models import Cycle, District
from budgeting.people import RoleName, holders_of
from committee.models import Office, Seat


def told_apart(members: Iterable[Any], cycle: Cycle) -> dict[int, str]:
    """By key what each is called: "Mira", or "Mira (Riverside, Chair)" beside another Mira. Nothing is asked of others.

    What tells them apart, in this order: for which district they are a member, their office, their seat, a number.
    """
    people = list(members)
    names = Counter(str(each) for each in people)
    alike = [each.pk for each in people if names[str(each)] > 1]
    facts = _facts(alike, cycle) if alike else {}
    called = {each.pk: _called(each, facts.get(each.pk, [])) for each in people}
    still = Counter(called.values())
    return {
        key: words if still[words] == 1 else _("%(words)s, number %(key)d") % {"words": words, "key": key}
        for key, words in called.items()
    }


def _called(member: Any, facts: list[str]) -> str:
    return f"{member} ({', '.join(facts)})" if facts else str(member)


def _facts(keys: list[int], cycle: Cycle) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for key, name in _districts_of(keys, cycle):
        found[key].append(name)
    for office in Office.objects.filter(committee__cycle=cycle, member__in=keys):
        found[office.member_id].append(str(office))
    seats = Seat.objects.filter(committee__cycle=cycle, holder__in=keys)
    for key, group in seats.values_list("holder", "stands_for"):
        found[key].append(group)
    return found


def _districts_of(keys: list[int], cycle: Cycle) -> list[tuple[int, str]]:
    """For which districts of the cycle each is a member; in two statements."""
    sits = [
        holders_of(RoleName.COMMITTEE, each).order_by().filter(pk__in=keys).values_list("pk", Value(each.name))
        for each in District.objects.filter(contests__cycle=cycle).distinct()
    ]
    return sorted(sits[0].union(*sits[1:])) if sits else []
