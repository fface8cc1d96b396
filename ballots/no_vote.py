"""Closing a contest without a vote, where there is nothing to vote on: by two people, with a public reason."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from ballots.models import BallotPaper, NoVote
from budgeting.models import Contest
from budgeting.stages import Act
from budgeting.two import Two
from lib.refusal import allow, require
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
    closed = NoVote.objects.create(
        contest=contest,
        reason=reason.strip(),
        at=at,
        by_id=by.first.pk,
        confirmed_by_id=by.second.pk if by.second else None,
    )
    by.record(Done.CLOSED_WITHOUT_VOTE, on=contest, reason=closed.reason)
    return closed
