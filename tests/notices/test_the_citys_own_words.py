"""A clerk has the city's own words in the place of ours, kind by kind and language by language (row J6)."""

import pytest
from django.test import Client

from audit.models import AuditEvent
from notices.models import Wording
from tests.cast import signed_in
from tests.papers import words_on

PAGE = "/desk/words/a-correction-was-asked-for/en/"
OURS = "Please correct: {proposal}"


@pytest.fixture
def browser(clara, at) -> Client:
    at("reviewing")
    return signed_in(clara)


def test_our_words_stand_there_and_an_example_of_how_they_arrive(browser: Client) -> None:
    page = browser.get(PAGE)
    assert page.context["form"]["subject"].value() == OURS
    assert "Please correct: A swing for everyone" in words_on(page)
    assert "Your account and your rights" in words_on(browser.get("/desk/words/"))


def test_others_are_shown_before_they_are_kept(browser: Client) -> None:
    typed = {"subject": "Dear author of {proposal}", "text": "We ask:\n\n{reason}"}
    shown = words_on(browser.post(PAGE, typed | {"show": "1"}))
    assert "Dear author of A swing for everyone" in shown
    assert not Wording.objects.exists()
    answer = browser.post(PAGE, typed | {"keep": "1"}, follow=True)
    assert "the city's words" in words_on(answer)
    assert Wording.objects.get().text == "We ask:\n\n{reason}"
    assert AuditEvent.objects.get(action="words changed").facts["subject"] == "Dear author of {proposal}"
    assert browser.get(PAGE.replace("/en/", "/fr/")).context["form"]["subject"].value().startswith("À corriger")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"subject": OURS, "text": "Correct it."}, "Without {reason} this mail would be of no use"),
        ({"subject": OURS, "text": "{reason} {money}"}, "There is no placeholder {money}"),
        ({"subject": "", "text": "{reason}"}, "This field is required"),
        ({"subject": "s" * 121, "text": "{reason}"}, "at most 120 characters"),
    ],
)
def test_what_could_not_be_sent_is_refused_and_stays_typed(browser: Client, typed: dict[str, str], said: str) -> None:
    page = browser.post(PAGE, typed | {"keep": "1"})
    assert (page.status_code, page.context["form"]["text"].value()) == (422, typed["text"])
    assert said in words_on(page)
    assert not Wording.objects.exists()


def test_template_code_is_only_text(browser: Client) -> None:
    typed = {"subject": OURS, "text": "{reason} {{ settings.SECRET_KEY }} {% load x %} %(reason)s {reason.__class__}"}
    page = words_on(browser.post(PAGE, typed | {"show": "1"}))
    assert "{% load x %} %(reason)s {reason.__class__}" in page
    assert "There is no placeholder {settings" not in page


def test_ours_come_back(browser: Client) -> None:
    browser.post(PAGE, {"subject": "Hm", "text": "{reason}", "keep": "1"})
    browser.post(PAGE, {"subject": "Hm", "text": "{reason}", "ours": "1"})
    assert not Wording.objects.exists()
    assert AuditEvent.objects.filter(action="words changed").count() == 2


def test_nobody_but_a_clerk_and_no_kind_or_language_that_is_none(browser: Client, rosa) -> None:
    assert signed_in(rosa).get(PAGE).status_code == 404
    for bad in ("/desk/words/nothing/en/", PAGE.replace("/en/", "/de/")):
        assert browser.get(bad).status_code == 404
