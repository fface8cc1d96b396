"""How fast an auditor's program counts a large add-one: `./run bench verifier`. Ratios of CPU time.

A made-up city of as many different ballots as there are voters, counted with the steps skipped that change nothing and
without, and once more with the same amounts in a currency without cents, in which there are a hundred times as many
steps.
"""

import random
import sys
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).parents[2] / "docs" / "verify"))

from counting import Count
from equal_shares import EqualShares

PROJECTS, RULE = 40, {"name": "equal-shares", "ties": ["min-cost", "max-votes", "listed"]}


def city(voters: int, budget: int, unit: int = 100) -> "Count":
    """Projects of which some are much better liked than others; without a completion."""
    chance = random.Random(7)
    names = [str(number) for number in range(1, PROJECTS + 1)]
    likes = [number**-0.5 for number in range(1, PROJECTS + 1)]

    class Paper:
        costs = {name: chance.randint(budget // 200, budget // 13) * 100 for name in names}  # noqa: RUF012
        groups: dict[str, str] = {}  # noqa: RUF012

    Paper.budget, Paper.unit = budget * 100, unit
    ballots = [(dict.fromkeys(chance.choices(names, likes, k=chance.randint(1, 8)), 1), 1) for _ in range(voters)]
    return Count(Paper, RULE, ballots)


def cpu(counted: "Count", walk: bool = False) -> tuple[float, int]:
    """CPU seconds and steps of add-one; `walk`: with a run for each step."""
    method, began = EqualShares(counted), process_time()
    steps = 0
    if not walk:
        steps = method.add_one(until_exhaustive=False).steps
    while walk and method.run(steps + 1, limit=counted.budget).spent <= counted.budget:
        steps += 1
    return process_time() - began, steps


def main() -> int:
    """Print the ratios; 1 if a promise is not kept."""
    began = process_time()
    skipped, steps = cpu(city(1000, 6_000_000))
    walked, same = cpu(city(1000, 6_000_000), walk=True)
    yen, many = cpu(city(1000, 6_000_000, unit=1))
    print(f"1,000 ballots: {steps} steps {skipped:.1f} s, each of them counted {walked:.1f} s")
    print(f"with a hundred times as many steps, {many}: {yen:.1f} s; all took {process_time() - began:.0f} s")
    promises = {
        "as many steps either way": steps == same,
        f"each step counted takes {walked / skipped:.0f} times as long (at least 3)": walked > 3 * skipped,
        f"without cents it takes {yen / skipped:.1f} times as long (under 3)": yen < 3 * skipped,
    }
    for promise, kept in promises.items():
        print(("kept    " if kept else "NOT KEPT ") + promise)
    return 0 if all(promises.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
