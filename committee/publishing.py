"""When the decisions of a cycle are public: all at once, on the date its calendar names, and never before.

Until then a resolution is the committee's alone. What is resolved after that date, while the review lasts, is public at
once. A merger without its authors' consent waits for a ruling, and nothing else waits for it.
"""

from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from audit.models import AuditEvent
from budgeting.models import Contest, Cycle
from committee import merging, sealing
from committee.models import Motion, Resolution
from lib.refusal import Refused
from proposals.models import Proposal


def publish_due(at: datetime) -> None:
    """Publish what is due, a cycle at a time, each in one transaction: nobody reads a part of it."""
    for cycle in Cycle.objects.prefetch_related("phases"):
        date = cycle.decisions_open
        if date is not None and date <= at:
            _publish_all(cycle, at)


@transaction.atomic
def _publish_all(cycle: Cycle, at: datetime) -> None:
    due = Resolution.objects.to_publish().filter(motion__proposal__cycle=cycle)
    _hold(due)
    due = due.order_by("motion__proposal__number", "pk").select_for_update(of=("self",))
    for resolution in due.select_related("motion__proposal", "motion__into", "motion__ground", "ruling"):
        if resolution.void or not merging.is_held(resolution) or not _is_possible(resolution.motion, at):
            publish(resolution, at=at)


def _hold(due: "models.QuerySet[Resolution]") -> None:
    """Their proposals before all else, as every verb does: the log that follows lets one in at a time."""
    held = Proposal.objects.filter(pk__in=due.values("motion__proposal")).order_by("pk")
    list(held.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def publish_if_due(resolution: Resolution, *, at: datetime) -> None:
    """What was settled after the date, at once."""
    date = resolution.motion.proposal.cycle.decisions_open
    if (date is None or date <= at) and not merging.is_held(resolution):
        publish(resolution, at=at)


def _is_possible(motion: Motion, at: datetime) -> bool:
    """Could it be decided now? What waits for somebody's word waits no more once it cannot."""
    try:
        motion.proposal.require_decidable(
            motion.outcome, at=at, ground=motion.ground, into=motion.into, cost=motion.cost
        )
    except Refused:
        return False
    return True


@transaction.atomic
def publish(resolution: Resolution, *, at: datetime) -> None:
    """Make it the decision everybody reads, or tell why it is none; with what the log had a digest of alone."""
    motion = resolution.motion
    if not resolution.void:
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
                    upkeep=motion.upkeep,
                )
        except Refused as refusal:
            resolution.void = refusal.sentence
    resolution.public_at = at
    resolution.save(update_fields=["decision", "void", "public_at"])
    merging.ask_no_more(resolution, at=at)
    facts = {"salt": motion.salt_in_words, **motion.content()}
    if ruling := getattr(resolution, "ruling", None):
        facts["ruling"] = {"salt": ruling.salt_in_words, **ruling.content()}
    AuditEvent.append(Done.MOTION_PUBLISHED, by=None, on=motion, **facts)
    if resolution.decision:
        sealing.open_with(motion)


def why_not_freeze(contest: Contest) -> str:
    """Why its paper cannot be frozen because of the committee; empty if it can."""
    of_it = {"proposal__contest": contest}
    if Motion.objects.filter(settled_at=None, **of_it).exists():
        return _("The committee still votes on proposals of %s.") % contest
    if Resolution.objects.waiting().filter(motion__in=Motion.objects.filter(**of_it)).exists():
        return _("Decisions on proposals of %s are made, and not public yet.") % contest
    return ""
