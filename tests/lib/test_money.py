"""Money is read as people type it and written as the city writes it; in between it is an integer of minor units."""

import pytest
from django import forms
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from lib import money
from lib.forms import MoneyField


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("12500", "EUR", 12_500_00),
        ("12 500", "EUR", 12_500_00),
        ("12,500.50", "EUR", 12_500_50),
        ("12.500,50 €", "EUR", 12_500_50),
        ("1'250'000", "CHF", 1_250_000_00),
        ("12.5", "EUR", 12_50),
        ("1.250", "EUR", 1_250_00),
        ("12500", "JPY", 12_500),
        ("1.5", "KWD", 1_500),
        ("1.250", "KWD", 1_250),
        ("1,250", "KWD", 1_250_000),
    ],
)
def test_an_amount_is_understood_as_it_is_typed(typed: str, currency: str, amount: int) -> None:
    assert money.read(typed, currency) == amount


@pytest.mark.parametrize(
    "typed",
    [
        "plenty",
        "-5",
        "1e400000",
        "NaN",
        "Infinity",
        "12.345.6",
        "1,2,3",
        "12.",
        ".5",
        "0.001",
        "9" * 16,
        "",
        "€",
        "１２",
        "1_000",
    ],
)
def test_what_is_no_amount_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        money.read(typed, "EUR")


@given(st.integers(0, 10**14), st.sampled_from(["EUR", "JPY", "KWD", "PLN"]))
def test_an_amount_shown_in_a_form_is_read_back_unchanged(amount: int, currency: str) -> None:
    assert money.read(money.figures(amount, currency), currency) == amount


def test_money_is_written_as_the_language_writes_it() -> None:
    with translation.override("en"):
        assert money.written(250_000_00, "EUR") == "€250,000"
        assert money.written(250_000_50, "EUR") == "€250,000.50"
        assert money.written(500_00, "PLN") == "PLN\xa0500"
    with translation.override("fr"):
        assert money.written(250_000_00, "EUR") == "250\u202f000\xa0€"


class Budget(forms.Form):
    cost = MoneyField(currency="EUR", least=100_00, most=250_000_00)
    upkeep = MoneyField(currency="EUR", required=False)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "This field is required."),
        ("99.99", "Give at least €100."),
        ("250000.01", "Give at most €250,000."),
        ("a lot", "“a lot” is not an amount of money. Write it in figures, such as 12500."),
    ],
)
def test_a_form_says_what_is_wrong_with_an_amount_and_keeps_it(typed: str, sentence: str) -> None:
    form = Budget({"cost": typed})
    assert form.errors == {"cost": [sentence]}
    assert form["cost"].value() == typed


def test_a_form_shows_an_amount_so_that_it_can_be_typed_over() -> None:
    form = Budget(initial={"cost": 12_500_50})
    assert 'value="12500.50"' in str(form["cost"])
    filled = Budget({"cost": "12.500,50", "upkeep": ""}, initial={"cost": 12_500_50})
    assert filled.is_valid()
    assert filled.cleaned_data == {"cost": 12_500_50, "upkeep": None}
    assert not filled.has_changed()
