"""What the decisions of a round come to, contest by contest: on the ballot or not, and how many on which ground.

Of decisions alone, which are public: what a committee has resolved on and not published is not among them.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from budgeting.models import Contest, Cycle
from committee.costs_told import Estimates, estimates_of
from proposals.models import Decision, Outcome, Proposal, Status


@dataclass(frozen=True, slots=True)
class Line:
    """A proposal with the decision that counts on it, and what it costs where the city estimates it otherwise."""

    proposal: Proposal
    decision: Decision
    estimates: Estimates | None


@dataclass(frozen=True, slots=True)
class Part:
    """Of one contest: what is on the ballot, what is not, and how many wait for a decision."""

    contest: Contest
    on_it: list[Line]
    not_on_it: list[Line]
    undecided: int

    @property
    def grounds(self) -> list[tuple[str, int]]:
        """How many are not on the ballot on which ground, the most frequent first."""
        return Counter(_ground(line.decision) for line in self.not_on_it).most_common()


def parts_of(cycle: Cycle, at: datetime) -> list[Part]:
    """Those contests in which something is decided in public; of proposals everybody finds, and nobody withdrew."""
    rows = Proposal.objects.in_view(at).as_rows(at).of_cycle(cycle).exclude(status=Status.WITHDRAWN).order_by("number")
    decided = {each.proposal_id: each for each in _decisions(cycle)}
    estimates = {key: each for key, each in estimates_of(rows, cycle.currency, at).items() if each.differ}
    found = []
    for contest in cycle.contests.select_related("district", "cycle").order_by("pk"):
        here = [row for row in rows if row.contest_id == contest.pk]
        lines = [Line(row, decided[row.pk], estimates.get(row.pk)) for row in here if _is_decided(row, decided)]
        if lines:
            on_it = [line for line in lines if line.decision.outcome == Outcome.SHORTLIST]
            not_on_it = [line for line in lines if line.decision.outcome != Outcome.SHORTLIST]
            found.append(Part(contest, on_it, not_on_it, len(here) - len(lines)))
    return found


def _decisions(cycle: Cycle) -> Any:
    return Decision.last_of_each(Proposal.objects.of_cycle(cycle)).select_related("ground")


def _is_decided(row: Any, decided: dict[int, Decision]) -> bool:
    """A return is no decision."""
    return row.pk in decided and decided[row.pk].outcome != Outcome.RETURN


def _ground(decision: Decision) -> str:
    """In the city's words, else by what was decided."""
    return str(decision.ground or decision.get_outcome_display())
