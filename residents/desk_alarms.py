"""What an auditor is told about people verified at the desk: an alarm says look, not that anything is wrong."""

from collections import Counter
from datetime import date, datetime
from statistics import median

from django.db.models import Count
from django.db.models.functions import TruncHour
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from budgeting.models import Cycle
from residents import desk_days

IN_AN_HOUR = 20  # by one clerk: three minutes for each, to look at a document and copy from it
IN_A_DAY = 60  # by one clerk
TIMES = 3  # more than on an ordinary day, if it is IN_AN_HOUR or more
NIGHT = (*range(6), *range(21, 24))  # hours in the city in which no desk is open


def alarms(cycle: Cycle) -> list[str]:
    """A sentence for each number out of the ordinary."""
    ties = desk_days.of(cycle).order_by().annotate(hour=TruncHour("at"))
    hours = ties.values_list("hour", "by__email").annotate(Count("pk"))
    by_hour = {(hour, clerk or "–"): number for hour, clerk, number in hours}
    by_day, days = Counter[tuple[date, str]](), Counter[date]()
    for (hour, clerk), number in by_hour.items():
        by_day[hour.date(), clerk] += number
        days[hour.date()] += number
    return [*_in_an_hour(by_hour), *_in_a_day(by_day), *_more_than_on_other_days(days), *_at_night(by_hour)]


def _in_an_hour(hours: dict[tuple[datetime, str], int]) -> list[str]:
    return [
        _("%(clerk)s verified %(n)d people at the desk within the hour from %(hour)s on %(day)s.")
        % {"clerk": clerk, "n": number, "hour": time_format(hour), "day": date_format(hour)}
        for (hour, clerk), number in sorted(hours.items())
        if number >= IN_AN_HOUR
    ]


def _in_a_day(days: dict[tuple[date, str], int]) -> list[str]:
    return [
        _("%(clerk)s verified %(n)d people at the desk on %(day)s.")
        % {"clerk": clerk, "n": number, "day": date_format(day)}
        for (day, clerk), number in sorted(days.items())
        if number >= IN_A_DAY
    ]


def _more_than_on_other_days(days: Counter[date]) -> list[str]:
    """Held against the other days on which somebody came, where there are enough of them to be ordinary."""
    found = []
    for day, number in sorted(days.items()):
        others = [each for other, each in days.items() if other != day]
        if len(others) >= 3 and number >= IN_AN_HOUR and number > TIMES * median(others):
            said = {"n": number, "day": date_format(day), "ordinary": int(median(others))}
            found.append(_("%(n)d people were verified at the desk on %(day)s, and %(ordinary)d on other days.") % said)
    return found


def _at_night(hours: dict[tuple[datetime, str], int]) -> list[str]:
    nights = Counter[date]()
    for (hour, _clerk), number in hours.items():
        if hour.hour in NIGHT:
            nights[hour.date()] += number
    return [
        ngettext(
            "%(n)d person was verified at the desk before six or after nine in the evening of %(day)s.",
            "%(n)d people were verified at the desk before six or after nine in the evening of %(day)s.",
            number,
        )
        % {"n": number, "day": date_format(day)}
        for day, number in sorted(nights.items())
    ]
