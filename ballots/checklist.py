"""What still stands between a cycle and its vote, its opening and its result."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ballots.board import has_closed
from ballots.models import BallotBoxKey, Envelope, Opening
from budgeting.calendar import Act, Stage
from budgeting.models import Contest, Cycle


@dataclass(frozen=True)
class Checklist:
    """Where the box of a cycle stands. Each property answers a question of the clerk."""

    cycle: Cycle
    contests: list[Contest]
    key: BallotBoxKey | None
    opening: Opening | None
    at: datetime

    @property
    def unfrozen(self) -> list[Contest]:
        """The contests that have no ballot paper yet."""
        return [contest for contest in self.contests if not hasattr(contest, "paper")]

    @property
    def is_rehearsed(self) -> bool:
        return self.key is not None and self.key.is_rehearsed

    @property
    def is_ready(self) -> bool:
        """Nothing blocks the vote any more."""
        return bool(self.contests) and not self.unfrozen and self.is_rehearsed

    @property
    def may_freeze(self) -> bool:
        return self.cycle.allows(Act.FREEZE_PAPER, self.at)

    @property
    def may_make_key(self) -> bool:
        return self.cycle.allows(Act.MAKE_KEY, self.at)

    @property
    def is_late(self) -> bool:
        """Voting has opened by the calendar, but the box is not ready."""
        return self.cycle.stage(self.at) is Stage.VOTING and not self.is_ready

    @property
    def voting_is_open(self) -> bool:
        return self.cycle.allows(Act.VOTE, self.at)

    @property
    def has_closed(self) -> bool:
        return has_closed(self.cycle, self.at)

    @property
    def accounts(self) -> list[dict[str, Any]]:
        """The reconciliation of the opening, a row for each contest and channel."""
        told = self.opening.reconciliation if self.opening else {}
        contests = [contest for contest in self.contests if contest.district.slug in told]
        rows = []
        for contest in contests:
            account = told[contest.district.slug]
            for channel, numbers in account["channels"].items():
                name = Envelope.Channel(channel).label
                rows.append({"contest": contest, "channel_name": name, **account, **numbers})
        return rows

    @property
    def uncounted(self) -> list[Contest]:
        return [contest for contest in self.contests if hasattr(contest, "paper") and not hasattr(contest, "count")]

    @property
    def waits_for(self) -> str:
        """The next step: paper, key, rehearsal, review, vote, opening, count, destruction, or nothing.

        While the review lasts no paper can be frozen, but the key can be made and rehearsed.
        """
        steps = [
            ("paper", bool(self.unfrozen) and self.may_freeze),
            ("key", self.key is None),
            ("rehearsal", not self.is_rehearsed),
            ("review", bool(self.unfrozen) and not self.has_closed),
            ("vote", not self.has_closed),
            ("opening", self.opening is None),
            ("count", bool(self.uncounted)),
            ("destruction", self.key is not None and not hasattr(self.key, "destruction")),
        ]
        return next((name for name, waits in steps if waits), "")


def checklist(cycle: Cycle, at: datetime) -> Checklist:
    contests = list(cycle.contests.select_related("cycle", "district", "paper", "count"))
    key = BallotBoxKey.objects.select_related("destruction").filter(cycle=cycle).first()
    return Checklist(cycle, contests, key, Opening.objects.filter(cycle=cycle).first(), at)
