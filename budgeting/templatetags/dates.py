"""Dates as a notice writes them: "Sunday 14 March, 20:00 (UTC+1)", in the city's zone."""

from datetime import date, datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lib import clock

register = template.Library()


def offset(moment: datetime) -> str:
    """The zone's distance from UTC at that moment: "UTC", "UTC+1", "UTC−3:30"."""
    minutes = round((moment.utcoffset() or timedelta()).total_seconds() / 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}{f':{rest:02}' if rest else ''}"


def day_words(day: date) -> str:
    """The day of the week and of the month, with the year unless it is this year."""
    if day.year == timezone.localtime(clock.now()).year:
        return date_format(day, pgettext("day of this year, as Django's date filter", "l j F"))
    return date_format(day, pgettext("day of another year, as Django's date filter", "l j F Y"))


def words(moment: datetime) -> str:
    local = timezone.localtime(moment)
    time = date_format(local, pgettext("time of day, as Django's date filter", "H:i"))
    return _("%(day)s, %(time)s (%(offset)s)") % {"day": day_words(local.date()), "time": time, "offset": offset(local)}


def end_words(moment: datetime) -> str:
    """As `words`, but an end at midnight belongs to the day it ends: Sunday 24:00, not Monday 00:00."""
    local = timezone.localtime(moment)
    if (local.hour, local.minute) != (0, 0):
        return words(moment)
    day = day_words(local.date() - timedelta(days=1))
    return _("%(day)s, %(time)s (%(offset)s)") % {"day": day, "time": "24:00", "offset": offset(local)}


def _timed(moment: datetime, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', timezone.localtime(moment).isoformat(timespec="seconds"), text)


@register.filter
def moment(value: datetime | None) -> str:
    """{{ phase.opens|moment }}: Sunday 14 March, 20:00 (UTC+1)"""
    return _timed(value, words(value)) if value else ""


@register.filter
def until(value: datetime | None) -> str:
    """{{ phase.closes|until }}: until Sunday 14 March, 20:00 (UTC+1); nothing where there is no end."""
    return _timed(value, _("until %s") % end_words(value)) if value else ""


@register.filter
def end(value: datetime | None) -> str:
    """{{ phase.closes|end }}: as moment, for an end: midnight is 24:00 of the day before."""
    return _timed(value, end_words(value)) if value else ""


@register.filter
def exactly(value: datetime | None) -> str:
    """{{ count.at|exactly }}: 14 March 2027, 20:00 (UTC+1); as a document says it, which is read in any year."""
    if not value:
        return ""
    local = timezone.localtime(value)
    form = pgettext("day and time in a document, as Django's date filter", "j F Y, H:i")
    return f"{date_format(local, form)} ({offset(local)})"


@register.filter
def day(value: datetime | date | None) -> str:
    """{{ comment.at|day }}: Sunday 14 March"""
    if not value:
        return ""
    local = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), day_words(local))
