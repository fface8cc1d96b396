"""Reading a table from outside, CSV or XLSX, a row at a time. The file is a stranger's: every size has a limit."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import IO

from django.utils.translation import gettext as _

from lib import bounded, workbook
from lib.refusal import Refused

MOST_LINE = 100_000  # characters of one line of a CSV
BOUNDS = bounded.Bounds("spreadsheets", memory=512 * 2**20, seconds=180, at_once=2, in_line=3, patience=20)


class TableError(Refused):
    """The file as a whole cannot be taken, in one sentence for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`unpacked`: bytes of an XLSX, all its parts together. Of more columns and characters one more is read each."""

    size: int  # bytes
    unpacked: int
    columns: int
    characters: int


def rows(file: IO[bytes], limits: Limits, *, formulas: bool = False) -> Iterator[tuple[int, list[str]]]:
    """The rows from the top, each with the line that a text editor or spreadsheet shows, its cells stripped.

    Of an XLSX the first sheet; a formula there is what it came to last, or with `formulas` begins with "=".
    Raises TableError, also in the midst of it.
    """
    file.seek(0, io.SEEK_END)
    if file.tell() > limits.size:
        raise TableError(_("The file is larger than %d MB.") % (limits.size // 2**20))
    file.seek(0)
    start = file.read(8)
    file.seek(0)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableError(_("This is an old Excel file. Save it as XLSX or CSV and upload that."))
    return _xlsx_rows(file, limits, formulas) if start.startswith(b"PK\x03\x04") else _csv_rows(file)


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
        raise TableError(_("The file cannot be read from line %d on: is a quotation mark missing?") % start) from None
    except UnicodeError:
        raise TableError(_("The letters of the file cannot be read. Save it as UTF-8 and upload that.")) from None
    finally:
        if not file.closed:  # as it is where the reader gave up half way, and this is tidied away after the file
            text.detach()


def _short_lines(text: IO[str]) -> Iterator[str]:
    while line := text.readline(MOST_LINE):
        if len(line) == MOST_LINE:
            raise TableError(_("A line of the file is longer than %d characters.") % MOST_LINE)
        yield line


def _encoding(file: IO[bytes]) -> str:
    """By the byte order mark; else UTF-8 if the whole file is that; else what Windows writes in western Europe."""
    start = file.read(4)
    file.seek(0)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    of_utf8, others, line = False, [], 1
    decoder = codecs.getincrementaldecoder("utf-8")()  # a line may be longer than what is read of it at once
    while part := file.readline(MOST_LINE):
        if b"\0" in part:
            raise TableError(_("This is no CSV or XLSX file."))
        try:
            of_utf8 |= not decoder.decode(part).isascii()
        except UnicodeDecodeError:
            others.append(line)
            decoder.reset()
        line += part.endswith(b"\n")
    if of_utf8 and others:
        named = ", ".join(map(str, others[:5])) + (" …" if len(others) > 5 else "")
        raise TableError(_("The file is UTF-8 but for some letters, on line %s: save it anew, all as UTF-8.") % named)
    encoding = "cp1252" if others else "utf-8-sig"
    file.seek(0)
    return encoding


def _xlsx_rows(file: IO[bytes], limits: Limits, formulas: bool) -> Iterator[tuple[int, list[str]]]:
    """Beside the process that answers visitors: what unpacks to gigabytes does so there, and no further than it may."""
    most = limits.unpacked, limits.columns + 1, limits.characters + 1
    try:
        batches = bounded.read("lib.workbook:rows", file, BOUNDS, *most, formulas)
        yield from enumerate(chain.from_iterable(batches), start=1)
    except bounded.CannotRead as refusal:
        raise TableError(_sentence(refusal.reason)) from None


def _sentence(reason: str) -> str:
    sentences = {
        workbook.UNPACKS_TO_TOO_MUCH: _("The spreadsheet is too large when unpacked. Save it as CSV."),
        workbook.SHEETS: _(
            "The spreadsheet has several sheets, or a hidden one: keep the one that counts, and no other."
        ),
        workbook.LONG_CELL: _("A cell of the spreadsheet is longer than any cell can be. Save it again, or as CSV."),
        workbook.DEFINES: _("The spreadsheet holds definitions of its own, which no table needs."),
        bounded.TOO_MUCH: _("The spreadsheet takes too much memory or time to read. Save it as CSV."),
        bounded.BUSY: _("Another spreadsheet is being read just now. Try again in a minute."),
    }
    return sentences.get(reason, _("The spreadsheet is damaged. Save it again, or save it as CSV."))
