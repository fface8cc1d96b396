"""Dates of birth as registers write them: a day, or no more than the year.

Age lets nobody vote and keeps nobody from voting: whom a city puts on its register may. It is worked out for the
turnout by age, on the day voting opens; of whom the year alone is known it is counted as if they were born on 1 July,
the middle of the year, so that about as many are taken for too old as for too young.
"""

import re
from datetime import date

BirthDate = date | int
"""A day; or a year, where nothing more is known."""

# As databases write a day. Another hour may be another day elsewhere.
_MIDNIGHT = re.compile(r"[ T]0?0:00(:00(\.0+)?)?")
_DAYS = (
    re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})"),
    re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"),
    re.compile(r"(?P<day>\d{1,2})([-/.])(?P<month>\d{1,2})\2(?P<year>\d{4})"),
)
_YEAR = re.compile(r"\d{4}")
_TWO_DIGITS = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}")


def birth_date_of(text: str) -> BirthDate | None:
    """What a date of birth says; None if it is none.

    A day is written 1979-03-31, 1979/03/31, 19790331, 31/03/1979, 31.03.1979 or 31-03-1979 (the day before the month),
    with or without midnight behind it; a year 1950, 1950-00-00, 1950-01-00 or 00/00/1950.
    """
    if midnight := _MIDNIGHT.search(text):
        text = text[: midnight.start()] if midnight.end() == len(text) else ""
    if _YEAR.fullmatch(text):
        return int(text)
    for pattern in _DAYS:
        if match := pattern.fullmatch(text):
            year, month, day = (int(match[name]) for name in ("year", "month", "day"))
            if day == 0 and month <= 12:
                return year
            try:
                return date(year, month, day)
            except ValueError:
                return None
    return None


def has_two_digits(text: str) -> bool:
    """Is it a date whose year may be of two centuries?"""
    return bool(_TWO_DIGITS.fullmatch(text))


def year_of(born: BirthDate) -> int:
    return born if isinstance(born, int) else born.year


def age_on(day: date, born: BirthDate) -> int:
    """Whole years; who was born on 29 February is a year older on 1 March. Negative for whoever was born later.

    Of whom the year alone is known it is as said above, and never negative in the year of birth.
    """
    if isinstance(born, int):
        return day.year - born - (born < day.year and (day.month, day.day) < (7, 1))
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
