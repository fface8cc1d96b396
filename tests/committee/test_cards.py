"""A member fills in a card: unseen by the others until it is handed in, taken back, confirmed by another."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from audit.models import AuditEvent
from budgeting.models import Cycle
from budgeting.stages import Stage
from committee import motions
from committee.models import Answer, Assignment, Card, Committee, Note, Office, Question, Step
from committee.recusing import recuse
from front.waiting import waits_for
from proposals.models import Proposal
from tests.cast import signed_in
from tests.databases import as_owner
from tests.keeping import kept
from tests.papers import words_on

DAY = timedelta(days=1)


@kept
def questions(cycle: Cycle) -> dict[str, Question]:
    """One of each kind on the card of the assessment."""
    asked = {
        "land": {"kind": "yes_no", "comment_on": ["no"], "text": "Is it the city's land?", "is_public": True},
        "climate": {"kind": "score", "most": 5, "weight": 2, "text": "Is it good for the climate?"},
        "cost": {"kind": "amount", "text": "What does it cost?", "is_public": True},
        "way": {"kind": "choice", "lines": "By the city\nBy a company", "text": "Who builds it?"},
    }
    return {
        name: Question.objects.create(cycle=cycle, step="assessment", place=place, **each)
        for place, (name, each) in enumerate(asked.items(), start=1)
    }


@pytest.fixture
def address(proposal: Proposal, questions) -> str:
    return f"{proposal.get_absolute_url()}cards/assessment/"


@pytest.fixture
def filled(questions):
    """filled(land="no", climate=4): what stands in the fields, complete unless said otherwise."""

    complete = {"land": "yes", "climate": "4", "cost": "40 000", "way": "By the city"}

    def fill(version: int = 0, **said: str) -> dict[str, str]:
        answers = {**complete, **said}
        fields = {f"question-{questions[name].pk}": value for name, value in answers.items() if value}
        return {"version": str(version), **fields}

    return fill


def hand_in(address: str, user: User, fields: dict[str, str]):
    return signed_in(user).post(address, {**fields, "hand_in": "1"}, follow=True)


@pytest.fixture
def dated(cycle: Cycle):
    """dated(assessment=(0, 20)): days of the review."""

    def date(by_two: bool = False, **days: tuple[int, int]) -> None:
        opens = cycle.window(Stage.REVIEWING).opens
        for kind, (first, last) in days.items():
            ends = {"opens": opens + first * DAY, "closes": opens + last * DAY}
            Step.objects.update_or_create(cycle=cycle, kind=kind, defaults={**ends, "by_two": by_two})

    return date


# A draft -------------------------------------------------------------------------------------------------------------


def test_a_draft_is_kept_as_it_was_typed_and_nobody_else_sees_it(address, proposal, three, filled, now) -> None:
    answer = signed_in(three[0]).post(address, filled(land="no", cost="about 40", way=""), follow=True)
    assert "Kept as a draft. Nobody else sees it." in words_on(answer)
    assert 'value="about 40"' in answer.text
    for other in three[1:]:
        for page in (address, f"{proposal.get_absolute_url()}decision/"):
            assert "about 40" not in signed_in(other).get(page).text
    assert not AuditEvent.objects.filter(action__startswith="card").exists()


def test_htmx_keeps_it_as_one_types(address, martin, filled, now) -> None:
    browser = signed_in(martin)
    answer = browser.post(address, filled(way=""), headers={"hx-request": "true"})
    assert "Kept as a draft," in words_on(answer)
    assert 'name="version" value="1"' in answer.text
    assert "<html" not in answer.text
    assert 'hx-trigger="change' in browser.get(address).text


def test_an_answer_that_is_emptied_is_gone(address, martin, filled, now) -> None:
    signed_in(martin).post(address, filled())
    signed_in(martin).post(address, {**filled(1), **{name: "" for name in filled() if name != "version"}})
    assert not Answer.objects.exists()


# Handed in -----------------------------------------------------------------------------------------------------------


def test_what_is_missing_is_said_and_kept_as_a_draft(address, martin, filled, now) -> None:
    answer = signed_in(martin).post(address, {**filled(land="no", climate="", cost="much"), "hand_in": "1"})
    assert answer.status_code == 422
    page = words_on(answer)
    for sentence in ("This answer needs a comment.", "“much” is not an amount of money.", "This field is required."):
        assert sentence in page
    card = Card.objects.get()
    assert card.handed_in_at is None
    assert card.answers.filter(value="much").exists()


@pytest.mark.long
def test_others_see_it_once_they_have_handed_in_their_own(address, proposal, three, filled, now) -> None:
    hand_in(address, three[0], filled(climate="2", cost="50 000"))
    decision = f"{proposal.get_absolute_url()}decision/"
    for page in (address, decision):
        assert "€50,000" not in words_on(signed_in(three[1]).get(page))
        assert "Martin: 2 of 5" not in words_on(signed_in(three[1]).get(page))
    hand_in(address, three[1], filled(climate="5"))
    for page in (address, decision):
        words = words_on(signed_in(three[1]).get(page))
        assert "Assessment: 2 of 3 cards handed in" in words
        assert "On average 3.5, from 2 to 5" in words
        assert "On average €45,000, from €40,000 to €50,000" in words
        assert "Martin: 4 of 10 points" in words
        assert "On average 7.0 points" in words
        assert "Yes: 2" in words
    assert "2 of 3 cards" not in words_on(signed_in(three[2]).get(decision)), "Milan has not handed in"


def test_the_log_has_a_digest_that_can_be_checked_and_no_word_of_it(address, proposal, martin, filled, now) -> None:
    hand_in(address, martin, filled())
    card, entry = Card.objects.get(), AuditEvent.objects.get(action="card handed in")
    assert entry.facts == {"digest": card.digest}
    assert (entry.actor, entry.object) == (martin, f"committee.card:{card.pk}")
    Answer.objects.filter(number=4).update(number=5)
    assert entry.facts["digest"] != card.digest


def test_it_is_taken_back_until_a_decision_is_put_to_the_vote(address, proposal, three, filled, now) -> None:
    hand_in(address, three[0], filled())
    browser = signed_in(three[0])
    answer = browser.post(f"{address}taking-back/", follow=True)
    assert "Your card is a draft again." in words_on(answer)
    assert Card.objects.get().handed_in_at is None
    hand_in(address, three[0], filled(1))
    motions.move(proposal, by=three[1], at=now, outcome="reject", reason="No room.")
    assert "Take it back" not in words_on(browser.get(address))
    answer = browser.post(f"{address}taking-back/", follow=True)
    assert "the cards stay as they are" in words_on(answer)
    assert Card.objects.get().handed_in_at


def test_nobody_takes_back_a_card_once_they_can_read_anothers(address, three, filled, now) -> None:
    for member in three[:2]:
        hand_in(address, member, filled())
    browser = signed_in(three[0])
    assert "yours stays as it is" in words_on(browser.get(address))
    assert "yours stays as it is" in words_on(browser.post(f"{address}taking-back/", follow=True))
    assert Card.objects.handed_in().count() == 2


def test_nobody_takes_back_the_card_of_another(address, three, filled, now) -> None:
    hand_in(address, three[0], filled())
    assert signed_in(three[1]).post(f"{address}taking-back/").status_code == 404
    assert Card.objects.get().handed_in_at


@pytest.mark.sampled(2)
@pytest.mark.parametrize("who", ["rosa", "tomas", "clara", "ines", "otto"])
def test_cards_and_notes_are_the_committees(address, proposal, martin, filled, now, who, request) -> None:
    hand_in(address, martin, filled())
    browser = signed_in(request.getfixturevalue(who))
    notes = f"{proposal.get_absolute_url()}notes/"
    for page in (address, notes):
        assert browser.get(page).status_code == 403
    for act in (address, f"{address}taking-back/", f"{address}confirmation/", notes):
        assert browser.post(act, {**filled(), "text": "Hm.", "hand_in": "1"}).status_code == 403
    assert Card.objects.count() == 1
    assert not Note.objects.exists()


def test_a_step_without_questions_has_no_card(proposal, questions, martin, now) -> None:
    for step in ("formal", "nothing"):
        assert signed_in(martin).get(f"{proposal.get_absolute_url()}cards/{step}/").status_code == 404


# One clear state -----------------------------------------------------------------------------------------------------


def test_two_windows_save_the_same_card(address, martin, filled, now) -> None:
    browser = signed_in(martin)
    browser.post(address, filled(climate="1", cost="10 000"))
    answer = browser.post(address, filled(climate="3", cost="30 000", land="no"))
    assert answer.status_code == 409
    page = words_on(answer)
    assert "saved in another window since you opened it here" in page
    assert "In the other window is kept:" in page
    assert "10 000" in page
    assert 'value="30 000"' in answer.text, "what was typed stays in the field"
    assert Card.objects.get().answers.filter(value="10 000").exists(), "and undoes nothing"
    assert 'name="version" value="1"' in answer.text
    browser.post(address, filled(1, climate="3", cost="30 000", land="no"))
    assert Card.objects.get().answers.filter(value="30 000").exists(), "saved again, it is meant"


def test_the_same_words_twice_are_no_conflict(address, martin, filled, now) -> None:
    """The page saves what changed, and at the same time its member hands it in."""
    signed_in(martin).post(address, filled())
    answer = hand_in(address, martin, filled())
    assert "Your card is handed in." in words_on(answer)


def test_a_window_is_in_no_conflict_with_what_it_saved_by_itself(address, martin, filled, now) -> None:
    """A button is pressed while the page still saves what was typed before; what comes later than that is older."""
    browser, window = signed_in(martin), {"window": "a1"}
    browser.post(address, {**filled(cost="4"), **window}, headers={"hx-request": "true"})
    browser.post(address, {**filled(cost="40"), **window})
    late = browser.post(address, {**filled(cost="4"), **window}, headers={"hx-request": "true"})
    assert late.status_code == 409
    assert Answer.objects.filter(value="40").exists()
    other = browser.post(address, {**filled(cost="5"), "window": "b2"})
    assert other.status_code == 409


def test_what_is_typed_after_it_was_handed_in_elsewhere_is_given_back(address, martin, filled, now) -> None:
    hand_in(address, martin, filled())
    answer = signed_in(martin).post(address, filled(cost="99 000"))
    assert answer.status_code == 409
    assert "You have handed in this card. Take it back to change it." in words_on(answer)
    assert "99 000" in words_on(answer)
    assert not Answer.objects.filter(value="99 000").exists()


def test_a_step_that_ends_while_the_form_is_open_keeps_the_draft(address, martin, filled, dated, now) -> None:
    dated(assessment=(0, 5))
    answer = hand_in(address, martin, filled(cost="99 000"))
    page = words_on(answer)
    assert "“Assessment” ended on" in page
    assert 'value="99 000"' in answer.text
    assert Card.objects.get().handed_in_at is None
    assert Answer.objects.filter(value="99 000").exists(), "kept, should the step be made longer"
    answer = signed_in(martin).post(address, filled(1, cost="98 000"), follow=True)
    assert "What you typed is kept as your draft." in words_on(answer)
    dated(assessment=(0, 25))
    assert "Your card is handed in." in words_on(hand_in(address, martin, filled(2, cost="98 000")))


def test_a_step_that_has_not_begun_takes_drafts(address, martin, filled, dated, now) -> None:
    dated(assessment=(20, 25))
    assert "“Assessment” begins on" in words_on(hand_in(address, martin, filled()))
    assert Card.objects.get().handed_in_at is None


def test_a_role_that_ends_while_the_form_is_open_gives_back_what_was_typed(address, martin, filled, now) -> None:
    browser = signed_in(martin)
    browser.get(address)
    martin.roles.all().delete()
    answer = browser.post(address, {**filled(), "hand_in": "1"})
    assert answer.status_code == 403
    page = words_on(answer)
    assert "committee decides." in page
    assert "Nothing of this was saved. What you typed, to copy:" in page
    assert "40 000" in page
    assert "good for the climate" not in page, "not what the card asks"
    assert not Card.objects.exists()


def test_whoever_is_recused_meanwhile_sees_nothing_and_is_not_counted(address, proposal, three, filled, now) -> None:
    hand_in(address, three[0], filled(cost="99 000"))
    hand_in(address, three[1], filled())
    recuse(proposal, by=three[0], at=now, interest="work")
    answer = signed_in(three[0]).post(address, filled(1, cost="98 000"))
    assert answer.status_code == 403
    assert "You take no part in this proposal" in words_on(answer)
    assert "98 000" in words_on(answer)
    assert signed_in(three[0]).get(address).status_code == 403
    page = words_on(signed_in(three[1]).get(address))
    assert "1 of 2 cards handed in" in page
    assert "€99,000" not in page


def test_a_question_retired_while_the_form_is_open_loses_no_answer(address, questions, martin, filled, now) -> None:
    questions["cost"].retired_at = now
    questions["cost"].save()
    assert "Your card is handed in." in words_on(hand_in(address, martin, filled()))
    assert Answer.objects.filter(question=questions["cost"], value="40 000").exists()


# By two --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def formal(cycle, proposal, dated) -> dict[str, str]:
    """A formal card of one question that is confirmed by another, and where it is."""
    question = Question.objects.create(
        cycle=cycle, step="formal", kind="yes_no", text="Is it complete?", is_public=True
    )
    dated(by_two=True, formal=(0, 25))
    address = f"{proposal.get_absolute_url()}cards/formal/"
    return {"address": address, f"question-{question.pk}": "yes", "version": "0"}


def test_one_fills_in_a_formal_card_and_another_confirms_it(formal, three, now) -> None:
    address = formal.pop("address")
    hand_in(address, three[0], formal)
    card = Card.objects.get()
    assert "Confirm this card" not in words_on(signed_in(three[0]).get(address))
    page = words_on(signed_in(three[1]).get(address))
    assert "Martin has filled in this card." in page
    assert "1 of 1 cards" in page
    of_all = address.replace("cards/formal/", "decision/")
    assert "Formal check filled in by another member" in words_on(signed_in(three[1]).get(of_all))
    answer = signed_in(three[1]).post(f"{address}confirmation/", {"card": card.pk}, follow=True)
    assert "The card is confirmed." in words_on(answer)
    assert "Filled in by Martin, confirmed by Mira" in words_on(answer)
    card.refresh_from_db()
    assert card.confirmed_by == three[1]
    assert AuditEvent.objects.get(action="card confirmed").facts == {"digest": card.digest}
    again = signed_in(three[2]).post(f"{address}confirmation/", {"card": card.pk}, follow=True)
    assert "This card is confirmed." in words_on(again)


def test_nobody_confirms_their_own(formal, three, now) -> None:
    address = formal.pop("address")
    hand_in(address, three[0], formal)
    assert signed_in(three[0]).post(f"{address}confirmation/", {"card": Card.objects.get().pk}).status_code == 404
    assert Card.objects.get().confirmed_at is None


def test_the_second_who_fills_it_in_hears_who_was_first(formal, three, now) -> None:
    address = formal.pop("address")
    hand_in(address, three[0], formal)
    answer = hand_in(address, three[1], formal)
    assert "Martin has handed in this card." in words_on(answer)
    assert Card.objects.handed_in().count() == 1


def test_taken_back_it_has_to_be_confirmed_anew(formal, three, now) -> None:
    address = formal.pop("address")
    hand_in(address, three[0], formal)
    signed_in(three[1]).post(f"{address}confirmation/", {"card": Card.objects.get().pk})
    signed_in(three[0]).post(f"{address}taking-back/")
    hand_in(address, three[0], {**formal, "version": "1"})
    assert Card.objects.get().confirmed_at is None


# What waits ----------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_desk_has_the_cards_that_can_be_handed_in(address, proposal, martin, filled, dated, now) -> None:
    link = f'href="{address}"'
    assert link in signed_in(martin).get("/desk/").text
    dated(assessment=(20, 25))
    assert link not in signed_in(martin).get("/desk/").text
    dated(assessment=(0, 25))
    hand_in(address, martin, filled())
    assert link not in signed_in(martin).get("/desk/").text


@pytest.mark.long
def test_the_mail_of_the_day_names_them_until_their_step_ends(address, cycle, martin, filled, dated, now) -> None:
    dated(assessment=(0, 25))
    waits = [each for each in waits_for(martin, now) if each.path == address]
    closes = cycle.window(Stage.REVIEWING).opens + 25 * DAY
    words = "Assessment: the card of “A playground by the river”"
    assert [(each.words, each.until) for each in waits] == [(words, closes)]
    hand_in(address, martin, filled())
    assert address not in [each.path for each in waits_for(martin, now)]


def test_a_card_by_two_waits_until_it_is_confirmed(formal, three, now) -> None:
    address = formal.pop("address")
    hand_in(address, three[0], formal)
    link = f'href="{address}"'
    waits = [link in signed_in(each).get("/desk/").text for each in three]
    assert waits == [False, True, True]
    signed_in(three[1]).post(f"{address}confirmation/", {"card": Card.objects.get().pk})
    assert link not in signed_in(three[2]).get("/desk/").text


# Notes ---------------------------------------------------------------------------------------------------------------


def test_members_write_notes_to_each_other_that_stay(proposal, three, client: Client, now) -> None:
    notes = f"{proposal.get_absolute_url()}notes/"
    answer = signed_in(three[0]).post(notes, {"text": "I asked the port."}, follow=True)
    assert "Your note stands with the others." in words_on(answer)
    assert "I asked the port." in words_on(signed_in(three[1]).get(f"{proposal.get_absolute_url()}decision/"))
    assert "I asked the port." not in client.get(proposal.get_absolute_url()).text
    written = Note.objects.get()
    entry = AuditEvent.objects.get(action="note written")
    assert (entry.facts, entry.object) == ({"digest": written.digest}, f"committee.note:{written.pk}")
    for change in (lambda: Note.objects.update(text="I did not."), lambda: Note.objects.all().delete()):
        with as_owner(), pytest.raises(IntegrityError, match="may only be added to"), transaction.atomic():
            change()
    blank = signed_in(three[0]).post(notes, {"text": " "})
    assert blank.status_code == 422


def test_a_note_of_somebody_recused_meanwhile_is_given_back(proposal, martin, now) -> None:
    recuse(proposal, by=martin, at=now, interest="work")
    answer = signed_in(martin).post(f"{proposal.get_absolute_url()}notes/", {"text": "I asked the port."})
    assert answer.status_code == 403
    assert "I asked the port." in words_on(answer)
    assert not Note.objects.exists()


# Assigned ------------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_those_it_is_assigned_to_fill_it_in_and_others_read_it(address, proposal, three, clara, filled, now) -> None:
    Assignment.objects.create(proposal=proposal, member=three[0], by=clara, at=now)
    link = f'href="{address}"'
    assert [link in signed_in(each).get("/desk/").text for each in three] == [True, False, False]
    answer = hand_in(address, three[1], filled())
    assert "This proposal is assigned to Martin: they fill in its cards." in words_on(answer)
    of_all = f"{proposal.get_absolute_url()}decision/"
    assert "Assessment given to others" in words_on(signed_in(three[2]).get(of_all))
    assert "Assessment not begun" in words_on(signed_in(three[0]).get(of_all))
    hand_in(address, three[0], filled(cost="50 000"))
    page = words_on(signed_in(three[2]).get(address))
    assert "1 of 1 cards handed in" in page
    assert "€50,000" in page


def test_what_all_say_is_said_once(address, three, filled, now) -> None:
    for member in three[:2]:
        hand_in(address, member, filled())
    page = words_on(signed_in(three[0]).get(address))
    assert "All: €40,000" in page
    assert "All: 4 of 5" in page


@pytest.mark.long
def test_a_formal_card_assigned_to_one_waits_for_any_other_to_confirm_it(formal, proposal, three, clara, now) -> None:
    address = formal.pop("address")
    Assignment.objects.create(proposal=proposal, member=three[0], by=clara, at=now)
    hand_in(address, three[0], formal)
    link = f'href="{address}"'
    assert [link in signed_in(each).get("/desk/").text for each in three] == [False, True, True]
    signed_in(three[2]).post(f"{address}confirmation/", {"card": Card.objects.get().pk})
    assert Card.objects.get().confirmed_by == three[2]


def test_the_chair_sees_cards_as_they_come(address, proposal, cycle, three, filled, now) -> None:
    committee = Committee.objects.create(cycle=cycle)
    Office.objects.create(committee=committee, member=three[1], rank=0)
    hand_in(address, three[0], filled(cost="50 000"))
    seen = ["€50,000" in words_on(signed_in(each).get(address)) for each in three]
    assert seen == [True, True, False]
