"""Contests set up at random: whatever can be frozen can be voted on, opened, counted, published, printed and verified.

The set-up may refuse, and the trial before the freeze may; once a paper is frozen, nothing may.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from hypothesis import Phase, event, given, settings
from hypothesis import strategies as st

from accounts.models import User
from ballots import draws, marks, paper
from ballots.counting import count_contest
from ballots.models import BallotPaper, Count
from ballots.opening import open_box
from ballots.sealing import Share
from budgeting.ballot_styles import BallotStyle
from budgeting.models import Contest, Cycle, District, Draw
from budgeting.stages import Stage
from budgeting.two import Two
from lib.refusal import Refused
from results.council_report import council_report
from results.result import Result, results_of
from tally.parameters import NAMES, PARAMETERS, Kind, Parameter
from tests.cast import propose, signed_in
from tests.keeping import kept
from tests.papers import words_on
from tests.published import published
from tests.thoroughness import many
from tests.verifier import looked_at

UNITS = {"EUR": 100, "JPY": 1, "KWD": 1000}
BALLOT = "/2027/riverside/ballot/"
LOT = "12 5 44 7"


# What a clerk may set up ---------------------------------------------------------------------------------------------


def values(parameter: Parameter) -> st.SearchStrategy[object]:
    match parameter.kind:
        case Kind.NUMBER:
            return st.sampled_from([0, 1, 2, 3, 50, 700])
        case Kind.SHARE:
            return st.sampled_from(["1/3", "0.05", "1", "4/5", 1])
        case Kind.YES_OR_NO:
            return st.booleans()
        case Kind.ORDER:
            orders = [
                ["lot"],
                ["listed"],
                ["max-votes", "lot"],
                ["min-cost", "listed"],
                ["max-votes", "min-cost", "lot"],
            ]
            return st.sampled_from(orders)
        case _choice:
            return st.sampled_from(parameter.choices)


@st.composite
def contests(draw: st.DrawFn) -> dict[str, object]:
    """Fields of a contest and of its cycle, such as a clerk may type, sense or not; and costs of projects."""
    rule = draw(st.sampled_from(NAMES))
    style = draw(st.sampled_from(BallotStyle.values))
    parts = [each for each in PARAMETERS.values() if rule in each.rules]
    set_apart = draw(st.lists(st.sampled_from(parts), unique_by=lambda each: each.name, max_size=4))
    currency = draw(st.sampled_from(sorted(UNITS)))
    limits = {"most_choices": draw(st.sampled_from([None, None, 1, 2, 3, 9]))}
    if style == BallotStyle.POINTS:
        limits |= {
            "points": draw(st.sampled_from([1, 3, 10, 65_535])),
            "most_points": draw(st.sampled_from([None, 1, 4])),
        }
    scale = draw(st.sampled_from([1, UNITS[currency], 1000 * UNITS[currency]]))
    costs = draw(st.lists(st.sampled_from([1, 2, 3, 3, 5, 7]), min_size=1, max_size=6))
    return {
        "currency": currency,
        "budget": draw(st.integers(max(costs), 20)) * scale + draw(st.sampled_from([0, 1])),
        "costs": [cost * scale for cost in costs],
        "ballot_style": style,
        **limits,
        "counting_rule": rule,
        "rule_parameters": {each.name: draw(values(each)) for each in set_apart},
    }


def filled_in(data: st.DataObject, paper: BallotPaper) -> dict[int, int]:
    """A ballot some resident might cast on this paper; often a blank one or the same as another's."""
    contest, chosen = paper.contest, dict[int, int]()
    for number in data.draw(st.permutations(list(paper.costs)))[: data.draw(st.integers(0, paper.size))]:
        most = min(contest.points or 1, contest.most_points or contest.points or 1)
        points = data.draw(st.integers(1, most)) if contest.ballot_style == BallotStyle.POINTS else 1
        longer = chosen | {number: points}
        if contest.ballot_style == BallotStyle.RANKING:
            longer = {each: len(longer) - place for place, each in enumerate(longer)}
        if not marks.errors(longer, paper):
            chosen = longer
    return chosen


def as_typed(choices: dict[int, int], style: str) -> dict[str, object]:
    """As the booth's form sends it."""
    if style in (BallotStyle.APPROVAL, BallotStyle.KNAPSACK):
        return {"choice": list(map(str, choices))}
    if style == BallotStyle.RANKING:
        choices = {number: len(choices) + 1 - points for number, points in choices.items()}
    return {f"points-{number}": str(points) for number, points in choices.items()}


# The road ------------------------------------------------------------------------------------------------------------


@contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def frozen(riverside: District, wanted: dict[str, object], both: Two, at: datetime) -> BallotPaper | None:
    """The paper of such a contest; None if the set-up refuses it, or the freeze."""
    fields = {**wanted}
    cycle, costs = Cycle.objects.get(), fields.pop("costs")
    cycle.currency = fields.pop("currency")
    cycle.save()
    contest = Contest(cycle=cycle, district=riverside, **fields)
    try:
        contest.full_clean()
    except ValidationError:
        event("refused by the set-up")
        return None
    contest.save()
    for proposal in propose(contest, costs):
        proposal.decisions.create(by=both.first, at=at, outcome="shortlist", reason="Good.")
    try:
        return paper.freeze(contest, by=both, at=at, half="4 8 15 16 23 42")
    except Refused:
        event("refused before the freeze")
        return None


def counted(contest: Contest, both: Two, at: datetime) -> Count:
    """Counted at once, or after a public draw where a tie decides and none was announced."""
    try:
        return count_contest(contest, by=both.first, at=at)
    except Refused as tie:
        if "A tie decides the result" not in str(tie):
            raise
    event("a tie is drawn")
    noon = at + timedelta(hours=25)
    draw = Draw(cycle=contest.cycle, contest=contest, use=Draw.Use.TIES, what="The lottery of Saturday.")
    draw.drawn_by, draw.takes_place, draw.reason = "The lottery", noon, "A tie decides, and nothing was announced."
    draws.announce_late(draw, by=both, at=at)
    draws.enter(draw, seed=LOT, source="lottery.example", by=both, at=noon)
    return count_contest(contest, by=both.first, at=noon)


def checked_by_a_stranger(result: Result, folder: Path) -> None:
    """With what is published and the program of docs/verify, which shares no code with ours."""
    for old in folder.glob("*.*"):
        old.unlink()
    for name, text in published(result.contest, result).items():
        (folder / name).write_text(text, "utf-8")
    found = looked_at(folder, "--seed", result.seed) if result.seed else looked_at(folder)
    assert (found.frauds, found.unchecked) == ([], [])


def read_by_everybody(result: Result, clients: list[Client]) -> None:
    for client in clients:
        page = client.get("/2027/riverside/results/")
        assert page.status_code == 200
        said = unescape(words_on(page))
        for line in result.lines:
            assert line.title in said
            assert line.why, "each project has a reason"
            assert line.why in said


@kept
def ready(cycle: Cycle, riverside: District, shares: list[Share], neighbours: list[User]) -> list[User]:
    """A box with a key, and people on the register, before anything is set up to vote on."""
    return neighbours


@pytest.mark.marathon
def test_whatever_can_be_frozen_can_be_voted_on_and_verified(
    ready: list[User],
    riverside: District,
    shares: list[Share],
    clara_and_otto: Two,
    at: Callable[[str], datetime],
    tmp_path: Path,
) -> None:
    clients = [Client(), signed_in(ready[0]), signed_in(clara_and_otto.first)]

    @settings(max_examples=many(40, 2000), deadline=None, phases=(Phase.reuse, Phase.generate))
    @given(wanted=contests(), data=st.data(), prints=st.sampled_from([True] + 9 * [False]))
    def walk(wanted: dict[str, object], data: st.DataObject, prints: bool) -> None:
        with taken_back():
            on_paper = frozen(riverside, wanted, clara_and_otto, at(Stage.PRESENTING))
            if on_paper is None:
                return
            contest = on_paper.contest
            event(f"{contest.counting_rule} with {contest.ballot_style}")
            at(Stage.VOTING)
            ballots = [filled_in(data, on_paper) for _ in range(data.draw(st.integers(0, 5)))]
            for user, choices in zip(ready, ballots, strict=False):
                sent = signed_in(user).post(f"{BALLOT}cast/", as_typed(choices, contest.ballot_style))
                assert (sent.status_code, sent.get("Location")) == (302, f"{BALLOT}receipt/")
            assert clients[0].get(f"{BALLOT}paper/").status_code == 200
            assert clients[0].get("/2027/riverside/").status_code == 200
            if prints:
                assert clients[0].get(f"{BALLOT}paper.pdf").getvalue().startswith(b"%PDF")
            moment = at(Stage.COUNTING)
            open_box(contest.cycle, shares[:2], by=clara_and_otto.first, at=moment)
            cast = sorted(map(marks.as_text, ballots))
            opened = contest.opened_ballots.values_list("content", "ballots")
            assert sorted(text for text, number in opened for _ in range(number)) == cast
            counted(contest, clara_and_otto, moment)
            moment = at(Stage.RESULTS)
            [result] = results_of(contest.cycle)
            read_by_everybody(result, clients)
            checked_by_a_stranger(result, tmp_path)
            if prints:
                assert council_report(contest.cycle, None, language="fr", at=moment).startswith(b"%PDF")

    walk()
