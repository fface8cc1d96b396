"""The public draws, as the city publishes them: announced beforehand, and later what was drawn.

Whoever took what was drawn from the draw itself says it (`--seed`); else it is what this file says, which tells where
it can be looked up.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from findings import CannotTell, Findings, read_json, shown
from frozen_paper import Paper

ANNOUNCED = ("what", "drawn_by", "takes_place")
"""What a paper says of the draw for its ties."""


class Draws:
    """All that were announced, in that order: for a contest the last one counts that is for it or for the cycle."""

    def __init__(self, text: str) -> None:
        told = read_json(text, "The file of the draws")
        try:
            self.cycle, self.all = told["cycle"], [dict(each) for each in told["draws"]]
            for each in self.all:
                _moment(each["announced_at"]), _moment(each["takes_place"])
                if each["seed"] is not None:
                    _moment(each["entered_at"])
        except (KeyError, TypeError, ValueError):
            raise CannotTell("The file of the draws does not hold what was announced and drawn.") from None

    def of(self, paper: Paper, use: str) -> list[dict[str, Any]]:
        return [each for each in self.all if each["use"] == use and each["contest"] in (None, paper.contest)]

    def check(self, paper: Paper, findings: Findings) -> None:
        """Each was announced before it took place and entered after it; and the paper names one of them."""
        findings.differ("draw", "the cycle of the draws", self.cycle, paper.cycle)
        for each in self.all:
            told = shown(each["what"])
            if _moment(each["announced_at"]) > _moment(each["takes_place"]):
                findings.fraud("draw", f"{told} was announced after it took place.")
            if each["seed"] is not None and _moment(each["entered_at"]) < _moment(each["takes_place"]):
                findings.fraud("draw", f"what {told} gave was entered before it took place.")
        ties, on_paper = self.of(paper, "ties"), paper.told.get("draw")
        if on_paper is not None:
            named = [each for each in ties if all(each.get(name) == on_paper.get(name) for name in ANNOUNCED)]
            if not named:
                findings.fraud("draw", f"the paper names {shown(on_paper.get('what', ''))}, which was never announced.")
            elif named[-1] is not ties[-1]:
                findings.notes.append(f"the draw on the paper was superseded, by {shown(ties[-1]['what'])}.")
        numbers = {each["seed"] for each in self.of(paper, "numbers")} - {None}
        if numbers and paper.told.get("ballot_number_seed") not in numbers:
            findings.notes.append(
                "the ballot numbers are from no draw that was announced, but from a seed of their own."
            )
        findings.checked.append(f"the draws that were announced: {len(self.all)}, for ties here {len(ties)}.")

    def seed(self, paper: Paper, counted_at: Any) -> tuple[str | None, str]:
        """What was drawn for ties here before they were counted, if anything, and where it can be looked up."""
        ties = self.of(paper, "ties")
        if not ties or ties[-1]["seed"] is None:
            return None, ""
        if isinstance(counted_at, str) and _moment(counted_at) < _moment(ties[-1]["entered_at"]):
            return None, ""
        return ties[-1]["seed"], str(ties[-1]["source"])


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment
