"""Names and titles are one line that looks like what it is (S20)."""

import unicodedata

import pytest
from django.db import models
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.forms import PublicNameForm
from accounts.models import User
from lib.one_line import OneLine, one_line
from proposals.forms.writing import DraftTextForm
from tests.tables import our_models

# A copy of what was voted on, and the names of a secret, of a file and of what is kept: nobody types them.
NOT_TYPED = {
    *("ballots.BallotLine.title", "budgeting.Forgotten.name", "budgeting.SecretCheck.name", "proposals.Photo.name"),
}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Rosa", "Rosa"),
        ("\u202easoR", "asoR"),
        ("Ro\u200bsa", "Rosa"),
        ("Ro\u00adsa", "Rosa"),
        ("\u2066Rosa\u2069\ufeff", "Rosa"),
        ("Rosa\nBcc: all@city.example", "Rosa Bcc: all@city.example"),
        ("Rosa\u2028\t  Blanc\u00a0", "Rosa Blanc"),
        ("Rosa\x00\x1b[31m", "Rosa[31m"),
        ("Jose\u0301", "Jos\u00e9"),
        ("\u3164\u2800", ""),
        ("Ros\u180ca\ufe0f\U000e0101", "Rosa"),
        ("İstanbul, Łódź, 東京, עִבְרִית, मुंबई", "İstanbul, Łódź, 東京, עִבְרִית, मुंबई"),
    ],
)
def test_s20_what_turns_the_writing_or_is_not_seen_is_left_out(typed: str, read: str) -> None:
    assert one_line(typed) == unicodedata.normalize("NFC", read)


@given(st.text())
def test_s20_one_line_read_again_is_the_same(text: str) -> None:
    once = one_line(text)
    assert one_line(once) == once
    assert once.isprintable()


def test_s20_a_name_of_nothing_seen_is_refused_as_none() -> None:
    assert not PublicNameForm({"name": "\u202e\u200b"}).is_valid()


def test_s20_my_page_keeps_a_name_in_one_line(client: Client, rosa: User) -> None:
    client.force_login(rosa)
    client.post("/me/name/", {"name": "\u202eClara\u2028Ferrand"})
    rosa.refresh_from_db()
    assert rosa.name == "Clara Ferrand"


def test_s20_so_is_the_title_of_a_proposal() -> None:
    form = DraftTextForm({"title": "A\u202e play\u200bground"})
    form.is_valid()
    assert form.cleaned_data["title"] == "A playground"


def test_s20_every_name_and_title_that_somebody_types_is_one_line() -> None:
    """A new one fails here."""
    found = {
        f"{model._meta.label}.{field.name}": field
        for model in our_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.CharField) and field.name in {"name", "title", "drawn_by"}
    }
    assert {label for label, field in found.items() if not isinstance(field, OneLine)} == NOT_TYPED
