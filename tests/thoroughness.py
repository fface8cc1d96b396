"""How thoroughly the tests look. `./run test` leaves out or shortens what takes long; `./run test --long` does not."""

from collections import defaultdict
from collections.abc import Iterator

import pytest

LONG = False  # tests/conftest.py sets both before any test is read
BRIEF = False


def many(short: int, long: int) -> int:
    """How many of something are tried: `short` ordinarily, `long` under --long."""
    return long if LONG else short


def walks(short: int, long: int) -> int:
    """How many walks a machine of many states takes: as `many`.

    With --brief, as in `.ci/run`, a twentieth of `long`, and `short` at least.
    """
    return max(short, long // 20) if LONG and BRIEF else many(short, long)


def left_out(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """What only --long does: tests marked long, and cases of tests marked `sampled(n)` but for n, evenly chosen.

    A case asked for by its name is one of few, and is done.
    """
    cases = defaultdict(list)
    for item in items:
        if item.get_closest_marker("long"):
            yield item
        elif item.get_closest_marker("sampled"):
            cases[item.nodeid.partition("[")[0]].append(item)
    for of_one_test in cases.values():
        count = of_one_test[0].get_closest_marker("sampled").args[0]
        done = {len(of_one_test) * number // count for number in range(count)}
        yield from (item for number, item in enumerate(of_one_test) if number not in done)
