"""How many ballots were cast in a contest, counted in slots.

So no ballot waits for another (`tests/bench/bench_casts.py`), and no slot tells whether a ballot was somebody's first.
"""

import secrets

from django.db import connection

from ballots.models.casts import SLOTS
from budgeting.models import Contest

WIDTH = 1 << 20  # no slot begins further from nothing than this

LAY = """
    INSERT INTO ballots_castslot (contest_id, slot, first, repeated)
    SELECT %s, place - 1, begins.first, begins.repeated
    FROM unnest(%s::int[], %s::int[]) WITH ORDINALITY AS begins (first, repeated, place)
"""
COUNT = """
    UPDATE ballots_castslot SET first = first + %s, repeated = repeated + %s WHERE (contest_id, slot) = (%s, %s)
"""


def lay(contest: Contest) -> None:
    """Make the slots of a contest whose paper is frozen, before anybody votes."""
    with connection.cursor() as cursor:
        cursor.execute(LAY, [contest.pk, beginnings(), beginnings()])


def beginnings() -> list[int]:
    """A number by chance for each slot to begin at; together they are nothing."""
    chance = [secrets.randbelow(WIDTH) for _ in range(SLOTS)]
    return [one - before for one, before in zip(chance, [chance[-1], *chance], strict=False)]


def count(contest: Contest, *, again: bool) -> None:
    """One more ballot was cast, `again` or as somebody's first. In the transaction of the vote, as the last of it.

    Raises LookupError if the contest has no slots.
    """
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [int(not again), int(again), contest.pk, secrets.randbelow(SLOTS)])
        if cursor.rowcount != 1:
            raise LookupError(f"There are no slots to count ballots of {contest} in.")
