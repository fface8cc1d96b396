"""Draws that decide by lot: announced before anybody can know, entered once, by two (findings V7, S5, C27b)."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.models import User
from ballots import draws
from ballots.counting import count_contest, rule_in_force
from ballots.models import BallotPaper, OpenedBallot, Opening
from ballots.opening import open_box
from budgeting.models import Contest, Cycle, Draw
from budgeting.two import Two
from lib.refusal import Refused
from proposals.models import Decision
from tally.ties import lot
from tests.cast import frozen_at_the_desk, propose, put_on_paper, signed_in
from tests.databases import as_owner
from tests.keeping import kept
from tests.papers import words_on

At = Callable[[str], datetime]
ENTRY = "UPDATE budgeting_draw SET seed = 'mine', entered_at = takes_place, entered_by_id = {clara}"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def of(cycle: Cycle, takes_place: datetime, **facts: object) -> Draw:
    given = {"use": "ties", "what": "The lottery of 4 June", "drawn_by": "The lottery"}
    return Draw(cycle=cycle, takes_place=takes_place, **{**given, **facts})


@kept
def both(clara: User, otto: User) -> Two:
    return Two(clara, otto)


@kept
def draw(cycle: Cycle, clara: User, at: At) -> Draw:
    """Announced by Clara a day before the middle of proposing."""
    found = of(cycle, at("proposing"))
    draws.announce(found, by=clara, at=at("proposing") - DAY)
    return found


def entered(draw: Draw, both: Two, at: datetime, seed: str = "3 9 11") -> None:
    draws.enter(draw, seed=seed, source="The lottery's page", by=both, at=at)


@kept
def tied(riverside_contest: Contest, cycle: Cycle, at: At) -> Contest:
    """The box is open: three projects that cost the same have the same votes, and the money is for two."""
    put_on_paper(riverside_contest, [100_000_00] * 3)
    OpenedBallot.objects.create(contest=riverside_contest, content="1:1 2:1 3:1", ballots=5)
    record = {"riverside": {"channels": {"online": {"envelopes": 5, "opened": 5, "invalid": 0}}}}
    Opening.objects.create(cycle=cycle, share_numbers=[1, 2], reconciliation=record, at=at("counting"))
    return riverside_contest


def run(sql: str, *values: object) -> None:
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values or None)


# Announced -----------------------------------------------------------------------------------------------------------


def test_before_a_paper_is_frozen_one_clerk_announces_and_it_stands_on_the_paper(
    draw, riverside_contest, martin, clara, otto, at
) -> None:
    for proposal in propose(riverside_contest):
        Decision.objects.create(proposal=proposal, outcome="shortlist", reason="Good.", by=martin, at=at("reviewing"))
    at("presenting")
    frozen_at_the_desk(riverside_contest, signed_in(clara), signed_in(otto))
    assert BallotPaper.objects.get().told["draw"]["what"] == "The lottery of 4 June"
    for address in ("/2027/riverside/ballot/paper/", "/2027/riverside/"):
        assert "The lottery of 4 June" in Client().get(address).content.decode()


def test_the_moment_of_a_draw_lies_ahead_when_it_is_announced(cycle, clara, at) -> None:
    now = at("proposing")
    with pytest.raises(Refused, match="before it takes place"):
        draws.announce(of(cycle, now - HOUR), by=clara, at=now)


def test_a_draw_is_announced_once(draw, cycle, clara, at) -> None:
    """Not so if anything else is said of it."""
    again = {"takes_place": draw.takes_place, "drawn_by": draw.drawn_by, "use": draw.use}
    with pytest.raises(Refused, match="This draw has been announced already"):
        draws.announce(of(cycle, what=draw.what, **again), by=clara, at=draw.announced_at)
    draws.announce(of(cycle, what="The lottery of 5 June", **again), by=clara, at=draw.announced_at)


def test_a_draw_that_could_only_be_a_slip_of_the_pen_is_refused(cycle, clara, at) -> None:
    """On a frozen paper it would stand, and a tie would wait for it."""
    now = at("proposing")
    with pytest.raises(Refused, match="look at the year"):
        draws.announce(of(cycle, now.replace(year=now.year + 40)), by=clara, at=now)


def test_once_a_paper_is_frozen_it_takes_two_a_reason_and_a_day(riverside_paper, cycle, clara, both, at) -> None:
    now = at("counting")
    with pytest.raises(Refused, match="two people announce"):
        draws.announce(of(cycle, now + 2 * DAY, reason="A tie."), by=clara, at=now)
    with pytest.raises(Refused, match="only now"):
        draws.announce_late(of(cycle, now + 2 * DAY), by=both, at=now)
    with pytest.raises(Refused, match="24 hours"):
        draws.announce_late(of(cycle, now + DAY - HOUR, reason="A tie."), by=both, at=now)
    draws.announce_late(of(cycle, now + DAY, reason="A tie."), by=both, at=now)


@pytest.mark.parametrize("state", ["drawn", "ahead"])
def test_a_draw_that_was_announced_stands_once_a_paper_is_frozen(
    state, cycle, clara, both, at, riverside_contest
) -> None:
    now = at("presenting")
    first = of(cycle, now + (-HOUR if state == "drawn" else HOUR))
    draws.announce(first, by=clara, at=now - DAY)
    if state == "drawn":
        entered(first, both, now)
    put_on_paper(riverside_contest)
    with pytest.raises(Refused, match="It stands"):
        draws.announce_late(of(cycle, now + 2 * DAY, reason="The other was dull."), by=both, at=now)


def test_before_its_moment_and_the_freeze_a_later_announcement_takes_the_place_of_an_earlier(
    cycle, riverside_contest, clara, at
) -> None:
    now = at("reviewing")
    draws.announce(of(cycle, now + HOUR), by=clara, at=now)
    draws.announce(of(cycle, now + DAY, what="The lottery of 5 July"), by=clara, at=now)
    assert Draw.announced_for(riverside_contest, "ties").what == "The lottery of 5 July"
    assert draws.due(cycle, now + HOUR) == []
    page = words_on(signed_in(clara).get("/2027/box/"))
    assert page.count("decides in its place") == 1
    assert (
        page.index("The lottery of 4 June") < page.index("decides in its place") < page.index("The lottery of 5 July")
    )


@pytest.mark.parametrize("use", Draw.Use.values)
def test_what_has_been_drawn_is_not_drawn_anew_until_somebody_likes_it(
    use, cycle, riverside_contest, clara, both, at
) -> None:
    """Whoever has seen the numbers on television knows the order of the paper, entered or not."""
    now = at("reviewing")
    first = of(cycle, now - HOUR, use=use)
    draws.announce(first, by=clara, at=now - DAY)
    for contest in (None, riverside_contest):
        another = of(cycle, now + 2 * DAY, use=use, contest=contest, reason="It was cancelled.")
        with pytest.raises(Refused, match="two people announce another"):
            draws.announce(another, by=clara, at=now)
        another.announced_by, another.announced_at = clara, now
        with pytest.raises(DatabaseError, match="an earlier one has taken place"), transaction.atomic():
            another.save()
    draws.announce_late(of(cycle, now + DAY, use=use, reason="It was cancelled."), by=both, at=now)


def test_a_draw_for_hillside_says_nothing_of_riverside_and_something_of_the_whole_cycle(
    cycle, riverside_contest, hillside_contest, clara, at
) -> None:
    now = at("reviewing")
    draws.announce(of(cycle, now - HOUR, contest=hillside_contest), by=clara, at=now - DAY)
    assert draws.takes_two(of(cycle, now + DAY, contest=riverside_contest), now) == ""
    for contest in (hillside_contest, None):
        assert "is past" in draws.takes_two(of(cycle, now + DAY, contest=contest), now)


def test_what_was_entered_stands_before_the_freeze_too(draw, cycle, both, at) -> None:
    now = at("proposing")
    entered(draw, both, now)
    with pytest.raises(Refused, match="It stands"):
        draws.announce_late(of(cycle, now + 2 * DAY, reason="Its order is unlucky."), by=both, at=now)


def test_on_the_page_a_second_person_is_asked_for_another_draw(draw, cycle, clara, otto, at) -> None:
    form = {"use": "ties", "what": "The lottery of 11 June", "drawn_by": "The lottery", "reason": "It was cancelled."}
    form["takes_place"] = (at("proposing") + 2 * DAY).strftime("%Y-%m-%dT%H:%M")
    act = signed_in(clara).post("/2027/box/draws/", form).url
    assert not Draw.objects.filter(what="The lottery of 11 June").exists()
    signed_in(otto).post(f"{act}confirmation/")
    assert Draw.objects.get(what="The lottery of 11 June").announced_with == otto


def test_a_draw_for_numbers_that_stand_on_the_papers_is_not_announced_and_holds_up_no_opening(
    riverside_contest, cycle, clara, both, at
) -> None:
    now = at("presenting")
    before = of(cycle, now + HOUR, use="numbers")
    draws.announce(before, by=clara, at=now)
    put_on_paper(riverside_contest)  # as a draw that took place after the freeze would have been
    assert draws.due(cycle, at("counting")) == []
    with pytest.raises(Refused, match="numbers are drawn already"):
        draws.announce_late(of(cycle, now + 2 * DAY, use="numbers", reason="Late."), by=both, at=now)


def test_what_is_said_of_ties_is_what_the_rule_leaves_to_the_lot(cycle, riverside_contest, clara, at) -> None:
    """A draw for the numbers decides no tie, and where the paper decides nothing waits for a draw."""
    now = at("reviewing")
    draws.announce(of(cycle, now + HOUR, use="numbers"), by=clara, at=now)
    page = "/2027/riverside/"
    assert "For ties no draw is announced" in words_on(Client().get(page))
    Contest.objects.update(rule_parameters={"ties": ["min-cost", "listed"]})
    said = words_on(Client().get(page))
    assert "For ties no draw is announced" not in said
    assert "the order of the ballot paper decides" in said


def test_the_form_of_a_draw_is_in_the_language_of_who_reads_it(cycle, clara, at) -> None:
    at("proposing")
    form = signed_in(clara).get("/2027/box/draws/", headers={"accept-language": "fr"}).content.decode()
    assert "À l’heure de la ville" in form
    for english in ("On the city", ">Contest<"):
        assert english not in form


# Entered -------------------------------------------------------------------------------------------------------------


def test_v7_what_was_drawn_is_entered_once_by_two(draw, both, at) -> None:
    now = at("proposing")
    with pytest.raises(Refused, match="not been drawn yet"):
        entered(draw, both, now - HOUR)
    entered(draw, both, now + HOUR)
    draw.refresh_from_db()
    assert (draw.seed, draw.entered_by, draw.entered_with) == ("3 9 11", both.first, both.second)
    with pytest.raises(Refused, match="entered already"):
        entered(draw, both, now + 2 * HOUR, seed="1 2 3")


def test_what_was_drawn_is_entered_with_where_anybody_can_look_it_up(draw, both, at) -> None:
    for seed, source in (("3 9 11", " "), (" ", "The lottery's page")):
        with pytest.raises(Refused, match="Say what was drawn, and where"):
            draws.enter(draw, seed=seed, source=source, by=both, at=at("proposing"))


def test_s5_a_draw_that_took_place_before_the_opening_is_entered_before_it(
    draw, riverside_paper, cycle, both, at
) -> None:
    Opening.objects.create(cycle=cycle, share_numbers=[1, 2], reconciliation={}, at=at("counting"))
    with pytest.raises(Refused, match="too late"):
        entered(draw, both, at("counting"))


def test_the_box_stays_shut_until_what_was_drawn_is_entered(draw, shares, riverside_paper, cycle, clara, at) -> None:
    moment = at("counting")
    assert draws.due(cycle, moment) == [draw]
    with pytest.raises(Refused, match="Enter what was drawn before the box is opened"):
        open_box(cycle, shares[:2], by=clara, at=moment)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE budgeting_draw SET what = 'Something nicer'",
        "UPDATE budgeting_draw SET takes_place = takes_place + interval '1 day'",
        "UPDATE budgeting_draw SET seed = 'mine', entered_at = takes_place - interval '1 hour'",
        ENTRY,
        f"{ENTRY}, entered_with_id = {{clara}}",
        "INSERT INTO budgeting_draw (cycle_id, use, what, drawn_by, takes_place, announced_at, reason, seed, source)"
        " SELECT cycle_id, use, what, drawn_by, takes_place, announced_at, 'Why', 'mine', '' FROM budgeting_draw",
    ],
)
def test_the_database_refuses_any_other_seed_or_announcement(draw, clara, sql: str) -> None:
    with pytest.raises(DatabaseError):
        run(sql.format(clara=clara.pk))


def test_the_database_keeps_a_seed_and_a_draw_of_a_frozen_paper(draw, riverside_paper, both, at) -> None:
    entered(draw, both, at("proposing"))
    for sql in ("UPDATE budgeting_draw SET seed = 'another'", "DELETE FROM budgeting_draw"):
        with pytest.raises(DatabaseError):
            run(sql)


def test_the_database_lets_nobody_enter_after_the_opening_what_was_drawn_before(
    draw, riverside_paper, cycle, clara, otto, at
) -> None:
    Opening.objects.create(cycle=cycle, share_numbers=[1, 2], reconciliation={}, at=at("counting"))
    entry = "seed = 'mine', entered_at = takes_place, entered_by_id = %s, entered_with_id = %s"
    with pytest.raises(DatabaseError, match="opened before"):
        run(f"UPDATE budgeting_draw SET {entry}", clara.pk, otto.pk)


# A tie ---------------------------------------------------------------------------------------------------------------


def test_c27b_a_tie_without_a_draw_waits_for_one_and_is_then_decided(tied, cycle, both, clara, at) -> None:
    now = at("counting")
    with pytest.raises(Refused, match="announce a draw"):
        count_contest(tied, by=clara, at=now)
    late = of(cycle, now + DAY, contest=tied, reason="Three projects are equal.")
    draws.announce_late(late, by=both, at=now)
    with pytest.raises(Refused, match="A tie decides"):
        count_contest(tied, by=clara, at=now)
    entered(late, both, now + DAY)
    won = count_contest(tied, by=clara, at=now).outcome["winners"]
    assert won == sorted("123", key=lambda number: lot("3 9 11", number))[:2]


def test_the_count_goes_by_the_rule_on_the_paper_and_what_was_drawn(draw, riverside_paper, both, at) -> None:
    contest = riverside_paper.contest
    assert rule_in_force(contest).seed is None
    entered(draw, both, at("proposing"))
    assert rule_in_force(contest).seed == "3 9 11"


def test_everybody_may_take_the_draws_as_a_file(draw, both, cycle, at) -> None:
    """Also one that another took the place of; nobody who works for the city is named in it."""
    late = of(cycle, at("counting"), what="Another lottery", reason="The first was called off.")
    draws.announce_late(late, by=both, at=at("proposing") - HOUR)
    entered(draw, both, at("proposing"))
    text = Client().get("/2027/draws.json").content.decode()
    told = json.loads(text)
    assert [(each["what"], each["announced_by_two"], each["seed"]) for each in told["draws"]] == [
        ("The lottery of 4 June", False, "3 9 11"),
        ("Another lottery", True, None),
    ]
    assert both.first.email not in text
