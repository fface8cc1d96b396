"""The spreadsheet of a member's cards, as its cells."""

import csv
import io

import openpyxl

from accounts.models import User
from budgeting.models import Cycle
from committee.models import Answer, Question
from committee.sheets import files
from committee.sheets.sheet import CardSheet

PAGE = "/desk/2027/work/sheet/"
LAND, WAY, COST = "Is it land of the city?", "Who builds it?", "What does it cost?"


def taken(member: User, cycle: Cycle, kind: str = "csv") -> list[list[str]]:
    """The cells of the sheet, from the header on."""
    content = files.written(CardSheet(member, cycle), kind)
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def as_file(cells: list[list[str]], kind: str = "csv") -> io.BytesIO:
    if kind == "csv":
        text = io.StringIO(newline="")
        csv.writer(text).writerows(cells)
        return io.BytesIO(text.getvalue().encode("utf-8-sig"))
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in cells:
        book.active.append(row)
    book.save(content)
    return content


def column(cells: list[list[str]], question: Question, *, comment: bool = False) -> int:
    beginning = f"{question.pk}{'b' if comment else ''}. "
    return next(place for place, title in enumerate(cells[0]) if title.startswith(beginning))


def fill(cells: list[list[str]], line: int, question: Question, text: str, *, comment: bool = False) -> None:
    cells[line - 1][column(cells, question, comment=comment)] = text


def answers(member: User) -> dict[tuple[str, str], tuple[str, str]]:
    rows = Answer.objects.filter(card__member=member).select_related("card", "question")
    return {(each.card.step, each.question.text): (each.value, each.comment) for each in rows}
