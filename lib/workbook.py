"""Reading the first sheet of a stranger's XLSX: for a process of its own, by lib/bounded.py."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Any

from defusedxml import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from lib.bounded import CannotRead

MOST_PARTS = 1_000
MOST_RUN = 2**20  # bytes without a mark of XML: a cell as long as no spreadsheet program lets one be
MOST_MARKS = 40_000_000  # of XML: some ten million cells
AT_A_TIME = 200  # rows

DAMAGED, UNPACKS_TO_TOO_MUCH, DEFINES, LONG_CELL = "damaged", "unpacks to too much", "defines", "long cell"
SHEETS = "sheets"


def rows(
    file: IO[bytes], most_unpacked: int, most_columns: int, most_characters: int, formulas: bool
) -> Iterator[list[list[str]]]:
    """Its rows from the top, some at a time, as texts: no more columns, and of each cell no more characters.

    `most_unpacked` is in bytes, all parts together. With `formulas` a formula is itself, and begins with "="; else it
    is what it came to when the file was saved. Raises CannotRead: one of the words above.
    """
    try:
        _look_through(file, most_unpacked)
        book = load_workbook(file, read_only=True, data_only=not formulas, keep_links=False)
        batch = []
        for cells in _only_sheet(book).iter_rows(max_col=most_columns, values_only=True):
            texts = [_text(cell)[:most_characters] for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            batch.append(texts)
            if len(batch) == AT_A_TIME:
                yield batch
                batch = []
        yield batch
    # openpyxl lets whatever a damaged part makes its parsers raise come through, or raises a ValueError from it.
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, TypeError, SyntaxError) as why:
        # It reads XML by defusedxml where that is installed, as it is here.
        if isinstance(why, DefusedXmlException) or isinstance(why.__cause__ or why.__context__, DefusedXmlException):
            raise CannotRead(DEFINES) from None
        raise CannotRead(DAMAGED) from None


def _only_sheet(book: Any) -> Any:
    """The one sheet in which something stands. Of several nobody can know which was meant, nor of a hidden one."""
    filled = [sheet for sheet in book.worksheets if next(sheet.iter_rows(max_row=1, values_only=True), ())]
    if len(filled) > 1 or any(sheet.sheet_state != "visible" for sheet in filled):
        raise CannotRead(SHEETS)
    return filled[0] if filled else book.worksheets[0]


def _look_through(file: IO[bytes], most_unpacked: int) -> None:
    """Refuse what would be large in memory, while none of it is: openpyxl takes a cell, and all texts, as a whole."""
    with zipfile.ZipFile(file) as parts:
        listed = parts.infolist()
        if len(listed) > MOST_PARTS or sum(part.file_size for part in listed) > most_unpacked:
            raise CannotRead(UNPACKS_TO_TOO_MUCH)
        marks = 0
        for part in listed:
            run = 0
            # Python stops at the size a part declares, so that can be believed.
            with parts.open(part) as content:
                while block := content.read(2**18):
                    marks += block.count(b"<")
                    first, last = block.find(b"<"), block.rfind(b"<")
                    run = run + len(block) if first < 0 else max(run + first, 0)
                    if run > MOST_RUN:
                        raise CannotRead(LONG_CELL)
                    if last >= 0:
                        run = len(block) - last
                    if marks > MOST_MARKS:
                        raise CannotRead(UNPACKS_TO_TOO_MUCH)
    file.seek(0)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, ArrayFormula | DataTableFormula):
        return "="
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 10**15:
        return str(int(cell))
    return str(cell).strip()
