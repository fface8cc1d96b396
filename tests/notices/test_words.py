"""The words of every kind of mail, in every language, whatever somebody has written into what they quote."""

import re

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.utils.translation import override

from notices import kinds, words
from notices.dress import Button, dressed
from notices.kinds import Kind, all_told, all_worded
from notices.models import Wording

HOSTILE = [
    "Swing\r\nBcc: everybody@example.org",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    'a" style="position:fixed',
    "\u202egnirws eht\u202c \u2066and more",
    "نافورة في الساحة",
    "{reason} {proposal} %(site)s {{ city }} {% load x %}",
    "x" * 5_000,
]
EACH = [(kind, language) for kind in Kind for language, _name in settings.LANGUAGES]


@pytest.mark.django_db
@pytest.mark.sampled(8)
@pytest.mark.parametrize(("kind", "language"), EACH)
def test_every_kind_is_said_in_every_language_and_nothing_typed_gets_out_of_its_place(kind, language) -> None:
    telling = all_worded()[kind]
    subject, text = Wording.of(kind, telling, language)
    for hostile in HOSTILE:
        values = dict.fromkeys(telling.placeholders, hostile)
        line = words.subject_line(subject, values)
        assert line == " ".join(line.split())
        assert len(line) <= words.LONGEST_SUBJECT
        with override(language):
            button = Button(str(telling.button or ""), "https://budget.city.example/2027/")
            mail = dressed(line, words.filled(text, values), to="rosa@example.org", button=button)
        sent = mail.message()
        assert sorted(sent.keys()) == sorted({*sent.keys()})
        assert "Bcc" not in sent
        html = mail.alternatives[0].content
        assert "<script" not in html
        assert "<img" not in html
        assert 'style="position' not in html
        for part in (mail.body, html):
            assert part.count("\u2068") == part.count("\u2069"), "what turns the writing around ends where it began"
            assert "\u202e" not in part


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "language"), EACH)
def test_our_own_words_have_what_they_need_and_no_placeholder_that_nobody_fills(kind, language) -> None:
    telling = all_worded()[kind]
    subject, text = words.of_ours(telling, language)
    assert words.why_not(telling, subject, text) == ""
    if language != settings.LANGUAGE_CODE:
        assert (subject, text) != words.of_ours(telling, settings.LANGUAGE_CODE) or subject == "{proposal}: {outcome}"


@pytest.mark.django_db
def test_the_city_has_its_own_words_in_one_language_and_ours_in_the_other() -> None:
    telling = all_told()[Kind.CORRECTION_ASKED]
    Wording.objects.create(
        kind=Kind.CORRECTION_ASKED, language="en", subject="Hm", text="{reason}", at="2027-01-01T00:00Z"
    )
    assert Wording.of(Kind.CORRECTION_ASKED, telling, "en") == ("Hm", "{reason}")
    assert Wording.of(Kind.CORRECTION_ASKED, telling, "fr")[0].startswith("À corriger")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Please correct it.", "Without {reason} this mail would be of no use"),
        ("{reason} {budget}", "There is no placeholder {budget}"),
        ("{reason}", ""),
    ],
)
def test_words_that_lost_what_they_cannot_do_without_are_refused(text: str, said: str) -> None:
    assert words.why_not(all_told()[Kind.CORRECTION_ASKED], "Subject", text).startswith(said)


def test_a_kind_that_no_room_tells_of_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {kind: telling for kind, telling in all_worded().items() if kind != Kind.COMMENTED}
    assert not [each for each in run_checks() if each.id == "notices.E001"]
    monkeypatch.setattr(kinds._registered, "words", told)
    [error] = [each for each in run_checks() if each.id == "notices.E001"]
    assert "a comment was written" in error.msg


def test_a_code_stands_out_and_lines_stay_lines() -> None:
    text = "Type this:\n\nAB12-CD34\n\nOne\nTwo"
    html = dressed("Code", text, to="rosa@example.org", has_codes=True).alternatives[0].content
    assert re.search(r'<p class="code" dir="auto">\s*AB12-CD34\s*</p>', html)
    assert re.search(r"One<br>\s*Two", html)
