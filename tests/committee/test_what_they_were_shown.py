"""Nobody agrees to what they were not shown: a form that is older than what it is about does nothing."""

import re

import pytest

from committee import cards, motions
from committee.calendar import Kind
from committee.models import Card, MotionVote, Question, Step
from tests.cast import signed_in
from tests.papers import words_on


def hidden(page: str, name: str) -> str:
    """What the page would send along."""
    found = re.search(rf'<input type="hidden" name="{name}" value="(\d+)"', page)
    assert found, f"the page sends {name} along"
    return found[1]


def test_a_vote_is_for_the_motion_they_have_read(proposal, three, now, monkeypatch) -> None:
    first = motions.move(proposal, by=three[0], at=now, outcome="shortlist", reason="The quay is ours.")
    browser, page = signed_in(three[1]), f"{proposal.get_absolute_url()}decision/"
    shown = hidden(browser.get(page).text, "motion")
    assert shown == str(first.pk)
    for member in three[1:]:
        motions.vote(first, "against", by=member, at=now)
    second = motions.move(proposal, by=three[2], at=now, outcome="reject", reason="The quay is the harbour's.")
    answer = browser.post(f"{page}vote/", {"motion": shown, "choice": "for"}, follow=True)
    assert "This vote of the committee is over." in words_on(answer)
    assert not MotionVote.objects.filter(motion=second, member=three[1]).exists()
    browser.post(f"{page}vote/", {"motion": hidden(browser.get(page).text, "motion"), "choice": "for"})
    assert MotionVote.objects.get(motion=second, member=three[1]).choice == "for"


@pytest.mark.parametrize("forged", ["9" * 30, "0", "-1"])
def test_a_motion_of_another_proposal_is_none_of_this(proposal, submitted, tomas, three, now, forged) -> None:
    other = motions.move(submitted(tomas), by=three[0], at=now, outcome="shortlist", reason="The quay is ours.")
    motions.move(proposal, by=three[0], at=now, outcome="shortlist", reason="The quay is ours.")
    for number in (forged, str(other.pk)):
        signed_in(three[1]).post(f"{proposal.get_absolute_url()}decision/vote/", {"motion": number, "choice": "for"})
    assert set(MotionVote.objects.values_list("member", flat=True)) == {three[0].pk}


def test_a_card_is_confirmed_as_they_have_read_it(proposal, cycle, three, now) -> None:
    question = Question.objects.create(cycle=cycle, step="formal", kind="yes_no", text="Is it public land?", place=1)
    window = next(each for each in cycle.windows() if each.holds(now))
    Step.objects.create(cycle=cycle, kind="formal", opens=window.opens, closes=window.closes, by_two=True)

    def fill(said: str, version: int) -> Card:
        card = cards.keep(proposal, Kind.FORMAL, {question.pk: (said, "")}, version=version, by=three[0], at=now)
        cards.hand_in(card, {}, by=three[0], at=now)
        return card

    card = fill("yes", 0)
    browser = signed_in(three[1])
    page = browser.get(f"{proposal.get_absolute_url()}decision/").text
    shown = {"card": hidden(page, "card"), "version": hidden(page, "version")}
    cards.take_back(card, by=three[0], at=now)
    fill("no", 1)
    confirmation = f"{proposal.get_absolute_url()}cards/formal/confirmation/"
    answer = browser.post(confirmation, shown, follow=True)
    assert "This card has been changed since you read it." in words_on(answer)
    assert Card.objects.get().confirmed_at is None
    again = hidden(browser.get(f"{proposal.get_absolute_url()}decision/").text, "version")
    browser.post(confirmation, shown | {"version": again})
    assert Card.objects.get().confirmed_by == three[1]
