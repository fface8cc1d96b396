"""``python -m tally FILE...``: count elections in Pabulib's format and compare with the official winners."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from tally.counting import count
from tally.outcome import Outcome
from tally.pabulib import PabulibError, PabulibFile, read
from tally.parameters import COMPLETIONS, GREEDY, NAMES, PARAMETERS, RANKINGS, UTILITIES
from tally.rules import Rule
from tally.ties import UnresolvedTie

FINE_TIES = ("min-cost", "max-votes", "listed")


def main(arguments: Sequence[str] | None = None) -> int:
    """Count the files; 0 if all were counted, 2 if one could not be."""
    options = _parser().parse_args(arguments)
    failed = False
    for file in options.files:
        started = time.perf_counter()
        try:
            election = read(file)
            rule = _rule(options, election)
            outcome = count(election.election, rule)
        except (PabulibError, UnresolvedTie, OSError, ValueError) as wrong:
            print(f"{file}: {wrong}", file=sys.stderr)  # noqa: T201
            failed = True
            continue
        for note in election.notes:
            print(f"{file}: {note}", file=sys.stderr)  # noqa: T201
        line = _line(file, election, outcome, time.perf_counter() - started)
        print(json.dumps(line, ensure_ascii=False) if options.json else _told(line, options.compare))  # noqa: T201
    return 2 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tally", description=__doc__)
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE", help="an election in Pabulib's format (.pb)")
    add("--rule", choices=NAMES, help="count by this rule; without it, by the one the file declares")
    add("--rank-by", choices=RANKINGS, help="what greedy goes by (default: points where the ballots give points)")
    add("--minimum", type=int, metavar="N", help="the votes (or points) a project needs")
    add("--cover", metavar="SHARE", help="fund the first misfit if this share of it is covered, e.g. 4/5")
    add("--utility", choices=UTILITIES, help="equal shares: what a funded project is worth to a voter")
    add("--completion", choices=COMPLETIONS, help="equal shares: what happens with the money left")
    add("--increment", metavar="N", help="equal shares: what a step of add-one adds per voter (default: 1)")
    add(
        "--comparison",
        action="store_true",
        default=None,
        help="equal shares: keep greedy's winners if more voters prefer them",
    )
    add("--ties", metavar="KEYS", help="min-cost, max-votes, lot, listed, id; several with commas between them")
    add("--seed", metavar="TEXT", help="the public seed of the lot")
    add("--compare", action="store_true", help="say where the outcome differs from the official one")
    add("--json", action="store_true", help="one line of JSON per file")
    return parser


def _rule(options: argparse.Namespace, file: PabulibFile) -> Rule:
    """The rule asked for, or the file's own, with the minimum, the ranking and the order for ties asked for."""
    ties = options.ties.split(",") if options.ties else None
    asked = {"rank_by": options.rank_by, "minimum_votes": options.minimum, "ties": ties, "seed": options.seed}
    if not options.rule:
        return replace(file.rule, **_set(asked))
    minimum = file.rule.minimum_votes if options.rule == "greedy-threshold" else 0
    scored = file.meta["vote_type"] not in ("approval", "choose-1")
    by_points = ("rank_by", "utility") if scored else ()
    usual: dict[str, Any] = {name: "points" for name in by_points if options.rule in PARAMETERS[name].rules}
    usual |= {"minimum_votes": minimum, "ties": ("listed",) if options.rule in GREEDY else FINE_TIES}
    asked |= {
        "cover": options.cover,
        "utility": options.utility,
        "completion": options.completion,
        "increment": _increment(options.increment, file.election.unit),
        "compare": options.comparison,
    }
    return Rule(name=options.rule, **usual | _set(asked))


def _set(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value is not None}


def _increment(text: str | None, unit: int) -> int | None:
    """The increment in minor units, from an amount in the currency."""
    if text is None:
        return None
    try:
        amount = Decimal(text) * unit
    except InvalidOperation:
        raise ValueError(f"{text} is not an amount.") from None
    if amount != int(amount):
        raise ValueError(f"{text} is finer than the file's amounts.")
    return int(amount)


def _line(file: str, election: PabulibFile, outcome: Outcome, seconds: float) -> dict[str, Any]:
    """What one file came to. Money is in minor units, `unit` of which make one of the file's."""
    official = election.official
    return {
        "file": file,
        "rule": outcome.rule.name,
        "parameters": outcome.rule.to_dict(),
        "winners": list(outcome.winners),
        "spent": outcome.spent,
        "budget": outcome.budget,
        "unit": outcome.unit,
        "reasons": outcome.reasons,
        "ties": outcome.ties,
        "official": None if official is None else list(official),
        "agrees": None if official is None else set(official) == set(outcome.winners),
        "statistics": outcome.statistics,
        "comparison": outcome.comparison,
        "certificate": outcome.certificate,
        "seconds": round(seconds, 4),
    }


def _told(line: dict[str, Any], compare: bool) -> str:
    """The same for a reader."""
    unit = line["unit"]
    text = (
        f"{line['file']}: {line['rule']}, {len(line['winners'])} winners, "
        f"{Decimal(line['spent']) / unit:,f} of {Decimal(line['budget']) / unit:,f} spent\n"
        f"  {', '.join(line['winners']) or 'nothing'}"
    )
    if not compare:
        return text
    if line["agrees"] is None:
        return f"{text}\n  the file names no official winners"
    if line["agrees"]:
        return f"{text}\n  agrees with the official winners"
    missing = [winner for winner in line["official"] if winner not in line["winners"]]
    extra = [winner for winner in line["winners"] if winner not in line["official"]]
    return f"{text}\n  differs from the official winners: lacks {missing}, has {extra}"


if __name__ == "__main__":
    sys.exit(main())
