"""Money as the city writes it. An amount is an integer in the currency's minor units (cents), never a float."""

import re
from copy import copy
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_precision
from django.utils import translation
from django.utils.translation import gettext as _

DIGITS = re.compile(r"[0-9]+")
LETTER_BEFORE_FIGURE = re.compile(r"([^\W\d_])(?=\d)")
WHOLE = re.compile(r"[0-9]+|[0-9]{1,3}(?:[.,][0-9]{3})+")


@cache
def in_use() -> frozenset[str]:
    """The currencies people pay with somewhere (ISO 4217): no metal, fund or code for tests, and none of the past."""
    rows = (row for rows in get_global("territory_currencies").values() for row in rows)
    return frozenset(code for code, _since, until, is_tender in rows if is_tender and until is None)


def unit(currency: str) -> int:
    """How many minor units make one unit of the currency: 100 for EUR, 1 for JPY."""
    return 10 ** get_currency_precision(currency)


def written(amount: int, currency: str) -> str:
    """An amount of minor units in the active language: 25000000 EUR is "€250,000", 25000050 is "€250,000.50"."""
    value = Decimal(amount).scaleb(-get_currency_precision(currency))
    locale = Locale.parse(translation.to_locale(translation.get_language() or "en"))
    pattern = copy(locale.currency_formats["standard"])
    decimals = 0 if value == value.to_integral_value() else get_currency_precision(currency)
    pattern.frac_prec = (decimals, decimals)
    text = pattern.apply(value, locale, currency=currency, currency_digits=False)
    # CLDR asks for a space between letters and figures ("PLN 500", but "€500"); Babel does not set it yet.
    return LETTER_BEFORE_FIGURE.sub("\\1\N{NO-BREAK SPACE}", text)


def read(text: str, currency: str) -> int:
    """Minor units from what a person typed: "12 500", "12,500.50" and "12.500,50" are all understood.

    Raises ValueError with a sentence if it is no amount or has more decimals than the currency.
    """
    precision = get_currency_precision(currency)
    compact = "".join(text.split()).replace("'", "").replace("’", "").strip("€$£¤")
    head, mark, decimals = compact, "", ""
    if (last := max(compact.rfind("."), compact.rfind(","))) >= 0:
        head, mark, decimals = compact[:last], compact[last], compact[last + 1 :]
    # A mark before three digits groups thousands, except after a lone 0 or where the currency has three decimals.
    if len(decimals) == 3 and head != "0" and not (precision == 3 and mark == "." and "." not in head):
        head, decimals = compact, ""
    if not WHOLE.fullmatch(head) or (head != compact and (not DIGITS.fullmatch(decimals) or mark in head)):
        raise ValueError(_("“%s” is not an amount of money. Write it in figures, such as 12500.") % text)
    whole = head.replace(".", "").replace(",", "")
    if len(decimals.rstrip("0")) > precision or len(whole) > 15:
        raise ValueError(_("“%(text)s” is not an amount in %(currency)s.") % {"text": text, "currency": currency})
    return int(whole + decimals.ljust(precision, "0")[:precision])


def figures(amount: int, currency: str) -> str:
    """An amount of minor units as a form shows it, so that it can be typed over: 1250050 EUR is "12500.50"."""
    precision = get_currency_precision(currency)
    value = Decimal(amount).scaleb(-precision)
    return f"{value:.0f}" if value == value.to_integral_value() else f"{value:.{precision}f}"
