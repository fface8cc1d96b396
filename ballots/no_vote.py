"""Closing a contest without a vote, where there is nothing to vote on, or without a result, where the count cannot be
done: by two people, with a public reason.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from ballots.counting import CannotCount, not_the_time_to_count, outcome_of
from ballots.hidden import why_not_over_hidden
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
        return _("The ballot paper of %s is frozen. Where nothing on it is left, two people supersede it.") % contest
    if not (contest.cycle.allows(Act.FREEZE_PAPER, at) or contest.cycle.allows(Act.VOTE, at)):
        return _("A contest is closed without a vote between the review and the close of the vote.")
    if Proposal.objects.shortlisted(contest).exists():
        return _("There is something to vote on in %s: freeze its ballot paper.") % contest
    return why_not_over_hidden(contest, at)


@transaction.atomic
def close_without_vote(contest: Contest, *, by: Two, at: datetime, reason: str) -> NoVote:
    """Raises Refused as `why_not_close` says, or without a reason."""
    allow(why_not_close(contest, at))
    return store(contest, by=by, at=at, reason=reason)


def store(contest: Contest, *, by: Two, at: datetime, reason: str) -> NoVote:
    """Of a contest without a paper, in the caller's transaction."""
    require(reason.strip(), _("Say why nothing is voted on here: everybody will ask."))
    closed = NoVote.objects.create(contest=contest, reason=reason.strip(), at=at, **by.signed)
    by.record(Done.CLOSED_WITHOUT_VOTE, on=contest, reason=closed.reason)
    return closed


def failure_of(contest: Contest, at: datetime) -> str:
    """How the count of a contest fails, which is tried for it.

    Raises Refused with a sentence where the contest is not closed without a result: because its count does not fail,
    or of what a draw or another rule of ours can settle.
    """
    require(
        not NoResult.objects.filter(contest=contest).exists(), _("%s is closed without a result already.") % contest
    )
    require(not Count.objects.filter(contest=contest).exists(), _("%s is counted.") % contest)
    require(contest.cycle.allows(Act.COUNT, at), not_the_time_to_count())
    try:
        outcome_of(contest)
    except CannotCount as failed:
        return repr(failed.__cause__)[:300]
    raise Refused(_("The ballots of %s can be counted.") % contest)


@transaction.atomic
def close_without_result(contest: Contest, *, by: Two, at: datetime, reason: str) -> NoResult:
    """Raises Refused as `failure_of` does, or without a reason."""
    failure = failure_of(contest, at)
    require(reason.strip(), _("Say why there is no result: everybody will ask."))
    closed = NoResult.objects.create(contest=contest, reason=reason.strip(), failure=failure, at=at, **by.signed)
    by.record(Done.CLOSED_WITHOUT_RESULT, on=contest, reason=closed.reason, failure=closed.failure)
    return closed
