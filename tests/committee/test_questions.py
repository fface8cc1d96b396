"""A clerk makes the questions of the cards, without code."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from audit.models import AuditEvent
from budgeting.models import Cycle
from committee import cards
from committee.calendar import Kind
from committee.models import Question
from tests.cast import signed_in
from tests.keeping import kept
from tests.papers import words_on

QUESTIONS = "/desk/2027/committee/questions/"
SCORE = {
    "text": "Is it good for the climate?",
    "help_text": "Shade, water, soil.",
    "step": "assessment",
    "kind": "score",
    "most": "5",
    "weight": "2",
    "is_public": "on",
    "place": "10",
}


@kept
def question(cycle: Cycle) -> Question:
    asked = {"kind": "yes_no", "comment_on": ["no"], "text": "Is it on the city's land?"}
    return Question.objects.create(cycle=cycle, step="formal", **asked)


def test_a_clerk_writes_one(cycle, clara, now) -> None:
    answer = signed_in(clara).post(f"{QUESTIONS}new/", SCORE, follow=True)
    page = words_on(answer)
    assert "Is it good for the climate?" in page
    assert "A score from 0 to 5, weight 2" in page
    made = Question.objects.get()
    assert (made.most, made.weight, made.is_public, made.step) == (5, 2, True, "assessment")
    assert AuditEvent.objects.get(action="made").facts["text"] == SCORE["text"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"most": ""}, "Say which is the highest score."),
        ({"most": "0"}, "Ensure this value is greater than or equal to 1."),
        ({"kind": "choice", "lines": "By a company"}, "Write two lines at least"),
        ({"kind": "choice", "lines": "One\nOne"}, "each of them once"),
        ({"kind": "choice", "lines": f"One\n{'x' * 121}"}, "A line has 120 characters at most."),
        ({"text": " "}, "This field is required."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(cycle, clara, now, change, sentence) -> None:
    answer = signed_in(clara).post(f"{QUESTIONS}new/", {**SCORE, **change})
    assert answer.status_code == 422
    assert sentence in words_on(answer)
    assert SCORE["help_text"] in answer.text
    assert not Question.objects.exists()


def test_what_belongs_to_another_kind_of_answer_is_left_out(cycle, clara, now) -> None:
    signed_in(clara).post(f"{QUESTIONS}new/", {**SCORE, "kind": "yes_no", "comment_on": ["no", "na"], "lines": "x\ny"})
    made = Question.objects.get()
    assert (made.most, made.weight, made.lines, made.comment_on) == (None, 1, "", ["no", "na"])


def test_a_question_nobody_has_answered_is_changed(question, clara, now) -> None:
    changed = {**SCORE, "step": "formal", "kind": "yes_no", "text": "Is it on land of the city?"}
    signed_in(clara).post(f"{QUESTIONS}{question.pk}/", changed)
    question.refresh_from_db()
    assert question.text == "Is it on land of the city?"


def test_one_that_has_answers_is_not_changed_but_retired(question, proposal, martin, clara, now) -> None:
    cards.keep(proposal, Kind.FORMAL, {question.pk: ("yes", "")}, version=0, by=martin, at=now)
    page = f"{QUESTIONS}{question.pk}/"
    answer = signed_in(clara).post(page, {**SCORE, "text": "Is it pretty?"})
    assert answer.status_code == 422
    assert "Retire it, and write a new one." in words_on(answer)
    assert f'href="{page}"' not in signed_in(clara).get(QUESTIONS).text
    with pytest.raises(IntegrityError, match="has answers"), transaction.atomic():
        Question.objects.filter(pk=question.pk).update(text="Is it pretty?")
    answer = signed_in(clara).post(f"{page}retirement/", follow=True)
    assert "is asked no more" in words_on(answer)
    question.refresh_from_db()
    assert (question.text, bool(question.retired_at)) == ("Is it on the city's land?", True)
    assert question.answers.exists()
    assert AuditEvent.objects.get(action="question retired").facts == {"text": question.text}


def test_it_is_retired_once(question, clara, now) -> None:
    for _ in range(2):
        answer = signed_in(clara).post(f"{QUESTIONS}{question.pk}/retirement/", follow=True)
    assert "This question is asked no more." in words_on(answer)


@pytest.mark.parametrize(
    ("language", "first"),
    [("en", "Is the place on land or in a building of the city?"), ("fr", "Le lieu est-il")],
)
def test_one_button_writes_a_ready_made_set(cycle, clara, now, language, first) -> None:
    browser = signed_in(clara)
    answer = browser.post(f"{QUESTIONS}ready-made/", headers={"accept-language": language}, follow=True)
    assert Question.objects.filter(step="formal").count() == 5
    assert Question.objects.filter(step="assessment").count() == 8
    assert Question.objects.first().text.startswith(first)
    for made in Question.objects.all():
        made.full_clean()
    with translation.override("en"):
        answer = browser.post(f"{QUESTIONS}ready-made/", headers={"accept-language": "en"}, follow=True)
    assert "There are questions already." in words_on(answer)
    assert Question.objects.count() == 13


@pytest.mark.parametrize("who", ["rosa", "martin", "ines", "otto"])
def test_only_clerks_write_them(cycle, question, now, who, request) -> None:
    browser = signed_in(request.getfixturevalue(who))
    for page in (QUESTIONS, f"{QUESTIONS}new/", f"{QUESTIONS}{question.pk}/", "/desk/2027/committee/steps/"):
        assert browser.get(page).status_code == 404
    for act in (f"{QUESTIONS}new/", f"{QUESTIONS}{question.pk}/retirement/", f"{QUESTIONS}ready-made/"):
        assert browser.post(act, SCORE).status_code == 404
    assert Question.objects.get().retired_at is None
