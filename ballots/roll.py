"""The roll: who took part, and nothing of what they put into the box."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from audit.acts import Done
from audit.models import AuditEvent, reference
from ballots.models import Envelope, Opening, Participation, SetAside
from budgeting.models import Contest, Cycle
from residents.models import JoinedLine, Verification

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


# The roll, the box and what is set aside in it ------------------------------------------------------------------------

# One statement sees one moment, however many ballots are being cast.
COMPARE = """
    WITH box AS (SELECT resident_id, fingerprint, channel FROM ballots_envelope WHERE contest_id = %(contest)s),
        roll AS (SELECT resident_id FROM ballots_participation WHERE contest_id = %(contest)s)
    SELECT
        (SELECT count(*) FROM roll),
        (SELECT count(*) FROM box WHERE resident_id NOT IN (SELECT resident_id FROM roll)),
        (SELECT count(*) FROM roll WHERE resident_id NOT IN (SELECT resident_id FROM box)),
        (SELECT count(*) FROM box WHERE channel <> 'online'),
        (SELECT count(*) FROM ballots_setaside WHERE contest_id = %(contest)s),
        (
            SELECT count(*) FROM ballots_setaside AS aside WHERE contest_id = %(contest)s AND NOT EXISTS (
                SELECT FROM box JOIN residents_joinedline ON ended_id = resident_id
                WHERE residents_joinedline.id = joined_id AND box.fingerprint = aside.fingerprint
            )
        )
"""


def differences(contest: Contest) -> list[str]:
    """Where the roll, the box and what two people set aside in it do not agree, a sentence each.

    Who voted while the log still told it, is on no roll; and after the opening the roll goes, once it has served.
    """
    with connection.cursor() as cursor:
        cursor.execute(COMPARE, {"contest": contest.pk})
        on_roll, unlisted, without_envelope, on_paper, aside, unjoined = cursor.fetchone()
    if on_roll == 0 and Opening.objects.filter(cycle=contest.cycle_id).exists():
        unlisted = 0
    if unlisted:
        unlisted -= AuditEvent.objects.filter(action=Done.VOTED, object=reference(contest)).count()
    checks = [
        (_("%(count)d envelopes came online from nobody on the roll of who voted."), unlisted),
        (_("%(count)d residents are on the roll as having voted online, but have no envelope."), without_envelope),
        (_("%(count)d envelopes are said to have come on paper, which nobody takes."), on_paper),
        (_("%(count)d envelopes that came online are set aside, though no two lines were joined."), unjoined),
        (
            _("%(count)d envelopes that came online were to be set aside as lines were joined, and are not."),
            _to_be_set_aside(contest) - (aside - unjoined),
        ),
    ]
    return [f"{contest}: {line % {'count': count}}" for line, count in checks if count > 0]


def _to_be_set_aside(contest: Contest) -> int:
    """By the entries of those who joined lines."""
    lines = JoinedLine.objects.filter(ended__cycle=contest.cycle_id)
    named = [reference(line) for line in lines.only("pk")]
    fate = {"contest": contest.slug, "fate": SET_ASIDE}
    told = AuditEvent.objects.filter(action=Done.LINES_JOINED, object__in=named).values_list("facts", flat=True)
    return sum(fate.items() <= each.items() for facts in told for each in facts["ballots"])
