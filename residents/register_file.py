"""Reading a register's file, CSV or XLSX, a line at a time. The file is a stranger's: every size has a limit."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from lib import tables
from lib.tables import TableError

MOST_BYTES = 128 * 2**20
MOST_UNPACKED = 512 * 2**20  # of an XLSX, all its parts together
MOST_COLUMNS = 60
MOST_LINES = 2_000_000
MOST_CHARACTERS = 2_000  # of one cell

# Every name a column may go by, without accents, blanks or marks.
COLUMNS = {
    "identifier": {"identifier", "id", "number", "nationalnumber", "identifiant", "numero", "numeronational"},
    "name": {"name", "fullname", "nom", "nomcomplet"},
    "birth_date": {"birthdate", "dateofbirth", "birthday", "born", "dob", "datedenaissance", "datenaissance"},
    "address": {"address", "street", "adresse", "rue"},
    "postcode": {"postcode", "postalcode", "zip", "zipcode", "codepostal"},
    "town": {"town", "city", "municipality", "ville", "commune", "localite"},
    "district": {"district", "quartier", "neighbourhood", "neighborhood"},
}
REQUIRED = ("identifier", "name", "birth_date", "district")

RegisterFileError = TableError


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a line is not taken. `reason` never repeats what stood there: it is kept, the file is not."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A line of the file; `number` is the one a text editor or spreadsheet shows; every column of COLUMNS is there."""

    number: int
    cells: dict[str, str]


def rows_of(file: IO[bytes]) -> Iterator[RegisterRow | RowError]:
    """The lines of a register below its header, with the cells this product knows, stripped.

    Raises RegisterFileError for what is no register: too large, another format, no header, a column missing.
    """
    limits = tables.Limits(MOST_BYTES, MOST_UNPACKED, MOST_COLUMNS, MOST_CHARACTERS)
    return _named(tables.rows(file, limits))


def _named(rows: Iterable[tuple[int, Sequence[str]]]) -> Iterator[RegisterRow | RowError]:
    rows = iter(rows)
    number, header = next(rows, (0, ()))
    places = _places(header)
    for number, cells in rows:
        if number > MOST_LINES:
            raise RegisterFileError(_("The file has more than %d lines.") % MOST_LINES)
        if not any(cells):
            continue
        if any(cells[len(header) :]):
            yield RowError(number, "", _("This line has more cells than the header has columns."))
            continue
        if any(len(cell) > MOST_CHARACTERS for cell in cells):
            yield RowError(number, "", _("A cell of this line is too long."))
            continue
        padded = [*cells, *[""] * (len(header) - len(cells))]
        yield RegisterRow(number, {name: padded[place] if place is not None else "" for name, place in places.items()})


def _places(header: Sequence[str]) -> dict[str, int | None]:
    """Where each known column stands. Raises RegisterFileError if a required one is missing or one is there twice."""
    if len(header) > MOST_COLUMNS:
        raise RegisterFileError(_("The file has more than %d columns.") % MOST_COLUMNS)
    plain = [_plain(title) for title in header]
    places: dict[str, int | None] = {}
    for name, titles in COLUMNS.items():
        found = [place for place, title in enumerate(plain) if title in titles]
        if len(found) > 1:
            raise RegisterFileError(_("The column “%s” is there twice.") % name)
        places[name] = found[0] if found else None
    if missing := [name for name in REQUIRED if places[name] is None]:
        raise RegisterFileError(_("The first line must name the columns. Not found: %s.") % ", ".join(missing))
    return places


def _plain(title: str) -> str:
    apart = unicodedata.normalize("NFKD", title.casefold())
    return "".join(char for char in apart if char.isascii() and char.isalnum())
