"""Nobody learns whether a neighbour voted from the figures on turnout."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.disclosure import LEAST, ballots_may_be_published, withhold_small


def possible(published: list[int | None], total: int | None) -> list[set[int]]:
    """Every value each part may have, for someone who knows what is published and that a withheld part is not zero.

    Where the total is withheld too, any number up to a generous bound is possible for it.
    """
    hidden = [place for place, part in enumerate(published) if part is None]
    values: list[set[int]] = [set() if part is None else {part} for part in published]
    if total is None:
        for place in hidden:
            values[place] = set(range(1, LEAST * 3))
        return values
    rest = total - sum(part for part in published if part is not None)
    for guess in product(range(1, rest + 1), repeat=max(0, len(hidden) - 1)):
        if (last := rest - sum(guess)) >= 1:
            for place, value in zip(hidden, (*guess, last), strict=True):
                values[place].add(value)
    return values


@given(st.lists(st.integers(0, 14), min_size=1, max_size=4), st.sets(st.integers(0, 3)))
def test_no_withheld_number_can_be_worked_out(parts: list[int], telling: set[int]) -> None:
    published, total = withhold_small(parts, telling)
    assert not [place for place in telling if place < len(parts) and parts[place] and published[place] is not None]
    for part, shown, values in zip(parts, published, possible(published, total), strict=True):
        assert part in values
        assert (shown is None) == (len(values) > 1)


@given(st.lists(st.integers(0, 200), min_size=1, max_size=12))
def test_no_number_from_one_to_nine_is_published(parts: list[int]) -> None:
    published, total = withhold_small(parts)
    shown = [*published, total]
    assert not [number for number in shown if number is not None and 0 < number < LEAST]
    hidden = [part for part, number in zip(parts, published, strict=True) if number is None]
    assert not hidden or total is None or sum(hidden) >= LEAST
    assert all(number in (None, part) for number, part in zip(published, parts, strict=True))


@pytest.mark.parametrize(
    ("parts", "published", "total"),
    [
        ([120, 45, 0], [120, 45, 0], 165),
        ([120, 45, 3], [120, None, None], 168),
        ([120, 4, 5, 45], [120, None, None, None], 174),
        ([120, 8, 9, 45], [120, None, None, 45], 182),
        ([3, 0], [None, 0], None),
        ([1] * 10, [None] * 10, None),
        ([9], [None], None),
        ([], [], 0),
    ],
)
def test_what_a_small_number_takes_with_it(parts: list[int], published: list[int | None], total: int | None) -> None:
    assert withhold_small(parts) == (published, total)


def test_nine_ballots_are_not_published_and_ten_are(settings) -> None:
    assert not ballots_may_be_published(9)
    assert ballots_may_be_published(10)
    settings.ANONYMOUS_BALLOTS_FROM = 50
    assert not ballots_may_be_published(49)
