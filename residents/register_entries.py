"""The lines of a register's file as entries: who, born when, and in which district; or what is wrong with them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.utils.translation import gettext as _

from budgeting.models import Cycle, District
from lib.names import one_form
from residents.birth_dates import BirthDate, age_on, birth_date_of, has_two_digits
from residents.digests import normalised_identifier
from residents.models.register import first_day
from residents.register_file import Register, RegisterFileError, RegisterRow, RowError

# What spreadsheets and databases write where there is nothing, or where something failed.
NO_VALUE = re.compile(
    r"#.*[!?/A]|#?n/?a|null|none|nan|inf|true|false|unknown|inconnu|unbekannt|\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}.*", re.I
)
LOST_DIGITS = re.compile(r"\d+([.,]\d+)?e\+?\d+|\d+[.,]0", re.I)
# Signs that are in no name: a letter of another code page, or of UTF-8 taken for one of an older kind.
MISREAD = re.compile(r"[\ufffd£¥¤¢§¶±¹²³¼½¾¿¡¯¬¦©®°†‡•…‰™€]|[ÃÂÅÄ][\x80-\xbf‚ƒ„†‡ˆ‰‹‘“”•–—˜™›]")
MONTH_FIRST, DAY_FIRST = (
    re.compile(rf"{both}[-/.]\d{{4}}") for both in (r"\d{1,2}[-/.](1[3-9]|[23]\d)", r"(1[3-9]|[23]\d)[-/.]\d{1,2}")
)

OLD, OLDEST = 120, 150  # years: a date put for one that is not known, perhaps; and none at all


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """A line of the register that was found good, still in clear: never stored."""

    line: int
    identifier: str
    name: str
    born: BirthDate
    age: int
    district: District
    address: str
    postcode: str
    town: str


@dataclass(frozen=True, slots=True)
class Places:
    """The districts by the form of their names and addresses; None: two go by it. `open_to`: whose residents vote."""

    by_form: dict[str, District | None]
    open_to: set[int]

    @classmethod
    def of(cls, cycle: Cycle) -> "Places":
        """As long as a cycle has no contest at all, or one of the whole city, every district is open to it."""
        every = list(District.objects.all())
        forms = Counter(one_form(district.name) for district in every)
        by_form: dict[str, District | None] = {one_form(each.slug): each for each in every}
        by_form |= {one_form(each.name): each if forms[one_form(each.name)] == 1 else None for each in every}
        contests = cycle.contests.values_list("district", "district__city_wide")
        with_contest = {district for district, _city_wide in contests}
        for_all = not contests or any(city_wide for _district, city_wide in contests)
        return cls(by_form, {each.pk for each in every if for_all or each.pk in with_contest})

    def find(self, name: str) -> District | str:
        """The district a register means, or a sentence on why it is none."""
        form = one_form(name)
        district = self.by_form.get(form)
        if district is None:
            return _("Two districts have that name.") if form in self.by_form else _("No district of that name.")
        if district.pk not in self.open_to:
            return _("Nobody votes there: this district has no contest in this cycle.")
        return district


def entries_of(cycle: Cycle, register: Register, *, years_alone: bool) -> Iterator[RegisterEntry | RowError]:
    """Every line of a register's file, as an entry or as what is wrong with it.

    `years_alone`: whether a year of birth is enough. Raises RegisterFileError for the whole file. The database is asked
    before the first line and not again, so that the lines can go straight into a COPY.
    """
    read = partial(_checked, places=Places.of(cycle), voting_opens=day_of_ages(cycle), years_alone=years_alone)
    return (read(row) if isinstance(row, RegisterRow) else row for row in _in_one_order(register.rows))


def _in_one_order(rows: Iterable[RegisterRow | RowError]) -> Iterator[RegisterRow | RowError]:
    """The rows, whose dates put the day first. Raises RegisterFileError at the end if they put the month there.

    One 04/13/1981 shows that 04/03/1980 on another line is the third of April, and not the fourth of March.
    """
    month_first = day_first = 0
    for row in rows:
        if isinstance(row, RegisterRow):
            month_first = month_first or (row.number if MONTH_FIRST.fullmatch(row.cells["birth_date"]) else 0)
            day_first = day_first or (row.number if DAY_FIRST.fullmatch(row.cells["birth_date"]) else 0)
        yield row
    if month_first and not day_first:
        raise RegisterFileError(
            _("The dates put the month before the day, as line %d shows: save them as 1979-03-31.") % month_first
        )


def _checked(row: RegisterRow, *, places: Places, voting_opens: date, years_alone: bool) -> RegisterEntry | RowError:
    cells = row.cells
    if objection := _why_no_identifier(cells["identifier"]):
        return RowError(row.number, "identifier", objection)
    name = " ".join(filter(None, (cells["given_name"], cells["name"])))
    if objection := _why_no_name(cells["name"], whole=name):
        return RowError(row.number, "name", objection)
    if has_two_digits(cells["birth_date"]):
        return RowError(row.number, "birth_date", _("The year has two digits, and may be of two centuries."))
    if (born := birth_date_of(cells["birth_date"])) is None:
        return RowError(row.number, "birth_date", _("Not a date such as 1979-03-31 or 31/03/1979."))
    if isinstance(born, int) and not years_alone:
        said = _("A year alone. If that is all that is known, say so at the upload.")
        return RowError(row.number, "birth_date", said)
    age = age_on(voting_opens, born)
    if age < 0:
        return RowError(row.number, "birth_date", _("Born after the vote opens."))
    if age > OLDEST:
        return RowError(row.number, "birth_date", _("Older than %d years.") % OLDEST)
    district = places.find(cells["district"])
    if isinstance(district, str):
        return RowError(row.number, "district", district)
    place = cells["address"], cells["postcode"], cells["town"]
    return RegisterEntry(row.number, cells["identifier"], name, born, age, district, *place)


def _why_no_identifier(text: str) -> str:
    if not normalised_identifier(text):
        return _("No identifier.")
    if NO_VALUE.fullmatch(text):
        return _("What stands there is no identifier.")
    if LOST_DIGITS.fullmatch(text):
        return _("A spreadsheet has taken digits away: format the column as text.")
    return ""


def _why_no_name(text: str, *, whole: str) -> str:
    """`text` is what stands in the column of names; `whole` has the given name before it, if that has its own."""
    if not one_form(text):
        return _("No name.")
    if NO_VALUE.fullmatch(text) or not any(map(str.isalpha, whole)):
        return _("What stands there is no name.")
    if MISREAD.search(whole):
        return _("The letters are not read rightly: save the file as UTF-8.")
    return ""


def day_of_ages(cycle: Cycle) -> date:
    """The day on which ages count. Raises RegisterFileError if the cycle has no dates at all."""
    day = first_day(cycle)
    if day is None:
        raise RegisterFileError(_("Set the dates of this cycle first: ages count on the day voting opens."))
    return day
