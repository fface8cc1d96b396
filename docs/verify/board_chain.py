"""The board: batches of fingerprints, each of which names the one before, so that none can be altered later.

A batch is a text, and its SHA-256 its root. "+" came into the box, "-" was replaced by a later ballot, "x" was set
aside and is not counted, "~" came and was replaced since the batch before. "cast" is how many ballots were cast so far,
as somebody's first and again; "log" is where the city's audit log ended.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence

from findings import CannotTell, Findings
from frozen_paper import Paper

SIGNS = "+-x~"
FINGERPRINT = re.compile(r"[A-Z2-7]{32}")
HEAD = re.compile(
    r"common-purse board (?P<version>[12])\n"
    r"(?P<name>[^ \n]+/[^ \n]+) batch (?P<number>[0-9]{1,9}) of (?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})\n"
    r"previous (?P<previous>[0-9a-f]{64})\n"
    r"in force (?P<envelopes>[0-9]{1,12}) (?P<list>[0-9a-f]{64})\n"
    r"(?:cast (?P<first>[0-9]{1,12}) (?P<repeated>[0-9]{1,12})\nlog (?P<entry>[0-9]{1,18}) (?P<head>[0-9a-f]{64})\n)?"
    r"(?P<final>final\n)?"
)


class Batch:
    """One batch, as its text says."""

    def __init__(self, text: str, place: int) -> None:
        head = HEAD.match(text)
        if head is None or (head["version"] == "2") != (head["first"] is not None) or not text.endswith("\n"):
            raise CannotTell(f"Batch {place} of the board is not what a batch looks like.")
        self.root = hashlib.sha256(text.encode()).hexdigest()
        self.name, self.number, self.day = head["name"], int(head["number"]), head["day"]
        self.previous, self.envelopes, self.list = head["previous"], int(head["envelopes"]), head["list"]
        self.cast = (int(head["first"]), int(head["repeated"])) if head["first"] else None
        self.log = (int(head["entry"]), head["head"]) if head["entry"] else None
        self.final = head["final"] is not None
        self.lines = text[head.end() :].splitlines()
        self.named: dict[str, list[str]] = {sign: [] for sign in SIGNS}
        for line in self.lines:
            if line[:1] not in SIGNS or line[1:2] != " " or not FINGERPRINT.fullmatch(line[2:]):
                raise CannotTell(f"Batch {place} of the board has a line that names no envelope.")
            self.named[line[0]].append(line[2:])


class Board:
    """All batches there are. `in_force`: what is in the box after the last; `aside`: what is there and not counted."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.batches = [Batch(text, place) for place, text in enumerate(texts, start=1)]
        self.in_force: set[str] = set()
        self.aside: set[str] = set()
        self.gone: set[str] = set()
        self.replaced = 0
        self.unlisted: int | None = None

    @property
    def roots(self) -> list[str]:
        return [batch.root for batch in self.batches]

    @property
    def is_final(self) -> bool:
        return bool(self.batches) and self.batches[-1].final

    def check(self, paper: Paper, findings: Findings) -> None:
        previous: Batch | None = None
        for place, batch in enumerate(self.batches, start=1):
            self._follows(place, batch, previous, paper, findings)
            self._envelopes(batch, findings)
            self._cast(batch, previous, findings)
            previous = batch
        if self.batches:
            told = f"{len(self.batches)} batches of the board, {len(self.in_force)} envelopes in the box"
            findings.checked.append(f"{told}, root {self.roots[-1]}.")

    def _follows(self, place: int, batch: Batch, before: Batch | None, paper: Paper, findings: Findings) -> None:
        """Number, name, day, chain, and the log, which only grows."""
        what = f"batch {place}"
        if batch.name != paper.name or batch.number != place:
            findings.fraud("board", f"{what} calls itself batch {batch.number} of {batch.name}, not of {paper.name}.")
        if batch.previous != (before.root if before else paper.digest):
            findings.fraud("chain", f"{what} does not follow from {'the batch before' if before else 'the paper'}.")
        if before is None:
            return
        if before.final:
            findings.fraud("board", f"{what} came after the final batch.")
        if batch.day < before.day:
            findings.fraud("board", f"{what} is of {batch.day}, before the one it follows.")
        if before.cast and not batch.cast:
            findings.fraud("board", f"{what} no longer says how many ballots were cast.")
        if before.log and batch.log and batch.log[0] <= before.log[0]:
            findings.fraud("log", f"{what} names an audit log that has not grown since the batch before.")

    def _envelopes(self, batch: Batch, findings: Findings) -> None:
        """Each envelope comes once, and goes once."""
        what, named = f"batch {batch.number}", batch.named
        if batch.lines != [f"{sign} {one}" for sign in SIGNS for one in sorted(named[sign])]:
            findings.fraud("board", f"{what} is not sorted, so it may tell in which order ballots came.")
        known = self.in_force | self.aside | self.gone
        twice = [one for one, times in Counter(line[2:] for line in batch.lines).items() if times > 1]
        again = [one for one in (*named["+"], *named["~"]) if one in known]
        # What is set aside may have been in the box before, and need not.
        again += [one for one in named["x"] if one in self.aside | self.gone]
        for one in sorted({*twice, *again}):
            findings.fraud("duplicate", f"{what} lists the envelope {one}, which the board has listed already.")
        for one in named["-"]:
            if one not in self.in_force:
                findings.fraud("omission", f"{what} replaces the envelope {one}, which was not in the box.")
        self.in_force = (self.in_force - set(named["-"]) - set(named["x"])) | set(named["+"])
        self.aside |= set(named["x"])
        self.gone |= {*named["-"], *named["~"]}
        self.replaced += len(named["-"]) + len(named["~"])
        if (batch.envelopes, batch.list) != (len(self.in_force), digest_of(self.in_force)):
            findings.fraud("omission", f"{what} lists other envelopes than it says are in the box.")

    def _cast(self, batch: Batch, before: Batch | None, findings: Findings) -> None:
        """Every envelope in the box was somebody's first ballot; every one replaced was replaced by who voted again."""
        if batch.cast is None:
            return
        what, (first, repeated) = f"batch {batch.number}", batch.cast
        in_the_box = len(self.in_force) + len(self.aside)
        if first < in_the_box:
            findings.fraud("stuffing", f"{what} has {in_the_box} envelopes, and {first} people had voted.")
        if first > in_the_box:
            findings.fraud("omission", f"{what} has {in_the_box} envelopes, though {first} people had voted.")
        unlisted = repeated - self.replaced
        if self.unlisted is None:
            # A vote that began under an earlier version may lack some, as many ever after.
            self.unlisted = max(0, unlisted) if before else 0
            if self.unlisted:
                findings.cannot(f"{self.unlisted} ballots were replaced under an earlier version, which kept no trace.")
        if unlisted < self.unlisted:
            findings.fraud("exchange", f"{what} replaces {self.unlisted - unlisted} envelopes, and nobody voted again.")
        if unlisted > self.unlisted:
            told = f"{what}: {unlisted - self.unlisted} ballots were cast again, and what they replaced is not listed."
            findings.fraud("omission", told)
        if before and before.cast and (first < before.cast[0] or repeated < before.cast[1]):
            findings.fraud("board", f"{what} says that fewer ballots were cast than the one before.")

    def holds(self, listed: str, what: str, findings: Findings) -> None:
        """That a list of envelopes is what is in force."""
        names = listed.split()
        compare(names, self.in_force, what, findings)


def compare(names: Sequence[str], right: set[str], what: str, findings: Findings) -> None:
    """That `names` are exactly those, and each once."""
    if len(set(names)) != len(names):
        findings.fraud("duplicate", f"{what} has envelopes twice: {len(names) - len(set(names))}.")
    if missing := right - set(names):
        findings.fraud("omission", f"{what} lacks {len(missing)} envelopes of the board, the first {min(missing)}.")
    if more := set(names) - right:
        findings.fraud("stuffing", f"{what} has {len(more)} envelopes more than the board, the first {min(more)}.")


def digest_of(fingerprints: set[str]) -> str:
    return hashlib.sha256("".join(f"{one}\n" for one in sorted(fingerprints)).encode()).hexdigest()
