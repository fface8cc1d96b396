"""Numbers too small to publish, and those that would give them away.

A turnout of three in one age band may be three people everybody knows. A figure from 1 to 9 is withheld, and with it as
many others as it takes so that nobody can work it out from the total. Zero is published: it names nobody.
"""

from collections.abc import Collection, Sequence

from django.conf import settings

LEAST = 10  # the smallest number published


def withhold_small(parts: Sequence[int], telling: Collection[int] = ()) -> tuple[list[int | None], int | None]:
    """The parts of a whole and their total, None in place of what must not be published.

    `telling`: the places of parts to withhold for another reason.

    Promise: whoever knows what is published, and how this function works, finds for every withheld part that at least
    two numbers are possible; and the withheld parts together stand for at least `LEAST` people. Parts are never
    negative.
    """
    total = sum(parts)
    hidden = {place for place, part in enumerate(parts) if 0 < part < LEAST or (part and place in telling)}
    # Largest last: giving up the smallest other number loses least.
    others = sorted((part, place) for place, part in enumerate(parts) if part and place not in hidden)
    while hidden and others and not _safe([parts[place] for place in hidden]):
        hidden.add(others.pop(0)[1])
    published = [None if place in hidden else part for place, part in enumerate(parts)]
    if hidden and not _safe([parts[place] for place in hidden]):
        return [part if part == 0 else None for part in parts], None
    return published, total


def _safe(hidden: Sequence[int]) -> bool:
    """Everybody knows that a withheld part is at least one, so a sum of ones gives itself away."""
    return len(hidden) > 1 and sum(hidden) >= max(LEAST, len(hidden) + 1)


def ballots_may_be_published(ballots: int) -> bool:
    """Whether so many anonymous ballots of a contest are enough to hide each of them among the others."""
    return ballots >= settings.ANONYMOUS_BALLOTS_FROM
