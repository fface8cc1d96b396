"""Reading a register's file, CSV or XLSX, a line at a time. The file is a stranger's: every size has a limit."""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import IO

from django.utils.translation import gettext as _

from lib import bounded, workbook
from lib.refusal import Refused

MOST_BYTES = 128 * 2**20
MOST_UNPACKED = 512 * 2**20  # of an XLSX, all its parts together
MOST_COLUMNS = 60
MOST_LINES = 2_000_000
MOST_CHARACTERS = 2_000  # of one cell
MOST_LINE = 100_000  # characters of one line of a CSV
BOUNDS = bounded.Bounds("spreadsheets", memory=512 * 2**20, seconds=180, at_once=2, in_line=3, patience=20)

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


class RegisterFileError(Refused):
    """The file as a whole cannot be taken, in one sentence for the clerk."""


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
    file.seek(0, io.SEEK_END)
    if file.tell() > MOST_BYTES:
        raise RegisterFileError(_("The file is larger than %d MB.") % (MOST_BYTES // 2**20))
    file.seek(0)
    start = file.read(8)
    file.seek(0)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise RegisterFileError(_("This is an old Excel file. Save it as XLSX or CSV and upload that."))
    rows = _xlsx_rows(file) if start.startswith(b"PK\x03\x04") else _csv_rows(file)
    return _named(rows)


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


def _csv_rows(file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    text = io.TextIOWrapper(file, encoding=_encoding(file), newline="")
    try:
        header = next(_short_lines(text), "")
        text.seek(0)
        delimiter = max(";,\t|", key=header.count)
        reader = csv.reader(_short_lines(text), delimiter=delimiter, strict=True)
        start = 1
        for cells in reader:
            yield start, [cell.strip().lstrip("\ufeff") for cell in cells]
            start = reader.line_num + 1
    except csv.Error:
        raise RegisterFileError(
            _("The file cannot be read from line %d on: is a quotation mark missing?") % start
        ) from None
    except UnicodeError:
        raise RegisterFileError(
            _("The letters of the file cannot be read. Save it as UTF-8 and upload that.")
        ) from None
    finally:
        if not file.closed:  # as it is where the reader gave up half way, and this is tidied away after the file
            text.detach()


def _short_lines(text: IO[str]) -> Iterator[str]:
    while line := text.readline(MOST_LINE):
        if len(line) == MOST_LINE:
            raise RegisterFileError(_("A line of the file is longer than %d characters.") % MOST_LINE)
        yield line


def _encoding(file: IO[bytes]) -> str:
    """By the byte order mark; else UTF-8 if the whole file is that; else what Windows writes in western Europe."""
    start = file.read(4)
    file.seek(0)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    encoding, decoder = "utf-8-sig", codecs.getincrementaldecoder("utf-8")()
    while block := file.read(2**20):
        if b"\0" in block:
            raise RegisterFileError(_("This is no CSV or XLSX file."))
        try:
            decoder.decode(block)
        except UnicodeDecodeError:
            encoding = "cp1252"
            decoder.reset()
    file.seek(0)
    return encoding


def _xlsx_rows(file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """Beside the process that answers visitors: what unpacks to gigabytes does so there, and no further than it may."""
    limits = MOST_UNPACKED, MOST_COLUMNS + 1, MOST_CHARACTERS + 1
    try:
        batches = bounded.read("lib.workbook:rows", file, BOUNDS, *limits)
        yield from enumerate(chain.from_iterable(batches), start=1)
    except bounded.CannotRead as refusal:
        raise RegisterFileError(_sentence(refusal.reason)) from None


def _sentence(reason: str) -> str:
    sentences = {
        workbook.UNPACKS_TO_TOO_MUCH: _("The spreadsheet is too large when unpacked. Save it as CSV."),
        workbook.LONG_CELL: _("A cell of the spreadsheet is longer than any cell can be. Save it again, or as CSV."),
        workbook.DEFINES: _("The spreadsheet holds definitions of its own, which no register needs."),
        bounded.TOO_MUCH: _("The spreadsheet takes too much memory or time to read. Save it as CSV."),
        bounded.BUSY: _("Another spreadsheet is being read just now. Try again in a minute."),
    }
    return sentences.get(reason, _("The spreadsheet is damaged. Save it again, or save it as CSV."))
