"""When the decisions of a cycle are public: all at once, on the date its calendar names, and never before.

Until then a resolution is the committee's alone. What is resolved after that date, while the review lasts, is public at
once.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from audit.models import AuditEvent
from budgeting.models import Contest, Cycle
from committee import merging
from committee.models import Motion, Resolution
from lib.refusal import Refused


def publish_due(at: datetime) -> None:
    """Publish what is due, a cycle at a time, each in one transaction: nobody reads a part of it."""
    for cycle in Cycle.objects.prefetch_related("phases"):
        date = cycle.decisions_open
        if date is not None and date <= at:
            _publish_all(cycle, at)


@transaction.atomic
def _publish_all(cycle: Cycle, at: datetime) -> None:
    due = Resolution.objects.waiting().filter(motion__proposal__cycle=cycle).order_by("motion__proposal__number", "pk")
    related = ("motion__proposal", "motion__into", "motion__ground")
    for resolution in due.select_for_update(of=("self",)).select_related(*related):
        if not merging.waits(resolution, at):
            publish(resolution, at=at)


@transaction.atomic
def publish(resolution: Resolution, *, at: datetime) -> None:
    """Make it the decision everybody reads; or note why it can be none any more."""
    motion = resolution.motion
    try:
        with transaction.atomic():
            resolution.decision = motion.proposal.decide(
                by=None,
                at=at,
                outcome=motion.outcome,
                reason=motion.reason,
                ground=motion.ground,
                into=motion.into,
                cost=motion.cost,
            )
    except Refused as refusal:
        resolution.void = refusal.sentence
    resolution.save(update_fields=["decision", "void"])
    AuditEvent.append(Done.MOTION_PUBLISHED, by=None, on=motion, salt=bytes(motion.salt).hex(), **motion.content())


def why_not_freeze(contest: Contest) -> str:
    """Why its paper cannot be frozen because of the committee; empty if it can."""
    of_it = {"proposal__contest": contest}
    if Motion.objects.filter(settled_at=None, **of_it).exists():
        return _("The committee still votes on proposals of %s.") % contest
    if Resolution.objects.waiting().filter(motion__in=Motion.objects.filter(**of_it)).exists():
        return _("Decisions on proposals of %s are made, and not public yet.") % contest
    return ""
