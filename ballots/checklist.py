"""What still stands between a cycle and its vote, its opening and its result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ballots.board import has_closed
from ballots.models import BallotBoxKey, Envelope, Opening
from ballots.readiness import ready
from budgeting.models import Contest, Cycle
from budgeting.stages import Act, Stage


class Step(StrEnum):
    """The steps of a box, in order."""

    PAPER = "paper"
    KEY = "key"
    REHEARSAL = "rehearsal"
    REVIEW = "review"
    PAUSE = "pause"
    VOTE = "vote"
    OPENING = "opening"
    COUNT = "count"
    DESTRUCTION = "destruction"
    NOTHING = "nothing"

    @property
    def words(self) -> Promise:
        """What comes after "Next:"."""
        return WORDS[self]


WORDS = {
    Step.PAPER: _("freeze the ballot papers"),
    Step.KEY: _("make the key of the box"),
    Step.REHEARSAL: _("rehearse the opening"),
    Step.REVIEW: _("freeze the ballot papers, between the review and the vote"),
    Step.PAUSE: _("the vote is paused; resume it"),
    Step.VOTE: _("ready; waiting for the close of the vote"),
    Step.OPENING: _("open the box"),
    Step.COUNT: _("count the ballots"),
    Step.DESTRUCTION: _("destroy the shares"),
    Step.NOTHING: _("nothing is left to do"),
}


@dataclass(frozen=True)
class Checklist:
    """Where the box of a cycle stands. Each property answers a question of the clerk."""

    cycle: Cycle
    contests: list[Contest]
    key: BallotBoxKey | None
    opening: Opening | None
    at: datetime
    is_ready: bool  # nothing blocks the vote any more: ballots/readiness.py

    @property
    def unfrozen(self) -> list[Contest]:
        """The contests that have no ballot paper yet, and are not closed without a vote."""
        return [each for each in self.contests if not (hasattr(each, "paper") or hasattr(each, "no_vote"))]

    @property
    def is_without_vote(self) -> bool:
        """Every contest is closed without a vote: there is no box to make ready."""
        return bool(self.contests) and all(hasattr(each, "no_vote") for each in self.contests)

    @property
    def is_rehearsed(self) -> bool:
        return self.key is not None and self.key.is_rehearsed

    @property
    def may_freeze(self) -> bool:
        return self.cycle.allows(Act.FREEZE_PAPER, self.at)

    @property
    def may_close_without_vote(self) -> bool:
        return bool(self.unfrozen) and (self.may_freeze or self.voting_is_open)

    @property
    def may_make_key(self) -> bool:
        return self.cycle.allows(Act.MAKE_KEY, self.at)

    @property
    def may_count(self) -> bool:
        return self.cycle.allows(Act.COUNT, self.at)

    @property
    def is_overtaken(self) -> bool:
        """By the calendar the building has begun, but the box is not open or something is not counted."""
        left = self.has_closed and (self.opening is None or bool(self.uncounted))
        return left and not self.may_count and not self.is_without_vote

    @property
    def voting_is_open(self) -> bool:
        return self.cycle.allows(Act.VOTE, self.at)

    @property
    def has_opened(self) -> bool:
        window = self.cycle.window(Stage.VOTING)
        return window is not None and window.opens <= self.at

    @property
    def is_late(self) -> bool:
        """Voting has opened by the calendar, but the box is not ready."""
        return self.voting_is_open and not self.is_ready and not self.is_without_vote

    @property
    def is_paused(self) -> bool:
        return self.cycle.paused_since is not None

    @property
    def may_end(self) -> bool:
        """The vote is on, be it paused or not."""
        return self.voting_is_open or self.is_paused

    @property
    def has_closed(self) -> bool:
        return has_closed(self.cycle, self.at)

    @property
    def reconciliation_rows(self) -> list[dict[str, Any]]:
        """The reconciliation of the opening, a row for each contest and channel."""
        accounts = self.opening.reconciliation if self.opening else {}
        return [
            {"contest": contest, "channel_name": Envelope.Channel(channel).label, **accounts[contest.slug], **numbers}
            for contest in self.contests
            if contest.slug in accounts
            for channel, numbers in accounts[contest.slug]["channels"].items()
        ]

    @property
    def uncounted(self) -> list[Contest]:
        """The contests that were voted on and have no result yet, and are not closed without one."""
        voted_on = [contest for contest in self.contests if hasattr(contest, "paper")]
        return [contest for contest in voted_on if not (hasattr(contest, "counted") or hasattr(contest, "no_result"))]

    @property
    def waits_for(self) -> Step:
        """The next step. While the review lasts no paper can be frozen, but the key can be made and rehearsed."""
        if self.is_without_vote:
            return Step.NOTHING
        steps = [
            (Step.PAPER, bool(self.unfrozen) and self.may_freeze),
            (Step.KEY, self.key is None),
            (Step.REHEARSAL, not self.is_rehearsed),
            (Step.REVIEW, bool(self.unfrozen) and not self.has_closed),
            (Step.PAUSE, self.is_paused),
            (Step.VOTE, not self.has_closed),
            (Step.OPENING, self.opening is None),
            (Step.COUNT, bool(self.uncounted)),
            (Step.DESTRUCTION, self.key is not None and not hasattr(self.key, "destruction")),
        ]
        return next((step for step, waits in steps if waits), Step.NOTHING)

    @property
    def is_due(self) -> bool:
        """Does anything wait at this box yet? Before papers can be frozen nobody need look at it."""
        has_begun = self.may_freeze or self.cycle.stage(self.at).about.has_box
        return bool(self.contests) and has_begun and self.waits_for is not Step.NOTHING


def checklist(cycle: Cycle, at: datetime) -> Checklist:
    return checklists([cycle], at)[0]


def checklists(cycles: Sequence[Cycle], at: datetime) -> list[Checklist]:
    """Where the boxes of these cycles stand, in a fixed number of queries."""
    contests: dict[int, list[Contest]] = {cycle.pk: [] for cycle in cycles}
    for contest in Contest.objects.filter(cycle__in=cycles).select_related(
        "cycle", "district", "paper", "counted", "no_vote", "no_result"
    ):
        contests[contest.cycle_id].append(contest)
    made = BallotBoxKey.objects.filter(cycle__in=cycles).select_related("destruction").prefetch_related("rehearsals")
    keys = {key.cycle_id: key for key in made}
    openings = {opening.cycle_id: opening for opening in Opening.objects.filter(cycle__in=cycles)}
    can_vote = ready(contests)
    return [
        Checklist(each, contests[each.pk], keys.get(each.pk), openings.get(each.pk), at, each.pk in can_vote)
        for each in cycles
    ]
