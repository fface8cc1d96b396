"""What has happened to a proposal, in order: the timeline on its page."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from budgeting.models import Counted
from proposals.models import Ground, Milestone, Proposal


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the timeline. `day` is what is shown, `at` what it is ordered by."""

    at: datetime
    day: datetime | date
    name: str
    by: Any = None
    reason: str = ""
    ground: Ground | None = None
    into: Proposal | None = None
    until: datetime | None = None
    milestone: Milestone | None = None
    confirmed_by: Any = None


def timeline(proposal: Proposal, at: datetime) -> list[Event]:
    """Every public step of a submitted proposal up to a moment, the oldest first."""
    events = [_submitted(proposal), *_edits(proposal), *_decisions(proposal, at), *_from_the_vote_on(proposal, at)]
    events += _withholdings(proposal)
    if withdrawal := getattr(proposal, "withdrawal", None):
        events.append(Event(withdrawal.at, withdrawal.at, _("Withdrawn by the author"), reason=withdrawal.reason))
    return sorted(events, key=lambda event: event.at)


def _submitted(proposal: Proposal) -> Event:
    handed_in = proposal.submitted_at or proposal.created_at
    return Event(handed_in, handed_in, _("Submitted"), proposal.author)


def _edits(proposal: Proposal) -> list[Event]:
    """An edit by the committee comes with its decision, which says why; or it was proposed to its author."""
    edits = [version for version in proposal.versions.select_related("by", "hiding") if version.number > 1]
    return [
        Event(
            edit.at,
            edit.at,
            edit.how_it_came or _("Text changed by the author"),
            edit.by,
            reason="" if edit.hiding else edit.reason,
        )
        for edit in edits
        if edit.by == proposal.author or edit.how_it_came
    ]


def _decisions(proposal: Proposal, at: datetime) -> list[Event]:
    decisions = proposal.decisions.select_related(
        "by", "ground", "into__contest__district", "into__contest__cycle", "into__hiding", "into__author"
    )
    return [
        Event(
            each.at,
            each.at,
            str(each.get_outcome_display()),
            each.by,
            each.reason,
            ground=each.ground,
            into=_in_view(each.into, at),
            until=each.until,
        )
        for each in decisions
    ]


def _in_view(proposal: Proposal | None, at: datetime) -> Proposal | None:
    return None if proposal is None or proposal.hidden(at) else proposal


def _withholdings(proposal: Proposal) -> list[Event]:
    """When something was withheld from view, or shown again, why and by which two."""
    return [
        Event(each.at, each.at, each.words, each.by, each.reason, confirmed_by=each.confirmed_by)
        for each in proposal.withholdings.select_related("by", "confirmed_by")
    ]


def _from_the_vote_on(proposal: Proposal, at: datetime) -> list[Event]:
    """What became of it, and how the building goes: as long as the results are public, whatever was reported before."""
    award = getattr(proposal, "award", None)
    since = Counted.public_since(proposal.contest, at) if award else None
    if award is None or since is None:
        return []
    name = _("Funded by the residents' vote") if award.funded else _("Not funded in the residents' vote")
    return [Event(since, since, name), *(_milestone(milestone) for milestone in proposal.milestones.all())]


def _milestone(milestone: Milestone) -> Event:
    name = str(milestone.get_kind_display())
    return Event(milestone.at, milestone.on, name, reason=milestone.note, milestone=milestone)
