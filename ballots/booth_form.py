"""A ballot as it is being filled in: what was typed in the form, what it means, and what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from ballots import marks
from ballots.models import BallotLine, BallotPaper
from budgeting.models import Contest

PAPER = "paper"  # the form's name for the digest of the paper it shows
MARK = "choice"  # the form's name for a mark; a number typed beside a project is "points-<ballot number>"


@dataclass(frozen=True, slots=True)
class Line:
    """A project in the booth, and what was typed beside it."""

    line: BallotLine
    typed: str = field(repr=False)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 5


class BallotForm:
    """The form of one ballot. Lives as long as one request; its text shows nothing of what was chosen."""

    def __init__(self, paper: BallotPaper, data: QueryDict | None = None) -> None:
        self.paper = paper
        self.contest = paper.contest
        self.is_outdated = data is not None and data.get(PAPER, paper.digest) != paper.digest
        self.typed = self._read(data) if data is not None and not self.is_outdated else {}
        self.is_filled_in = data is not None

    def __repr__(self) -> str:
        return "<BallotForm>"

    def _read(self, data: QueryDict) -> dict[str, str]:
        """What was typed, by ballot number as text."""
        if self.contest.has_marks:
            return dict.fromkeys(data.getlist(MARK), "1")
        prefix = "points-"
        typed = {name.removeprefix(prefix): str(data[name]).strip() for name in data if name.startswith(prefix)}
        return {number: text for number, text in typed.items() if text}

    @cached_property
    def errors(self) -> list[str]:
        """Why this is no valid ballot yet, a sentence each."""
        if self.is_outdated:  # the same number may mean another project by now
            return [_("Another ballot paper has taken the place of the one you filled in. Choose anew.")]
        if not all(_is_number(text) for pair in self.typed.items() for text in pair):
            return [_("Write whole numbers only.")]
        return marks.errors(self.choices, self.paper)

    @cached_property
    def choices(self) -> dict[int, int]:
        """Points per ballot number. In a ranking one types places: the first of L places is worth L points."""
        typed = {
            int(number): int(text) for number, text in self.typed.items() if number.isdecimal() and text.isdecimal()
        }
        if self.contest.ballot_style != Contest.BallotStyle.RANKING:
            return {number: points for number, points in typed.items() if points}
        return {number: len(typed) + 1 - place for number, place in typed.items()}

    @property
    def rows(self) -> Iterator[Line]:
        for line in self._lines:
            yield Line(line, self.typed.get(str(line.ballot_number), ""))

    @property
    def chosen(self) -> list[Line]:
        """The rows that were chosen; in a ranking the first place first."""
        rows = [row for row in self.rows if row.line.ballot_number in self.choices]
        return sorted(rows, key=lambda row: -self.choices[row.line.ballot_number])

    @cached_property
    def _lines(self) -> list[BallotLine]:
        lines = self.paper.lines.select_related("proposal__contest__cycle", "proposal__contest__district")
        return list(lines.prefetch_related("proposal__photos"))

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The names and values that carry the ballot to the next page."""
        typed = [
            (MARK, number) if self.contest.has_marks else (f"points-{number}", text)
            for number, text in self.typed.items()
        ]
        return [(PAPER, self.paper.digest), *typed]

    @property
    def cost(self) -> int:
        """What the chosen projects cost together, in minor units."""
        return sum(row.line.cost for row in self.chosen)

    @property
    def left(self) -> int:
        """What is left of the budget, in minor units; below zero if it is overspent."""
        return self.contest.budget - self.cost

    @property
    def rules(self) -> dict[str, Any]:
        """What may be chosen, for the running total in the browser."""
        return {
            "style": self.contest.ballot_style,
            "most": self.contest.most_choices,
            "points": self.contest.points,
            "budget": self.contest.budget,
        }
