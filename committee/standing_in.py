"""Too few of a committee are left on a proposal: others step in, in the order the city has set, each on record."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from audit.acts import Done
from audit.models import AuditEvent
from budgeting.people import RoleName, holders_of
from committee.deadlines import contests_under_review
from committee.members import entitled, quorum_of
from committee.models import Committee, Recusal, Referral, Resolution
from proposals.models import Proposal, Status


@transaction.atomic
def complete(proposal: Proposal, *, at: datetime) -> None:
    """Let the next ones step in until there is a quorum of those who may vote, or nobody is left to ask."""
    committee = Committee.of(proposal.cycle, proposal.contest.district)
    called = set(Referral.objects.filter(proposal=proposal).values_list("step", flat=True))
    for step in committee.order:
        if step in called:
            continue
        left = entitled(proposal).count()
        quorum = quorum_of(proposal, committee.quorum, left)
        if left >= quorum:
            return
        Referral.objects.create(proposal=proposal, step=step, at=at, remaining=left, quorum=quorum)
        AuditEvent.append(Done.OTHERS_STEP_IN, by=None, on=proposal, who=step, left=left, quorum=quorum)


def complete_all(at: datetime) -> None:
    """For what a member wrote or is recused from: nobody may be left who would put it to the vote."""
    concerned = Q(author__in=holders_of(RoleName.COMMITTEE)) | Q(pk__in=Recusal.objects.values("proposal"))
    under_review = Proposal.objects.submitted().as_rows(at).filter(contest__in=contests_under_review(at))
    undecided = under_review.filter(status=Status.SUBMITTED)
    undecided = undecided.exclude(pk__in=Resolution.objects.waiting().values("motion__proposal"))
    for proposal in undecided.filter(concerned).order_by("pk"):
        with transaction.atomic():
            proposal.hold()
            complete(proposal, at=at)
