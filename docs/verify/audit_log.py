"""The city's audit log, as an auditor downloads it: a chain of entries, whose ends the board and a daily mail name."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re

from board_chain import Board
from findings import CannotTell, Findings

NOTED = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


class Log:
    """`hashes`: that of each entry, in order. `roots`: of each batch of a board that is an entry, which one."""

    def __init__(self, text: str) -> None:
        self.hashes: list[str] = []
        self.roots: dict[str, int] = {}
        self.broken = 0
        csv.field_size_limit(10**9)
        previous = bytes(32)
        try:
            for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")):
                facts = json.loads(row["facts"])
                entry = {"number": int(row["number"]), "at": row["at"], "actor": int(row["actor"] or 0) or None}
                entry |= {"action": row["action"], "object": row["object"], "facts": facts}
                told = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
                own = hashlib.sha256(previous + told.encode()).hexdigest()
                follows = entry["number"] == len(self.hashes) + 1 and row["previous_hash"] == previous.hex()
                if not self.broken and not (follows and row["hash"] == own):
                    self.broken = entry["number"]
                previous = bytes.fromhex(row["hash"])
                self.hashes.append(row["hash"])
                if row["action"] == "board published":
                    self.roots[facts["root"]] = entry["number"]
        except (csv.Error, AttributeError, KeyError, TypeError, ValueError):
            raise CannotTell("The audit log is not the whole log as an auditor downloads it.") from None

    def check(self, board: Board, noted: str | None, findings: Findings) -> None:
        """`noted`: an end of the log, NUMBER:HASH, as it came by mail."""
        if self.broken:
            findings.fraud("log", f"entry {self.broken} does not follow from the one before, or was changed.")
        ends = [(batch.log, f"batch {batch.number} of the board") for batch in board.batches if batch.log]
        if noted is not None:
            found = NOTED.fullmatch(noted.strip())
            if found is None:
                raise CannotTell("An end of the log is like 4711:9f2c…, with 64 figures and letters.")
            ends.append(((int(found[1]), found[2]), "the mail"))
        for (number, digest), source in ends:
            if number > len(self.hashes):
                findings.fraud("log", f"{source} names entry {number}, and the log ends at {len(self.hashes)}.")
            elif number and self.hashes[number - 1] != digest:
                findings.fraud("log", f"entry {number} is not the one that {source} names: the log was written anew.")
        for batch in board.batches:
            if batch.log and self.roots.get(batch.root, 0) <= batch.log[0]:
                findings.fraud("log", f"batch {batch.number} of the board is no entry of the log.")
        findings.checked.append(f"the audit log: {len(self.hashes)} entries.")
