"""A committee decides: a member puts a decision to the vote, the others vote, and it is carried or lost.

Nothing a member does alone becomes a decision, unless they are the whole committee. What is carried waits for the date
on which the cycle's decisions are public (publishing.py). The log learns of each act by a digest alone until then.
"""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from audit.acts import Done
from audit.models import AuditEvent
from budgeting.models import Cycle
from budgeting.people import Person
from committee import correcting, merging, publishing, sealing
from committee.deadlines import is_review_over, within_a_week
from committee.members import entitled, presiding, quorum_of, why_not_decide
from committee.models import Committee, Motion, MotionVote, Resolution
from committee.models.sealed import new_salt
from committee.standing_in import complete
from committee.steps import why_not_put_to_the_vote
from committee.tallying import Result, Tally
from lib.one_line import says_something
from lib.refusal import allow, require
from proposals.models import Decision, Ground, Proposal

Choice = MotionVote.Choice


@transaction.atomic
def move(
    proposal: Proposal,
    *,
    by: Person,
    at: datetime,
    outcome: str,
    reason: str,
    ground: Ground | None = None,
    into: Proposal | None = None,
    cost: int | None = None,
    upkeep: int | None = None,
    months: int | None = None,
    basis: str = "",
) -> Motion:
    """Put a decision on a proposal to the vote; whoever does so votes for it.

    `cost` and `upkeep` (of a year, both in minor units), `months` and `basis` are the committee's own estimate: how
    much, how long, and why. Raises Refused, also where it could not be decided so.
    """
    proposal.hold()
    allow(why_not_decide(proposal, by=by, at=at))
    allow(why_not_put_to_the_vote([proposal.cycle], at).get(proposal.cycle_id))
    settle(proposal, at=at)
    require(not proposal.motions.filter(settled_at=None).exists(), _("Something is put to the vote on it already."))
    require(says_something(reason), _("A decision needs a reason that everybody can read."))
    _require_a_ground(outcome, ground)
    proposal.require_decidable(outcome, ground=ground, into=into, cost=cost, at=at)
    require(outcome != Decision.Outcome.RETURN, _("A correction is asked of the author at once, without a vote."))
    complete(proposal, at=at)
    committee = Committee.of(proposal.cycle, proposal.contest.district)
    decided: dict[str, Any] = {"outcome": outcome, "reason": reason.strip(), "ground": ground, "into": into}
    decided |= {"cost": cost, "upkeep": upkeep, "months": months, "basis": basis.strip()}
    rule = {"quorum": committee.quorum, "chair_breaks_ties": committee.chair_breaks_ties}
    closes = within_a_week(proposal.cycle, at)
    motion = Motion(proposal=proposal, by_id=by.pk, at=at, closes=closes, salt=new_salt(), **decided, **rule)
    motion.full_clean(exclude=["proposal", "by", "ground", "into"])
    motion.save(force_insert=True)
    correcting.look_again(proposal, by=by, at=at)
    by.record(Done.MOTION_MADE, on=motion, digest=motion.digest)
    _cast(motion, Choice.IN_FAVOUR, by=by, at=at)
    settle(proposal, at=at)
    return motion


@transaction.atomic
def vote(motion: Motion, choice: str, *, by: Person, at: datetime) -> None:
    """Vote on a motion, or vote otherwise. Raises Refused."""
    proposal = motion.proposal
    proposal.hold()
    allow(why_not_decide(proposal, by=by, at=at))
    settle(proposal, at=at)
    motion.refresh_from_db()
    require(motion.settled_at is None, _("This vote of the committee is over."))
    require(choice in Choice.values, _("Vote for, against, or abstain."))
    _cast(motion, choice, by=by, at=at)
    settle(proposal, at=at)


def tally(motion: Motion) -> Tally:
    """Of those who may vote now: whose role has ended, or who is recused by now, has no vote."""
    may = set(entitled(motion.proposal).values_list("pk", flat=True))
    cast = {vote.member_id: vote.choice for vote in motion.votes.all() if vote.member_id in may}
    votes = Counter(cast.values())
    chair = presiding(motion.proposal) if motion.chair_breaks_ties else None
    return Tally(
        entitled=len(may),
        quorum=quorum_of(motion.proposal, motion.quorum, len(may)),
        in_favour=votes[Choice.IN_FAVOUR],
        against=votes[Choice.AGAINST],
        abstained=votes[Choice.ABSTAIN],
        chair_is_for_it=cast.get(chair.pk) == Choice.IN_FAVOUR if chair else None,
    )


@transaction.atomic
def settle(proposal: Proposal, *, at: datetime) -> None:
    """See whether what is put to the vote on it is carried or lost by now. Once, by whoever comes first."""
    motion = proposal.motions.select_for_update(of=("self",)).filter(settled_at=None).first()
    if motion is None:
        return
    counted = tally(motion)
    is_closed = at >= motion.closes or is_review_over(proposal.cycle, at)
    result = counted.result(is_closed=is_closed)
    if result is Result.OPEN:
        return
    motion.settled_at = at
    motion.save(update_fields=["settled_at"])
    AuditEvent.append(Done.MOTION_SETTLED, by=None, on=motion, **sealing.seal(motion))
    if result is Result.CARRIED:
        _resolve(motion, counted, at=at)


def settle_what_has_closed(at: datetime) -> None:
    """Those whose members have not all voted, and whose time is over."""
    over = [each.pk for each in Cycle.objects.prefetch_related("phases") if is_review_over(each, at)]
    closed = Q(closes__lte=at) | Q(proposal__cycle__in=over)
    for motion in Motion.objects.filter(closed, settled_at=None).select_related("proposal"):
        with transaction.atomic():
            motion.proposal.hold()  # first, like every verb: two that lock in another order wait for each other
            settle(motion.proposal, at=at)


def _require_a_ground(outcome: str, ground: Ground | None) -> None:
    """Where the city has grounds for such a decision, one of them."""
    offered = Ground.objects.offered().filter(outcome=outcome)
    require(ground is None or ground.ended_at is None, _("This ground is offered no more. Choose another."))
    require(ground or not offered.exists(), _("Choose on which of the city’s grounds."))


def _cast(motion: Motion, choice: str, *, by: Person, at: datetime) -> None:
    cast, _is_new = MotionVote.objects.update_or_create(
        motion=motion, member_id=by.pk, defaults={"choice": choice, "at": at, "salt": new_salt()}
    )
    by.record(Done.MOTION_VOTED, on=motion, digest=cast.digest)


def _resolve(motion: Motion, counted: Tally, *, at: datetime) -> None:
    resolution = Resolution.objects.create(
        motion=motion,
        at=at,
        entitled=counted.entitled,
        quorum=counted.quorum,
        in_favour=counted.in_favour,
        against=counted.against,
        abstained=counted.abstained,
        by_the_chair=counted.is_broken_tie,
    )
    _replace_what_waited(resolution, at=at)
    merging.ask_for_consent(resolution, at=at)
    publishing.publish_if_due(resolution, at=at)


def _replace_what_waited(resolution: Resolution, *, at: datetime) -> None:
    """What was resolved before on the same proposal, and is not public, never becomes a decision: the later counts."""
    earlier = Resolution.objects.waiting().filter(motion__proposal=resolution.motion.proposal_id)
    for each in earlier.exclude(pk=resolution.pk).select_for_update():
        each.void, each.replaced_by = _("The committee has resolved otherwise since."), resolution
        each.save(update_fields=["void", "replaced_by"])
        merging.ask_no_more(each, at=at)
