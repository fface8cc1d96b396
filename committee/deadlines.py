"""What committees decide on now, and until when something waits: a week, or as long as the review lasts."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from budgeting.models import Contest, Cycle
from budgeting.stages import Act, Stage
from lib.refusal import require
from proposals.models import Proposal

A_WEEK = timedelta(days=7)


def last_moment(cycle: Cycle, act: Act, at: datetime) -> datetime | None:
    """When the stage of now closes in which this act is allowed; None: there is no end to it yet."""
    ends = [window.closes for window in cycle.windows() if window.holds(at) and act in window.stage.about.acts]
    return next((end for end in ends if end), None)


def is_review_over(cycle: Cycle, at: datetime) -> bool:
    """Has the review closed? Its close may have been brought forward since something was put to the vote."""
    review = cycle.window(Stage.REVIEWING)
    return review is not None and review.has_closed(at)


def under_review(at: datetime) -> list[Cycle]:
    """The cycles in which committees decide now."""
    return [each for each in Cycle.objects.prefetch_related("phases") if each.allows(Act.DECIDE, at)]


def contests_under_review(at: datetime) -> list[Contest]:
    """The contests in which committees decide now."""
    contests = Contest.objects.select_related("cycle", "district").prefetch_related("cycle__phases")
    return [each for each in contests if each.cycle.allows(Act.DECIDE, at)]


def why_not_open(proposal: Proposal, at: datetime) -> str:
    """Why nothing is decided on it now, in a sentence; empty if something may be."""
    return "" if proposal.is_open_for(Act.DECIDE, at) else _("This proposal is not open for a decision.")


def within_a_week(cycle: Cycle, at: datetime) -> datetime:
    """And before the calendar closes the review."""
    end = last_moment(cycle, Act.DECIDE, at)
    return min(at + A_WEEK, end) if end else at + A_WEEK


def require_within_the_review(until: datetime, cycle: Cycle, at: datetime) -> None:
    """A date that somebody names for others lies ahead, and no later than the review closes. Raises Refused."""
    end = last_moment(cycle, Act.DECIDE, at)
    require(at < until and (end is None or until <= end), _("Choose a moment to come, before the review closes."))
