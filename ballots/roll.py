"""The roll: who took part, and nothing of what they put into the box."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet

from ballots.models import Envelope, Participation, SetAside
from budgeting.models import Contest, Cycle
from residents.models import Verification

GOES_ALONG, SET_ASIDE = "goes along", "set aside"


def accounts_that_have_not_voted(cycle: Cycle) -> QuerySet[Any]:
    """The ties of accounts to lines of that cycle's register with no envelope in any of its boxes, for `user`."""
    ties = Verification.objects.filter(cycle=cycle, resident__removed_at=None)
    voted = Envelope.objects.filter(contest__cycle=cycle, resident=OuterRef("resident"))
    return ties.exclude(Exists(voted)).values("user")


def accounts_of(resident: int) -> QuerySet[Any, int]:
    """The keys of the accounts that stand for a line of the register: one, or none."""
    return Verification.objects.filter(resident=resident).values_list("user", flat=True)


def voters_by_age(contests: Iterable[Contest]) -> dict[int, dict[str, int]]:
    """For each contest's key how many of each age band have an envelope in the box. Who has left the register voted."""
    found: dict[int, dict[str, int]] = {contest.pk: {} for contest in contests}
    envelopes = Envelope.objects.counted().filter(contest__in=found)
    for contest, band, number in envelopes.values_list("contest", "resident__age_band").annotate(Count("resident")):
        found[contest][band] = number
    return found


# Two lines that are one person's -------------------------------------------------------------------------------------


def fates(ended: int, stays: int) -> list[dict[str, str]]:
    """What becomes of each ballot under the line that ends: it goes along, or is set aside."""
    return [
        {"contest": each.contest.slug, "title": each.contest.title, "fate": fate}
        for each, fate in _with_its_fate(ended, stays)
    ]


def carry_along(joined: int, ended: int, stays: int, at: datetime) -> None:
    """Do what `fates` says. In the transaction that joins the lines, in which nobody votes."""
    for each, fate in _with_its_fate(ended, stays):
        if fate == SET_ASIDE:
            made = {"contest": each.contest, "fingerprint": each.fingerprint, "joined_id": joined, "at": at}
            SetAside.objects.create(**made)
        else:
            with connection.cursor() as cursor:
                cursor.execute(GO_ALONG, [stays, ended, each.contest_id])
            Participation.objects.filter(resident=ended, contest=each.contest).update(resident=stays)


def _with_its_fate(ended: int, stays: int) -> list[tuple[Envelope, str]]:
    kept = [each.contest for each in _ballots_under(stays)]
    return [
        (each, SET_ASIDE if any(_is_instead(other, each.contest) for other in kept) else GOES_ALONG)
        for each in _ballots_under(ended)
    ]


def _ballots_under(line: int) -> list[Envelope]:
    ballots = Envelope.objects.counted().filter(resident=line).defer("sealed")
    return list(ballots.select_related("contest__district").order_by("contest"))


def _is_instead(counts: Contest, other: Contest) -> bool:
    """Does a ballot in the one leave no room for one of the same person in the other? Nobody votes in two districts."""
    if counts.pk == other.pk:
        return True
    of_districts = not (counts.district.city_wide or other.district.city_wide)
    return of_districts and counts.district_id != other.district_id


GO_ALONG = "UPDATE ballots_envelope SET resident_id = %s WHERE (resident_id, contest_id) = (%s, %s)"
