"""The work of a committee in figures: right, by who may read what, and reckoned by the database."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budgeting.models import Cycle
from committee import assigning, cards, motions, publishing
from committee.calendar import Kind
from committee.figures import Load, Pace, Share
from committee.models import Question
from committee.recusing import recuse
from committee.statistics import for_everybody, for_staff
from proposals.models import Ground, Proposal
from tests.cast import propose, signed_in
from tests.keeping import kept
from tests.papers import words_on

DAY = timedelta(days=1)
DESK, PUBLIC = "/desk/2027/committee/statistics/", "/2027/shortlist/statistics/"


@kept
def five(submitted, rosa) -> list[Proposal]:
    return [submitted(rosa, title=title) for title in ("Bench", "Slide", "Swing", "Tree", "Well")]


@kept
def question(cycle: Cycle) -> Question:
    return Question.objects.create(cycle=cycle, step="formal", kind="yes_no", text="Is it complete?")


def hand_in(proposal: Proposal, question: Question, *, by, at) -> None:
    card = cards.keep(proposal, Kind.FORMAL, {question.pk: ("yes", "")}, version=0, by=by, at=at)
    cards.hand_in(card, {}, by=by, at=at)


def resolve(proposal: Proposal, three, at, outcome: str, **how: object) -> None:
    motion = motions.move(proposal, by=three[0], at=at, outcome=outcome, reason="Because.", **how)
    motions.vote(motion, "for", by=three[1], at=at)


@kept
def worked(five, question, three, clara, now, at) -> list[Proposal]:
    """Three cards after 20, 22 and 30 days from the submission; one is shortlisted, two are not, one on a ground."""
    Proposal.objects.update(submitted_at=now - 20 * DAY)
    assigning.assign(five[:4], three[0], by=clara, at=now, due=now + DAY)
    for proposal, days in zip(five, (0, 2, 10), strict=False):
        hand_in(proposal, question, by=three[0], at=now + days * DAY)
    ground = Ground.objects.create(outcome="reject", words={"en": "Not on land of the city"})
    resolve(five[0], three, now + 11 * DAY, "shortlist")
    resolve(five[1], three, now + 11 * DAY, "reject", ground=ground)
    resolve(five[2], three, now + 13 * DAY, "done")
    return five


def test_the_figures_are_right(worked, cycle, three, now) -> None:
    told = for_staff(three[0], cycle, now + 13 * DAY)
    assert told.paces == [
        Pace("The first card of the formal check was handed in", 3, 22),
        Pace("The committee resolved on it", 3, 31),
    ]
    assert told.loads == [Load("Martin", assigned=4, done=3, overdue=1)]
    assert told.districts == [Share("Riverside", 1, 3)]
    assert told.districts[0].percent == 33
    assert {(share.name, share.number, share.of) for share in told.grounds} == {
        ("Not on land of the city", 1, 3),
        ("Done already, or under way", 1, 3),
        ("Put on the shortlist", 1, 3),
    }


def test_a_clerk_reads_the_load_and_no_decision_before_they_are_public(worked, cycle, clara, now) -> None:
    told = for_staff(clara, cycle, now + 13 * DAY)
    assert told.loads == [Load("Martin", assigned=4, done=3, overdue=1)]
    assert [pace.until for pace in told.paces] == ["The first card of the formal check was handed in"]
    assert told.districts == told.grounds == []


def test_who_takes_no_part_reads_nothing_of_it(worked, cycle, three, now) -> None:
    for proposal in worked[:3]:
        recuse(proposal, by=three[2], at=now + 13 * DAY, interest="work")
    told = for_staff(three[2], cycle, now + 13 * DAY)
    assert told.districts == told.grounds == told.paces == []
    assert told.loads == [Load("Martin", assigned=1, done=0, overdue=1)]


def test_everybody_reads_it_once_the_decisions_are_public_and_not_who_does_how_much(
    worked, cycle, client, monkeypatch
) -> None:
    opens = cycle.decisions_open
    publishing.publish_due(opens - DAY)
    monkeypatch.setattr("lib.clock.now", lambda: opens - DAY)
    assert for_everybody(cycle, opens - DAY).as_rows
    assert list(for_everybody(cycle, opens - DAY).as_rows()) == []
    assert "when the decisions are public" in words_on(client.get(PUBLIC))
    publishing.publish_due(opens)
    monkeypatch.setattr("lib.clock.now", lambda: opens)
    page = words_on(client.get(PUBLIC))
    assert "Riverside 1 of 3 33%" in page
    assert "Not on land of the city 1 of 3 33%" in page
    assert "Martin" not in page
    rows = b"".join(client.get(f"{PUBLIC[:-1]}.csv").streaming_content).decode()
    assert "shortlisted in,Riverside,1,3," in rows
    assert "time until,The committee resolved on it,3,,31" in rows


def test_others_have_no_figures_of_the_work(worked, rosa, tomas, ines, otto) -> None:
    for browser in map(signed_in, (rosa, tomas, ines, otto)):
        for address in (DESK, f"{DESK[:-1]}.csv"):
            assert browser.get(address).status_code == 403


@pytest.mark.long
def test_many_take_as_many_statements_as_few(riverside_contest, three, clara, client, at, now) -> None:
    def statements() -> list[int]:
        counted = []
        for browser, address in ((signed_in(three[0]), DESK), (signed_in(clara), DESK), (client, PUBLIC)):
            browser.get(address)
            with CaptureQueriesContext(connection) as asked:
                assert browser.get(address).status_code == 200
            counted.append(len(asked))
        return counted

    def more() -> None:
        before = propose(riverside_contest)
        assigning.assign(before, three[0], by=clara, at=now, due=now)

    more()
    few = statements()
    for _ in range(5):
        more()
    assert statements() == few
