"""Closing a contest without a vote, where there is nothing to vote on, or without a result, where the count cannot be
done: by two people, with a public reason.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from ballots.counting import CannotCount, outcome_of
from ballots.models import BallotPaper, Count, NoResult, NoVote
from budgeting.models import Contest
from budgeting.stages import Act
from budgeting.two import Two
from lib.refusal import Refused, allow, require
from proposals.models import Proposal


def why_not_close(contest: Contest, at: datetime) -> str:
    """Between the review and the close of the vote, where nothing is shortlisted."""
    if NoVote.objects.filter(contest=contest).exists():
        return _("%s is closed without a vote already.") % contest
    if BallotPaper.objects.filter(contest=contest).exists():
        return _("The ballot paper of %s is frozen: people vote on it.") % contest
    if not (contest.cycle.allows(Act.FREEZE_PAPER, at) or contest.cycle.allows(Act.VOTE, at)):
        return _("A contest is closed without a vote between the review and the close of the vote.")
    if Proposal.objects.shortlisted(contest).exists():
        return _("There is something to vote on in %s: freeze its ballot paper.") % contest
    return ""


@transaction.atomic
def close_without_vote(contest: Contest, *, by: Two, at: datetime, reason: str) -> NoVote:
    """Raises Refused as `why_not_close` says, or without a reason."""
    allow(why_not_close(contest, at))
    require(reason.strip(), _("Say why nothing is voted on here: everybody will ask."))
    first, second = by.keys
    closed = NoVote.objects.create(contest=contest, reason=reason.strip(), at=at, by_id=first, confirmed_by_id=second)
    by.record(Done.CLOSED_WITHOUT_VOTE, on=contest, reason=closed.reason)
    return closed


def why_not_close_uncounted(contest: Contest, at: datetime) -> str:
    """Only where a count was tried, and failed of what no draw or other rule of ours can settle."""
    if NoResult.objects.filter(contest=contest).exists():
        return _("%s is closed without a result already.") % contest
    if Count.objects.filter(contest=contest).exists():
        return _("%s is counted.") % contest
    if not contest.cycle.allows(Act.COUNT, at):
        return _("The ballots are counted between the close of the vote and the end of the results.")
    try:
        _failure_of(contest)
    except Refused as other:
        return " ".join(other.messages)
    return ""


def _failure_of(contest: Contest) -> str:
    """How its count fails. Raises Refused if it does not, or of what can be settled."""
    try:
        outcome_of(contest)
    except CannotCount as failed:
        return repr(failed.__cause__)[:300]
    raise Refused(_("The ballots of %s can be counted.") % contest)


@transaction.atomic
def close_without_result(contest: Contest, *, by: Two, at: datetime, reason: str) -> NoResult:
    """Raises Refused as `why_not_close_uncounted` says, or without a reason."""
    allow(why_not_close_uncounted(contest, at))
    require(reason.strip(), _("Say why there is no result: everybody will ask."))
    first, second = by.keys
    closed = NoResult.objects.create(
        contest=contest, reason=reason.strip(), failure=_failure_of(contest), at=at, by_id=first, confirmed_by_id=second
    )
    by.record(Done.CLOSED_WITHOUT_RESULT, on=contest, reason=closed.reason, failure=closed.failure)
    return closed
