"""What an auditor is told in the end: each fraud by its name, and what could not be checked."""

from __future__ import annotations

import json
from typing import Any

MOST = 20
"""So many findings of a kind are told one by one."""


class CannotTell(Exception):
    """Something is missing or is not understood: one sentence, which is all that is printed."""


class Findings:
    """`frauds`: what was found, each with a short name of its kind. `unchecked`: what nobody could check with what is
    there. `checked`: what was looked at. `notes`: what was not given, and keeps nothing open."""

    def __init__(self) -> None:
        self.frauds: list[tuple[str, str]] = []
        self.unchecked: list[str] = []
        self.checked: list[str] = []
        self.notes: list[str] = []

    def fraud(self, kind: str, sentence: str) -> None:
        self.frauds.append((kind, sentence))

    def cannot(self, sentence: str) -> None:
        if sentence not in self.unchecked:
            self.unchecked.append(sentence)

    def differ(self, kind: str, what: str, published: Any, right: Any) -> bool:
        """Name a fraud if what is published of something is not what is right; True if so."""
        if published == right and type(published) is type(right):
            return False
        self.fraud(kind, f"{what}: published {shown(published)}, right is {shown(right)}.")
        return True

    @property
    def kinds(self) -> set[str]:
        return {kind for kind, _ in self.frauds}

    @property
    def exit_status(self) -> int:
        """0: all was checked and agrees. 1: a fraud. 2: no fraud was found, but something could not be checked."""
        return 1 if self.frauds else 2 if self.unchecked else 0

    def lines(self) -> list[str]:
        told = [f"Checked: {sentence}" for sentence in self.checked]
        told += [f"Note: {sentence}" for sentence in self.notes]
        told += [f"NOT CHECKED: {sentence}" for sentence in self.unchecked]
        for kind in dict.fromkeys(kind for kind, _ in self.frauds):
            found = [sentence for each, sentence in self.frauds if each == kind]
            told += [f"FRAUD ({kind}): {sentence}" for sentence in found[:MOST]]
            if len(found) > MOST:
                told.append(f"FRAUD ({kind}): and {len(found) - MOST} more.")
        verdicts = (
            "All that was checked agrees.",
            f"What is published is not what it should be: {len(self.frauds)} found.",
            "Nothing that was checked differs, but not everything could be checked.",
        )
        return [*told, verdicts[self.exit_status]]


def shown(value: Any, most: int = 200) -> str:
    """A value in a line of its own, shortened if it is long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = " ".join(text.split()) or "nothing"
    return text if len(text) <= most else f"{text[:most]}…"


def read_json(text: str, what: str) -> dict[str, Any]:
    try:
        told = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise CannotTell(f"{what} is not JSON.") from None
    if not isinstance(told, dict):
        raise CannotTell(f"{what} is JSON, but not an object.")
    return told


def _no_number(name: str) -> None:
    raise ValueError(name)
