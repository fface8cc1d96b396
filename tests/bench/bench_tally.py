"""How fast the count is: `./run bench tally`. Ratios of CPU time, so that they hold on any machine.

For each real election: one run of equal shares and a whole add-one count, as a ratio to reading the file and to the CPU
time recorded for pabutools (on a machine of that time; see the column's heading). Each file is counted in a process of
its own, so that its memory is its own. At the end an election of a million made-up voters.
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np

from tally import Ballot, Election, Project, Rule, count, pabulib
from tally.completion import complete
from tally.shares import EqualShares

FOLDER = Path(__file__).parents[2].parent / "shared" / "pabulib"
REPEATS = 15


def cpu(act, repeats=1):
    """The least CPU seconds an act takes, and what it gives."""
    best, result = float("inf"), None
    for _ in range(repeats):
        started = process_time()
        result = act()
        best = min(best, process_time() - started)
    return best, result


def measure(path: str) -> dict[str, float]:
    """CPU seconds and memory for one file."""
    reading, file = cpu(lambda: pabulib.read(path))
    election, ties = file.election, ("min-cost", "max-votes", "listed")
    method = EqualShares(election, Rule(name="equal-shares", ties=ties))
    one, _ = cpu(lambda: method.run(method.share), REPEATS)
    exhaustive = Rule(name="equal-shares", completion="add1-exhaustive", ties=ties)
    add_one, _ = cpu(lambda: complete(EqualShares(election, exhaustive)), 5 if one < 0.0005 else 1)
    rule = Rule(name="equal-shares", completion="add1", ties=ties)
    whole, outcome = cpu(lambda: count(election, rule))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "read": reading,
        "one": one,
        "add_one": add_one,
        "whole": whole,
        "steps": outcome.certificate["steps"],
        "memory": memory,
    }


def million() -> dict[str, float]:
    """A made-up city: a million voters, 60 projects, up to six approvals each, half of them for their neighbourhood."""
    chance = np.random.default_rng(2027)
    projects = [Project(f"p{number}", int(cost)) for number, cost in enumerate(chance.integers(20, 400, 60) * 10_000)]
    likes = chance.zipf(1.4, size=(1_000_000, 3)) % 60
    near = chance.integers(0, 10, (1_000_000, 1)) * 6 + chance.integers(0, 6, (1_000_000, 3))
    names = [project.id for project in projects]
    choices = np.concatenate((likes, near), axis=1).tolist()
    reading, election = cpu(
        lambda: Election(projects, (Ballot.approving(*(names[each] for each in row)) for row in choices), 40_000_000)
    )
    rule = Rule(name="equal-shares", completion="add1", ties=("min-cost", "max-votes", "listed"))
    whole, outcome = cpu(lambda: count(election, rule))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"read": reading, "whole": whole, "steps": outcome.certificate["steps"], "memory": memory}


def alone(*arguments: str) -> dict[str, float]:
    """Measure in a process of its own."""
    program = [sys.executable, __file__, *arguments]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    return json.loads(subprocess.run(program, check=True, capture_output=True, env=environment).stdout)


def main() -> int:
    """Print the table; 1 if a promise is not kept."""
    if not FOLDER.is_dir():
        print(f"The real elections are not in {FOLDER}.")
        return 1
    recorded = json.loads((FOLDER / "pabutools.json").read_text("utf-8"))
    ones, adds, wholes, memories = [], [], [], []
    print(
        f"{'election':50} {'read s':>7} {'one/read':>9} {'add1/read':>9} {'x pabutools':>11} {'x add-one':>10}", end=""
    )
    print(f" {'whole s':>8} {'steps':>7} {'MB':>5}")
    for path in sorted(FOLDER.glob("*.pb")):
        found = alone(str(path))
        theirs = recorded.get(path.name, {})
        times_one = theirs.get("mes_cost_cpu_s", 0) / found["one"]
        times_add = theirs.get("mes_cost_add1_cpu_s", 0) / found["add_one"]
        ones += [times_one] if times_one else []
        adds += [times_add] if times_add else []
        wholes.append(found["whole"])
        memories.append(found["memory"])
        print(
            f"{path.name[:50]:50} {found['read']:7.3f} {found['one'] / found['read']:9.4f} "
            f"{found['whole'] / found['read']:9.3f} {times_one or float('nan'):11.0f} "
            f"{times_add or float('nan'):10.0f} {found['whole']:8.3f} {found['steps']:7d} {found['memory']:5.0f}"
        )
    city = alone("--million")
    print(f"a million voters: {city['whole']:.1f} s CPU, {city['steps']} steps, {city['memory']:.0f} MB")
    promises = {
        f"one run, median: {median(ones):.0f} times less CPU than pabutools (at least 200)": median(ones) >= 200,
        f"add-one, median: {median(adds):.0f} times less CPU than pabutools (at least 50)": median(adds) >= 50,
        f"the slowest whole add-one count: {max(wholes):.2f} s CPU (under 5)": max(wholes) < 5,
        f"the most memory: {max(memories):.0f} MB (under 150)": max(memories) < 150,
        f"a million voters: {city['whole']:.1f} s CPU (under 60)": city["whole"] < 60,
    }
    for promise, kept in promises.items():
        print(("kept    " if kept else "NOT KEPT ") + promise)
    return 0 if all(promises.values()) else 1


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(million() if sys.argv[1] == "--million" else measure(sys.argv[1])))
    else:
        sys.exit(main())
