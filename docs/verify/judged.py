"""The published result, against the paper, the ballots, the board, and a count of our own.

Nothing that decides is taken from the result: the rule and the budget are the paper's, the seed is what was drawn in
public. What the figures of turnout say is not counted again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any

from board_chain import Board
from cast_ballots import Published
from counting import Count
from drawn import Draws
from findings import Findings, read_json, shown
from frozen_paper import Paper, settings_of
from reasons import Reasons


class Result:
    def __init__(self, text: str) -> None:
        self.told = read_json(text, "The result")

    def _part(self, name: str) -> dict[str, Any]:
        """A part of it that has parts of its own; empty if it is something else."""
        told = self.told.get(name)
        return told if isinstance(told, dict) else {}

    @property
    def winners(self) -> list[str]:
        told = self.told.get("winners")
        return [str(winner) for winner in told] if isinstance(told, list) else []

    @property
    def is_from_elsewhere(self) -> bool:
        """Whether the ballots are said to have come in a file, of a vote that was held elsewhere."""
        return self.told.get("from_elsewhere") is True

    @property
    def seed(self) -> str | None:
        return self._part("rule").get("seed")

    def check(
        self,
        paper: Paper,
        ballots: Published,
        findings: Findings,
        *,
        seed: str | None = None,
        draws: Draws | None = None,
        withdrawn: Collection[str] = (),
        quick: bool = False,
    ) -> None:
        """`seed`: what was drawn in public, as the auditor knows it; else `draws` say it. `withdrawn`: the projects
        the auditor knows to have been withdrawn after the paper was frozen, by ballot number. `quick`: of add-one only
        what the certificate names."""
        for name, right in {
            "cycle": paper.cycle,
            "contest": paper.contest,
            "currency": paper.currency,
            "unit": paper.unit,
            "ballot_paper": paper.digest,
            "groups": paper.groups,
        }.items():
            findings.differ("paper" if name == "ballot_paper" else name, name, self.told.get(name), right)
        self._superseded(paper, findings)
        findings.differ("budget", "the budget (minor units)", self.told.get("budget"), paper.budget)
        rule = self._rule(paper, findings)
        for project in sorted(ballots.withdrawn - {str(each) for each in withdrawn}, key=len):
            findings.cannot(
                f"project {project} is said to be withdrawn since the paper was frozen, and so cannot win: see its "
                f"page, then say --withdrawn {project}."
            )
        if wrongly := {str(each) for each in withdrawn} - ballots.withdrawn:
            findings.fraud("withdrawn", f"it was withdrawn, and is counted all the same: {', '.join(sorted(wrongly))}.")
        if not set(ballots.projects) == set(paper.costs) >= {each for one, _ in ballots.ballots for each in one}:
            findings.cannot("the count, as ballots and paper do not name the same projects.")
            return
        steps = self._steps(rule, findings) if quick else None
        count = Count(paper, rule, ballots.ballots, ballots.withdrawn, self.seed, steps=steps)
        if self._seed(paper, seed, draws, findings) is None:
            self._lot(paper, rule, ballots, steps, findings)
        self._outcome(count, findings)
        self._projects(paper, count, findings)
        self._reasons(paper, count, findings)
        self._ballots_file(ballots, count, findings)
        findings.checked.append(f"the count of {count.voters} ballots by {rule['name']}: {len(count.winners)} funded.")

    def _superseded(self, paper: Paper, findings: Findings) -> None:
        """Each paper that was superseded names the one before it, and the one in force the last of them."""
        told, before = self.told.get("superseded_papers", []), None
        for old in told if isinstance(told, list) else []:
            text = str(old["manifest"])
            manifest = read_json(text, "A superseded paper")
            digest = manifest.get("sha256_of_the_whole") or hashlib.sha256(text.encode()).hexdigest()
            if (digest, manifest.get("supersedes")) != (old["digest"], before):
                findings.fraud("paper", f"the superseded paper {shown(old['digest'])} is not what its digest says.")
            before = old["digest"] if old.get("successor") else None  # or nothing was left, and it began anew
        findings.differ("paper", "the paper that was superseded", before, paper.told.get("supersedes"))

    def _rule(self, paper: Paper, findings: Findings) -> dict[str, Any]:
        """The rule on the paper. What the result calls its rule must be the same."""
        told = self._part("rule")
        if paper.rule is None:
            findings.cannot("the rule: the paper is of an earlier version and does not hold it; the result's is taken.")
            return {"name": "", "ties": [], **told}
        ours, theirs = settings_of(paper.rule), settings_of(told)
        for name in sorted(ours.keys() | theirs.keys()):
            findings.differ("rule", f"the setting {name} of the rule", theirs.get(name), ours.get(name))
        return paper.rule

    def _steps(self, rule: dict[str, Any], findings: Findings) -> int | None:
        """How many steps of add-one the certificate names, if it does."""
        steps = self._part("certificate").get("steps")
        if rule.get("completion", "none") == "none" or type(steps) is not int or not 0 <= steps <= 10**15:
            return None
        findings.cannot(f"the steps of add-one before the last, which is number {steps}: left out by --quick.")
        return steps

    def _seed(self, paper: Paper, seed: str | None, draws: Draws | None, findings: Findings) -> str | None:
        """What was drawn, as far as anybody says; and whether it is what the result goes by."""
        if draws is None:
            if seed is not None:
                findings.differ("seed", "the seed of the lot", self.seed, seed)
            return seed
        drawn, source = draws.seed(paper, self.told.get("counted_at"))
        findings.differ("seed", "the seed of the lot, by the published draws", self.seed, drawn)
        if seed is not None:
            findings.differ("seed", "what was drawn, by the published draws", drawn, seed)
        elif drawn is not None:
            findings.notes.append(f"that {drawn!r} was drawn is what the city says: look it up ({shown(source)}).")
        return drawn

    def _lot(
        self, paper: Paper, rule: dict[str, Any], ballots: Published, steps: int | None, findings: Findings
    ) -> None:
        """Nobody knows what was drawn: does it matter?"""
        # Without the lot, what it would decide goes by the list, forwards and backwards. If both give the same
        # winners, it decided nothing.
        counts = (Count(paper, rule, ballots.ballots, ballots.withdrawn, None, order, steps) for order in (1, -1))
        ways = [count.winners for count in counts]
        if set(ways[0]) == set(ways[1]):
            return
        if self.seed is None:
            findings.fraud("seed", "a tie decides who wins, and nothing was drawn for it.")
            return
        draw = paper.told.get("draw") or {}
        source = f"the paper says: {shown(draw.get('what', ''))}" if draw else "the paper announces no draw"
        findings.cannot(
            f"a lot decides who wins, drawn from the seed {self.seed!r}; {source}. Look it up, then say --seed."
        )

    def _outcome(self, count: Count, findings: Findings) -> None:
        findings.differ("winners", "the winners", self.told.get("winners"), count.winners)
        findings.differ("spent", "what is spent (minor units)", self.told.get("spent"), count.spent)
        for name, right in {"votes": count.votes, "points": count.points}.items():
            told = self._part("totals").get(name)
            if not isinstance(told, dict) or told.keys() != right.keys():
                findings.fraud("totals", f"the result does not say how many {name} each project has.")
                continue
            for project, number in right.items():
                findings.differ("totals", f"the {name} of project {project}", told[project], number)
        for name, right in count.statistics.items():
            findings.differ("statistics", f"the figure {name}", self._part("statistics").get(name), right)
        findings.differ("certificate", "the certificate", self.told.get("certificate"), count.certificate)
        findings.differ("comparison", "the comparison", self.told.get("comparison"), count.comparison)

    def _projects(self, paper: Paper, count: Count, findings: Findings) -> None:
        """The list of projects, as a reader sees it first."""
        told = self.told.get("projects")
        rows = [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
        if [each.get("ballot_number") for each in rows] != [line["ballot_number"] for line in paper.lines]:
            findings.fraud("projects", "the result lists other projects than the paper.")
            return
        for row, line in zip(rows, paper.lines, strict=True):
            number = line["ballot_number"]
            for name in ("proposal", "title"):
                findings.differ("projects", f"the {name} of project {number}", row.get(name), line[name])
            findings.differ("cost", f"the cost of project {number}", row.get("cost"), line["cost"])
            funded = str(number) in count.winners
            findings.differ("funded", f"whether project {number} is funded", row.get("funded"), funded)

    def _reasons(self, paper: Paper, count: Count, findings: Findings) -> None:
        """Why each project won or did not, how near it came, and what ties there were."""
        if findings.kinds & {"certificate", "winners"}:
            findings.cannot("the reasons, as they are those of another count.")
            return
        right, told = Reasons(count), self._part("reasons")
        right.check(told, self.told.get("ties"), findings)
        rows = self.told.get("projects")
        right.check_sentences(paper, [each for each in rows or [] if isinstance(each, dict)], told, findings)

    def _ballots_file(self, ballots: Published, count: Count, findings: Findings) -> None:
        """What the file of the ballots says of each project beside its cost, and the result of the ballots."""
        for project, row in ballots.projects.items():
            right = {"votes": count.votes[project], "score": count.points[project]}
            right["selected"] = int(project in count.winners)
            for name, value in right.items():
                if name in row or name == "selected":
                    what = f"{name} of project {project} in the ballots' file"
                    findings.differ("totals" if name != "selected" else "winners", what, row.get(name), str(value))
        told = self._part("ballots")
        findings.differ("ballots", "how many ballots were counted", told.get("counted"), ballots.counted)
        findings.differ("ballots", "how many of them were blank", told.get("blank"), ballots.blank)

    def check_with(self, board: Board, findings: Findings) -> None:
        """Every envelope on the board is a ballot that was counted, or one that was invalid."""
        findings.differ("board", "the root of the board", self.told.get("board_root"), board.roots[-1])
        if not board.is_final:
            findings.fraud("board", "there is a result, though the board has no final batch.")
        told = self._part("ballots")
        try:
            invalid = sum(int(each["ballots"]) for each in told.get("invalid", []))
            opened = int(told.get("counted", 0)) + invalid
        except (KeyError, TypeError, ValueError):
            findings.fraud("ballots", "the result does not say how many ballots were counted and how many invalid.")
            return
        there = len(board.in_force)
        if opened > there:
            findings.fraud("stuffing", f"{opened} ballots came out of a box that holds {there} envelopes.")
        elif opened < there:
            findings.fraud("omission", f"{opened} ballots came out of a box that holds {there} envelopes.")
        else:
            findings.checked.append(f"as many ballots ({opened}, {invalid} of them invalid) as envelopes on the board.")
