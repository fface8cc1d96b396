"""What waits in this room for those who work for the budget, for the desk and for the mail of the day."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from budgeting.models import Contest
from budgeting.people import Person
from budgeting.stages import Act
from proposals.models import CommentReport, Proposal, Status


def to_decide(person: Person, at: datetime) -> tuple[list[Contest], "QuerySet[Any]"]:
    """The contests in which this member of a committee may decide now; and what waits there, the longest first."""
    contests = Contest.objects.select_related("cycle", "district").prefetch_related("cycle__phases")
    mine = [each for each in contests if person.is_committee_for(each.district) and each.cycle.allows(Act.DECIDE, at)]
    rows = Proposal.objects.submitted().as_rows(at).filter(contest__in=mine, status=Status.SUBMITTED)
    return mine, rows.exclude(author=person.pk).order_by("submitted_at")


def reported(person: Person) -> "QuerySet[CommentReport]":
    """For a clerk, the reports nobody has settled, the oldest first."""
    reports = CommentReport.objects.filter(settled_at=None).select_related(
        "comment__author", "comment__proposal__contest__district", "comment__proposal__contest__cycle"
    )
    return reports if person.is_clerk else reports.none()
