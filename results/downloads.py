"""Results and ballots as files, for whoever wants to check or to work with them.

`results.json` and `results.csv` tell the outcome; `ballots.pb` (Pabulib), `ballots.json` and `ballots.csv` hold every
ballot, as a multiset without any order, and are made only where there are enough of them to hide each.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils import timezone

from ballots import marks
from ballots.counting import election_of
from budgeting.models import Contest
from budgeting.stages import Stage
from lib.spreadsheets import cell
from results.result import Result
from tally import pabulib

VOTE_TYPES = {
    Contest.BallotStyle.APPROVAL: "approval",
    Contest.BallotStyle.KNAPSACK: "approval",
    Contest.BallotStyle.POINTS: "cumulative",
    Contest.BallotStyle.RANKING: "ordinal",
}


def results_json(result: Result) -> str:
    """The outcome with everything needed to check it. Money in minor units; projects go by ballot number."""
    return json.dumps(as_json(result), ensure_ascii=False, indent=2) + "\n"


def as_json(result: Result) -> dict[str, Any]:
    contest = result.contest
    return {
        "cycle": result.cycle.slug,
        "contest": contest.slug,
        "currency": result.currency,
        "unit": result.unit,
        "counted_at": result.count.at.isoformat(),
        "software": f"Common Purse {settings.VERSION}",
        "from_elsewhere": result.is_from_elsewhere,
        "ballot_style": contest.ballot_style,
        "ballot_paper": result.paper.digest,
        "superseded_papers": [
            {
                "digest": old.digest,
                "superseded_at": old.at.isoformat(),
                "reason": old.reason,
                "successor": old.successor,
                "manifest": old.manifest_in_view,
            }
            for old in result.old_papers
        ],
        "board_root": result.root or None,
        "ballots": {
            "counted": result.ballots.counted,
            "blank": result.ballots.blank,
            "invalid": [{"reason": reason, "ballots": number} for reason, number in result.ballots.invalid],
        },
        "projects": [
            {
                "ballot_number": line.number,
                "proposal": line.line.proposal.number,
                "title": line.title,
                "cost": line.cost,
                "funded": line.funded,
                "why": line.why,
            }
            for line in sorted(result.lines, key=lambda line: line.number)
        ],
        **result.outcome,
    }


def results_csv(result: Result) -> str:
    """The ranking, a line for each project. Money in minor units."""
    header = ["ballot_number", "proposal", "title", "cost", result.measure, "funded", "why", "how_near"]
    rows = (
        [
            line.number,
            line.line.proposal.number,
            line.title,
            line.cost,
            line.support,
            int(line.funded),
            line.why,
            line.nearness,
        ]
        for line in result.lines
    )
    return _csv(header, rows)


def ballots_csv(result: Result) -> str:
    """Every ballot: how many were equal, and the points of each project ("3:1 7:1" by ballot number)."""
    return _csv(["ballots", "choices"], ([number, content] for content, number in _ballots(result)))


def ballots_json(result: Result) -> str:
    """Every ballot: how many were equal, and the points by ballot number."""
    ballots = [
        {"ballots": number, "points": {str(project): points for project, points in marks.from_text(content).items()}}
        for content, number in _ballots(result)
    ]
    return json.dumps({"cycle": result.cycle.slug, "contest": result.contest.slug, "ballots": ballots})


def ballots_pb(result: Result) -> str:
    """The election in Pabulib's format, with the winners."""
    contest, window = result.contest, result.cycle.window(Stage.VOTING)
    opens, closes = (window.opens, window.closes or window.opens) if window else (result.count.at, result.count.at)
    rule = result.outcome["rule"]
    meta = {
        "description": f"{result.cycle.title}, {contest.title}",
        "country": settings.CITY_COUNTRY or "unknown",  # the format demands one
        "unit": settings.CITY_NAME,
        "subunit": contest.title,
        "instance": result.cycle.slug,
        "vote_type": VOTE_TYPES[Contest.BallotStyle(contest.ballot_style)],
        "rule": _rule_name(rule),
        "date_begin": _day(opens),
        "date_end": _day(closes),
        **_limits(contest, rule),
        "language": settings.LANGUAGE_CODE,
        "currency": result.currency,
    }
    stream = io.StringIO()
    pabulib.write(stream, election_of(contest), meta, result.outcome["winners"])
    return stream.getvalue()


def _rule_name(rule: dict[str, Any]) -> str:
    """Pabulib's word for the rule; "unknown" where it has none. The file of results tells every detail."""
    if rule["name"] == "equal-shares":
        if rule.get("completion") not in ("none", "add1"):
            return "unknown"
        return (
            "equalshares"
            + ("/add1" if rule["completion"] == "add1" else "")
            + "-comparison" * bool(rule.get("compare"))
        )
    if rule["name"] == "phragmen" or rule.get("cover"):
        return "unknown"
    return {"greedy-no-skip": "greedy-no-skip"}.get(
        rule["name"], "greedy-threshold" if rule.get("minimum_votes") else "greedy"
    )


def _limits(contest: Contest, rule: dict[str, Any]) -> dict[str, str]:
    """What a ballot could say at most, and what a project needed: those that were set, in the order of the format."""
    limits = {
        "max_length": contest.most_choices,
        "max_points": contest.most_points,
        "max_sum_points": contest.points,
        "min_project_score_threshold": rule.get("minimum_votes"),
    }
    return {name: str(limit) for name, limit in limits.items() if limit}


def _day(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%d.%m.%Y")


def _ballots(result: Result) -> Iterable[tuple[str, int]]:
    return result.contest.opened_ballots.order_by("content").values_list("content", "ballots")


def _csv(header: list[str], rows: Iterable[Sequence[object]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(header)
    writer.writerows([cell(value) for value in row] for row in rows)
    return stream.getvalue()


RESULTS: dict[str, tuple[Callable[[Result], str], str]] = {
    "results.csv": (results_csv, "text/csv"),
    "results.json": (results_json, "application/json"),
}
BALLOTS: dict[str, tuple[Callable[[Result], str], str]] = {
    "ballots.pb": (ballots_pb, "text/plain"),
    "ballots.csv": (ballots_csv, "text/csv"),
    "ballots.json": (ballots_json, "application/json"),
}


def render(result: Result, name: str) -> tuple[str, str]:
    """A file's text and media type. Raises Http404 for a name we do not make, or where it would tell too much."""
    made = RESULTS | (BALLOTS if result.publishes_numbers else {})
    if name not in made or not result.publishes_numbers:
        raise Http404
    write, media_type = made[name]
    return write(result), media_type
