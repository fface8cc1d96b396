"""What the result says of each project, and of ties: counted again as docs/counting.md says what each figure means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from counting import Count
from findings import Findings, shown
from frozen_paper import GREEDY, Paper
from why_greedy import Down
from why_shares import About, Earned, Paid


class Reasons:
    """As they should be."""

    def __init__(self, count: Count) -> None:
        self.count = count
        method: Down | Earned | Paid
        if count.rule["name"] in GREEDY:
            method = Down(count)
        elif count.rule["name"] == "phragmen":
            method = Earned(count)
        elif count.certificate is None:  # more voters prefer what greedy gives
            method = Down(count, plain=True)
        else:
            method = Paid(count, count.method, count.accepted, count.winners)
        self.of, self.ties = method.reasons(), method.ties()
        for project in count.costs:
            if project in count.withdrawn:
                self.of[project] = {"code": "withdrawn"}
            elif project not in count.eligible:
                has, needs = count.standing[project], count.minimum(project)
                self.of[project] = {"code": "below_minimum", count.measure: has, "minimum": needs}
            elif project not in self.of:
                self.of[project] = {"code": "no_votes"}

    def check(self, told: Mapping[str, Any], ties: Any, findings: Findings) -> None:
        if told.keys() - self.of.keys():
            findings.fraud("reasons", "the result gives reasons for projects that are not on the paper.")
        for project, right in self.of.items():
            reason = told.get(project)
            if not isinstance(reason, dict):
                findings.fraud("reasons", f"the result does not say why project {project} won or did not.")
                continue
            for name in sorted(reason.keys() | right.keys()):
                if not _agrees(reason.get(name), right.get(name)):
                    what = f"why project {project} won or did not ({name})"
                    said = f"published {shown(reason.get(name))}, right is {_words(right.get(name))}"
                    findings.fraud("reasons", f"{what}: {said}.")
        findings.differ("ties", "the ties", ties, self.ties)

    def check_sentences(
        self, paper: Paper, rows: list[dict[str, Any]], told: Mapping[str, Any], findings: Findings
    ) -> None:
        """The sentences are in the city's language: the figures in them are held against the reason."""
        titles = sorted((str(line["title"]) for line in paper.lines), key=len, reverse=True)
        for row in rows:
            project, sentence = str(row.get("ballot_number")), row.get("why")
            if not isinstance(sentence, str):
                continue
            for title in titles:
                sentence = sentence.replace(title, "")
            figures = "".join(letter for letter in sentence if letter in "0123456789")
            forms = {form for number in _numbers(told.get(project)) for form in _forms(number, paper.unit)}
            if not _made_of(figures, forms):
                findings.fraud("reasons", f"the sentence on project {project} has other figures: {shown(row['why'])}")
        if any("why" in row for row in rows):
            findings.notes.append("of the sentences that say why, only the figures were checked.")


def _agrees(told: Any, right: Any) -> bool:
    if isinstance(right, About):
        return told in right if type(told) is int else told is None and min(right) <= 0
    if isinstance(right, dict):  # what supporters paid for; nothing, rounded, is left out
        rows = told if isinstance(told, list) and all(isinstance(each, dict) for each in told) else []
        paid = {str(row.get("project")): row.get("amount") for row in rows}
        in_order = [each for each in right if each in paid] == [row.get("project") for row in rows]
        return (
            isinstance(told, list) and in_order and all(_agrees(paid.get(each), about) for each, about in right.items())
        )
    return told == right and type(told) is type(right)


def _words(right: Any) -> str:
    if isinstance(right, dict):
        return ", ".join(f"{each}: {about}" for each, about in right.items() if max(about)) or "nothing"
    return str(right) if isinstance(right, About) else shown(right)


def _numbers(reason: Any) -> Iterator[int]:
    """All there are in a reason."""
    if type(reason) is int:
        yield reason
    for part in reason.values() if isinstance(reason, dict) else reason if isinstance(reason, list) else ():
        yield from _numbers(part)


def _forms(number: int, unit: int) -> Iterator[str]:
    """How it may be written: as it is, or as an amount, with its minor units or without."""
    yield str(number)
    yield str(number // unit)
    yield str(number // unit * unit)
    yield f"{number // unit}{number % unit:0{len(str(unit)) - 1}}" if unit > 1 else str(number)


def _made_of(figures: str, forms: set[str]) -> bool:
    """Whether figures, one after the other, are some of these."""
    reached = {0}
    for place in range(len(figures)):
        if place in reached:
            reached |= {place + len(form) for form in forms if figures.startswith(form, place)}
    return len(figures) in reached
