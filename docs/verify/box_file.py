"""The exported box: envelopes without names, against the paper and the board. What is in them tells open_box.py."""

from __future__ import annotations

import hashlib
from base64 import b32encode, b64decode

from board_chain import Board, compare
from findings import CannotTell, Findings, read_json
from frozen_paper import Paper


class Box:
    def __init__(self, text: str) -> None:
        told = read_json(text, "The file of the box")
        try:
            self.manifest, self.info, self.threshold = str(told["manifest"]), told["info"], int(told["threshold"])
            self.public_key = b64decode(told["public_key"], validate=True)
            self.envelopes = [(str(each["fingerprint"]), b64decode(each["sealed"])) for each in told["envelopes"]]
            self.aside = [str(each) for each in told.get("set_aside", [])]
        except (KeyError, TypeError, ValueError):
            raise CannotTell("The file of the box does not hold what a box holds.") from None

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.envelopes]

    def check(self, findings: Findings) -> Paper:
        """What can be said of the file alone. Gives the paper it holds, to which every envelope is bound."""
        paper = Paper(self.manifest)
        if self.info != f"pb-ballot/v1|{paper.cycle}|{paper.contest}|{paper.digest}":
            findings.fraud("paper", "the paper in the box is not the one to which its envelopes are said to be bound.")
        for name, sealed in self.envelopes:
            if b32encode(hashlib.sha256(sealed).digest()[:20]).decode() != name:
                findings.fraud("exchange", f"the envelope {name} is not what its fingerprint says.")
        if both := set(self.names) & set(self.aside):
            findings.fraud("set aside", f"The box counts what was set aside: {len(both)} envelopes.")
        compare(self.names, set(self.names), "the box", findings)
        return paper

    def check_with(self, paper: Paper, board: Board, findings: Findings) -> None:
        if self.check(findings).digest != paper.digest:
            findings.fraud("paper", "the box is of another paper than the one that is published.")
        compare(self.names, board.in_force, "the box", findings)
        if set(self.aside) != board.aside:
            findings.fraud("set aside", "the box and the board set aside other envelopes.")
        findings.checked.append(f"the box: {len(self.envelopes)} envelopes, each as its fingerprint says.")
