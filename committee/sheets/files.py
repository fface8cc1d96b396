"""A spreadsheet of cards as a file: written as XLSX or CSV, and read with limits from what a member sends."""

from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _
from import_export.formats.base_formats import CSV, XLSX

from committee.sheets.columns import FIXED, QUESTION, in_every_language, plain
from committee.sheets.rows import CardRow
from committee.sheets.sheet import CardSheet
from lib import tables
from lib.tables import TableError

MOST_BYTES = 8 * 2**20
MOST_ROWS = 5_000
LIMITS = tables.Limits(MOST_BYTES, unpacked=64 * 2**20, columns=400, characters=32_767)
REQUIRED = ("number", "step", "mark")
FORMATS = {"xlsx": XLSX, "csv": CSV}


@dataclass(frozen=True, slots=True)
class Fault:
    """What cannot be taken; `line` as a spreadsheet numbers it, `column` as the file titles it."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file would change, what is wrong with it, and the titles of columns that say nothing to us."""

    changed: list[CardRow]
    faults: list[Fault]
    unread: list[str]


def written(sheet: CardSheet, kind: str) -> bytes:
    """As "xlsx", or as "csv" with the mark by which Excel knows UTF-8."""
    content = FORMATS[kind]().export_data(sheet.dataset())
    return content if isinstance(content, bytes) else content.encode("utf-8-sig")


def read(file: IO[bytes], sheet: CardSheet) -> Reading:
    """Raises TableError for what is no such sheet: too large, another format, a column missing or there twice."""
    lines = tables.rows(file, LIMITS, formulas=True)
    _number, header = next(lines, (0, []))
    places, faults, unread = _places(header, sheet)
    numbers: list[int] = []
    rows: list[list[str]] = []
    for number, cells in lines:
        if not any(cells):
            continue
        if len(rows) == MOST_ROWS:
            raise TableError(_("The file has more than %d lines.") % MOST_ROWS)
        numbers.append(number)
        rows.append([cells[place] if place < len(cells) else "" for place in places.values()])
    found = sheet.read(list(places), rows)
    faults += [Fault(numbers[row], header[places[name]], sentence) for row, name, sentence in found]
    return Reading(sheet.changed, faults, unread)


def _places(header: list[str], sheet: CardSheet) -> tuple[dict[str, int], list[Fault], list[str]]:
    """Where each column stands that we know; what is asked in no card of this round; and what is no column of ours."""
    if len(header) > LIMITS.columns:
        raise TableError(_("The file has more than %d columns.") % LIMITS.columns)
    known = {word: name for name, title in FIXED.items() for word in in_every_language(title)}
    places: dict[str, int] = {}
    faults, unread = [], []
    for place, title in enumerate(header):
        question = QUESTION.match(f"{title} ")
        name = question[1] + question[2] if question else known.get(plain(title).casefold(), "")
        if name in places:
            raise TableError(_("The column “%s” is there twice.") % title[:80])
        if name in sheet.fields:
            places[name] = place
        elif question:
            faults.append(Fault(1, title[:80], _("This question is on no card of %s.") % sheet.cycle))
        elif title:
            unread.append(title[:80])
    if missing := [str(FIXED[name]) for name in REQUIRED if name not in places]:
        raise TableError(_("The first line must name the columns. Not found: %s.") % ", ".join(missing))
    return places, faults, unread
