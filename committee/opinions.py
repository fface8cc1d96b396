"""Which questions are with a department, what it has answered, and how many wait where."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from budgeting.models import Cycle
from budgeting.people import Person
from budgeting.stages import Act
from committee import departments
from committee.deadlines import under_review
from committee.interests import of_interest_to
from committee.models import Finding, Opinion, Station
from proposals.models import Proposal, Status

BEFORE_A_COMMITTEE = (Status.SUBMITTED, Status.RETURNED)


def in_hand_of(person: Person, at: datetime) -> "QuerySet[Station]":
    """Where the questions are that this person's departments have now, the longest waiting first.

    Not about a proposal of their own or one in which they take no part as a member, nor what nobody may see, nor once
    its decision is public or its review over.
    """
    if not person.is_department:
        return Station.objects.none()
    found = Station.objects.waiting().filter(department__in=departments.of(person))
    before = _before_a_committee(at).in_view(at).exclude(pk__in=of_interest_to(person)).values("pk")
    related = ("department", "by", "opinion__proposal__contest__district", "opinion__proposal__cycle")
    rows = found.filter(opinion__proposal__in=before).select_related(*related, "opinion__proposal__contest__cycle")
    return rows.order_by("opinion__at", "opinion")


def answered_by(person: Person, at: datetime) -> "QuerySet[Finding]":
    """What this person's departments have answered, the last first."""
    if not person.is_department:
        return Finding.objects.none()
    seen = Proposal.objects.in_view(at).exclude(pk__in=of_interest_to(person)).values("pk")
    found = Finding.objects.filter(department__in=departments.of(person), opinion__proposal__in=seen)
    related = ("department", "by", "opinion__proposal__contest__district", "opinion__proposal__contest__cycle")
    return found.select_related(*related).order_by("-at", "-pk")


def has_handled(opinion: Opinion, person: Person) -> bool:
    """Was it ever in the hands of a department of this person's, whether or not their role stands?"""
    return opinion.stations.filter(department__members__member=person.pk).exists()


def by_department(cycle: Cycle, proposals: "QuerySet[Proposal]", at: datetime) -> list[dict[str, Any]]:
    """How many questions about these each department has, how many are late, and since when the oldest waits."""
    if not cycle.allows(Act.DECIDE, at):
        return []
    waiting = Station.objects.waiting().filter(opinion__proposal__in=proposals.order_by().values("pk"))
    counted = (
        waiting.order_by()
        .values("department__name")
        .annotate(open=Count("pk"), overdue=Count("pk", filter=Q(opinion__due__lte=at)), since=Min("opinion__at"))
    )
    return [dict(each) for each in counted.order_by("since")]


def told_to_members(proposal: Proposal) -> "QuerySet[Opinion]":
    """All that departments were asked about it, with the way of each and what was found."""
    rows = Opinion.objects.filter(proposal=proposal).select_related("by", "finding__by", "finding__department")
    return rows.prefetch_related("stations__department", "stations__by")


def _before_a_committee(at: datetime) -> Any:
    return Proposal.objects.filter(cycle__in=under_review(at)).with_status(at).filter(status__in=BEFORE_A_COMMITTEE)
