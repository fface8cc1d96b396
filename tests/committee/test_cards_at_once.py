"""The same card saved twice at the same moment ends in one state, and whoever came second hears of it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from committee import cards
from committee.calendar import Kind
from committee.models import Answer, Card, Question, Step
from committee.sheets import importing
from lib.refusal import Refused
from proposals.models import Proposal
from tests.committee.sheets import as_file, fill, taken
from tests.keeping import kept

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(deed, each) -> list[str]:
    """What each was told; empty: it went well."""

    def do(one: object) -> str:
        try:
            deed(one)
        except Refused as refusal:
            return refusal.sentence
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(each)) as pool:
        return list(pool.map(do, each))


@kept
def question(cycle) -> Question:
    return Question.objects.create(cycle=cycle, step="formal", kind="amount", text="What does it cost?")


@pytest.mark.long
def test_of_many_windows_one_is_kept_and_the_others_are_told(proposal, question, martin, now) -> None:
    def save(cost: str) -> None:
        again = Proposal.objects.get(pk=proposal.pk)
        cards.keep(again, Kind.FORMAL, {question.pk: (cost, "")}, version=0, by=martin, at=now)

    told = at_once(save, ["10", "20", "30", "40"])
    assert sorted(map(bool, told)) == [False, True, True, True]
    assert all("saved in another window" in sentence for sentence in told if sentence)
    assert Card.objects.get().version == 1
    assert Answer.objects.get().value == ["10", "20", "30", "40"][told.index("")]


@pytest.mark.long
def test_of_two_who_fill_in_a_card_by_two_one_is_first(proposal, question, cycle, three, now) -> None:
    review = cycle.phases.get(stage="reviewing")
    Step.objects.create(cycle=cycle, kind="formal", opens=review.opens, closes=review.closes, by_two=True)
    for member in three:
        cards.keep(proposal, Kind.FORMAL, {question.pk: ("40", "")}, version=0, by=member, at=now)
    told = at_once(
        lambda card: cards.hand_in(card, {question.pk: 4000}, by=card.member, at=now),
        list(Card.objects.select_related("member", "proposal__contest")),
    )
    assert sorted(map(bool, told)) == [False, True, True]
    assert all("has handed in this card" in sentence for sentence in told if sentence)
    assert Card.objects.exclude(handed_in_at=None).count() == 1


def test_a_sheet_confirmed_twice_at_once_is_taken_over_once(proposal, question, martin, cycle, now) -> None:
    cells = taken(martin, cycle)
    fill(cells, 2, question, "40")
    made = importing.look(cycle, as_file(cells), "mine.csv", by=martin, at=now)
    told = at_once(lambda one: importing.confirm(one, by=martin, at=now), [made, made, made])
    assert sorted(map(bool, told)) == [False, True, True]
    assert all("no longer stands" in sentence for sentence in told if sentence)
    assert Card.objects.get().version == 1
    told = at_once(lambda one: importing.undo(one, by=martin, at=now), [made, made])
    assert sorted(told) == ["", "It is undone already."]
    assert Card.objects.get().version == 2


def test_of_a_sheet_and_a_window_one_is_kept_and_the_other_is_told(proposal, question, martin, cycle, now) -> None:
    cells = taken(martin, cycle)
    fill(cells, 2, question, "40")
    made = importing.look(cycle, as_file(cells), "mine.csv", by=martin, at=now)
    again = Proposal.objects.get(pk=proposal.pk)
    deeds = [
        lambda: importing.confirm(made, by=martin, at=now),
        lambda: cards.keep(again, Kind.FORMAL, {question.pk: ("50", "")}, version=0, by=martin, at=now),
    ]
    told = at_once(lambda deed: deed(), deeds)
    assert sorted(map(bool, told)) == [False, True]
    assert Answer.objects.get().value == ["40", "50"][told.index("")]
