"""What this program saw before, in a small file: so that a board rolled back, or told otherwise to others, is found.

Two who watch apart find a fork if one checks with the file of the other.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from board_chain import Board
from findings import CannotTell, Findings, read_json, shown
from frozen_paper import Paper
from sources import read_file


class Seen:
    """The file, or none. For each contest: the paper, the roots of the board, the ends of the log, the ballots."""

    def __init__(self, path: str | None) -> None:
        self.path = path
        told = read_json(read_file(path), "The file of what was seen") if path and Path(path).exists() else {}
        if not all(isinstance(each, dict) for each in told.values()):
            raise CannotTell("The file of what was seen does not hold what this program writes.")
        self.told: dict[str, dict[str, Any]] = told

    def of(self, paper: Paper) -> dict[str, Any]:
        return self.told.setdefault(paper.name, {})

    def compare_board(self, paper: Paper, board: Board, findings: Findings) -> None:
        before = self.of(paper)
        if before.get("roots") and before.get("paper") != paper.digest:
            findings.fraud("fork", "the paper is another than it was when the board had begun.")
        for number, (was, now) in enumerate(zip(before.get("roots", []), board.roots, strict=False), start=1):
            if was != now:
                findings.fraud("fork", f"batch {number} of the board was seen with the root {was}; now it is {now}.")
                break
        if len(board.roots) < len(before.get("roots", [])):
            told = f"{len(before['roots'])} batches of the board were seen; now there are {len(board.roots)}"
            findings.fraud("rolled back", f"{told}.")
        self._compare_logs(board, findings)

    def _compare_logs(self, board: Board, findings: Findings) -> None:
        """The log of a city is one for all its contests: where two batches name the same entry, it has one hash."""
        known = {int(entry): head for each in self.told.values() for entry, head in each.get("log", {}).items()}
        for batch in board.batches:
            if batch.log and known.setdefault(*batch.log) != batch.log[1]:
                findings.fraud("fork", f"batch {batch.number} names another audit log than was seen before.")

    def compare_draws(self, paper: Paper, draws: list[dict[str, Any]], findings: Findings) -> None:
        """A draw that was announced stays as it was, and so does what was drawn."""
        before = self.of(paper).get("draws", [])
        for was, now in zip(before, [*draws, *[{}] * len(before)], strict=False):
            if any(now.get(name) != value for name, value in was.items() if value is not None):
                findings.fraud("fork", f"the draw {shown(was.get('what', ''))} is not what was seen of it before.")

    def compare_ballots(self, paper: Paper, ballots: str, winners: list[str], findings: Findings) -> None:
        before = self.of(paper)
        if before.get("ballots", ballots) != ballots:
            findings.fraud("fork", "the published ballots are others than were seen before.")
        if before.get("winners", winners) != winners:
            was = ", ".join(before["winners"])
            findings.cannot(f"the winners were {was} when seen before: the city has to say why it counted again.")

    def keep(
        self,
        paper: Paper,
        board: Board,
        ballots: str | None,
        winners: list[str] | None,
        draws: list[dict[str, Any]] | None,
    ) -> None:
        """Write down what is there now; only where nothing was found, so that a fraud is found again."""
        logs = {str(batch.log[0]): batch.log[1] for batch in board.batches if batch.log}
        now = {"paper": paper.digest, "roots": board.roots, "log": logs, "ballots": ballots, "winners": winners}
        now["draws"] = draws
        self.told[paper.name] = self.of(paper) | {name: value for name, value in now.items() if value is not None}
        if self.path is None:
            return
        beside = f"{self.path}.new"
        try:
            Path(beside).write_text(json.dumps(self.told, indent=1, sort_keys=True) + "\n", "utf-8")
            os.replace(beside, self.path)
        except OSError as wrong:
            raise CannotTell(f"{self.path} cannot be written: {wrong.strerror}.") from None
