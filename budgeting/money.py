"""Money as the city writes it. An amount is an integer in the currency's minor units (cents), never a float."""

from copy import copy
from decimal import Decimal, InvalidOperation

from babel import Locale
from babel.numbers import get_currency_precision
from django.utils import translation
from django.utils.translation import gettext as _


def written(amount: int, currency: str) -> str:
    """An amount of minor units in the active language: 25000000 EUR is "€250,000", 25000050 is "€250,000.50"."""
    value = Decimal(amount).scaleb(-get_currency_precision(currency))
    locale = Locale.parse(translation.to_locale(translation.get_language() or "en"))
    pattern = copy(locale.currency_formats["standard"])
    decimals = 0 if value == value.to_integral_value() else get_currency_precision(currency)
    pattern.frac_prec = (decimals, decimals)
    return pattern.apply(value, locale, currency=currency, currency_digits=False)


def read(text: str, currency: str) -> int:
    """Minor units from what a person typed: "12 500", "12,500.50" and "12.500,50" are all understood.

    Raises ValueError with a sentence if it is no amount or has more decimals than the currency.
    """
    precision = get_currency_precision(currency)
    compact = "".join(text.split()).replace("\u202f", "").replace("'", "").replace("’", "").strip("€$£¤")
    last_mark = max(compact.rfind("."), compact.rfind(","))
    decimals = compact[last_mark + 1 :] if last_mark >= 0 else ""
    # A mark followed by three digits groups thousands; anything else is the decimal point.
    if last_mark >= 0 and len(decimals) != 3:
        compact = compact[:last_mark].replace(".", "").replace(",", "") + "." + decimals
    else:
        compact = compact.replace(".", "").replace(",", "")
    try:
        value = Decimal(compact).scaleb(precision)
    except InvalidOperation:
        raise ValueError(_("“%s” is not an amount of money. Write it in figures, such as 12500.") % text) from None
    if not value.is_finite() or value != value.to_integral_value() or value < 0:
        raise ValueError(_("“%(text)s” is not an amount in %(currency)s.") % {"text": text, "currency": currency})
    return int(value)


def figures(amount: int, currency: str) -> str:
    """An amount of minor units as a form shows it, so that it can be typed over: 1250050 EUR is "12500.50"."""
    precision = get_currency_precision(currency)
    value = Decimal(amount).scaleb(-precision)
    return f"{value:.0f}" if value == value.to_integral_value() else f"{value:.{precision}f}"
