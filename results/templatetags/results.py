"""{% load results %}: figures of a result as a page writes them."""

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def percent(share: float | str | None) -> str:
    """{{ turnout.share|percent }}: 0.4387 is "44%"; under one percent with one decimal; nothing for None."""
    if share is None or share == "":
        return ""
    value = float(share) * 100
    places = 1 if 0 < value < 1 else 0
    return _("%s%%") % number_format(round(value, places), places)  # number_format itself only cuts off


@register.filter
def grouped(number: int | None) -> str:
    """{{ votes|grouped }}: 12345 is "12,345"."""
    return "" if number is None else number_format(number, force_grouping=True)


@register.filter
def hundredths(share: float | None) -> str:
    """{{ line.share|hundredths }}: a width in percent as SVG reads it, whatever the language."""
    return f"{(share or 0) * 100:.2f}"
