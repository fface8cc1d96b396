"""The contests of a cycle that have no result, and why: named wherever the others are added up."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ballots.holding import unsettled
from ballots.models import BallotPaper, NoResult, NoVote
from budgeting.models import Contest, Cycle

NO_PAPER = _("It has no ballot paper, so nobody has voted on it.")
NOT_COUNTED = _("Its ballots have not been counted yet.")
WITHOUT_VOTE = _("Closed without a vote:")
WITHOUT_RESULT = _("Closed without a result, because its ballots could not be counted:")


@dataclass(frozen=True, slots=True)
class Missing:
    """A contest without a result. `why` is a sentence."""

    contest: Contest
    why: Promise | str


def missing_of(cycle: Cycle, contest: Contest | None = None) -> list[Missing]:
    """Every contest of a cycle whose result is still to come, or that one of them, in one query."""
    found = unsettled(cycle).select_related("district")
    if contest is not None:
        found = found.filter(pk=contest.pk)
    found = found.annotate(has_paper=Exists(BallotPaper.objects.filter(contest=OuterRef("pk"))))
    return [Missing(each, NOT_COUNTED if each.has_paper else NO_PAPER) for each in found]


Closed = list[tuple[Promise, list[Missing]]]


def closed_of(cycle: Cycle, contest: Contest | None = None) -> Closed:
    """The contests of a cycle of which no result will come, or that one: how they were closed, and why each."""
    of = {"contest": contest} if contest else {"contest__cycle": cycle}
    ways: list[tuple[Promise, QuerySet[Any]]] = [
        (WITHOUT_VOTE, NoVote.objects.filter(**of)),
        (WITHOUT_RESULT, NoResult.objects.filter(**of, contest__counted=None)),
    ]
    closed = [(way, rows.select_related("contest__district").order_by("contest")) for way, rows in ways]
    return [(way, [Missing(each.contest, each.reason) for each in rows]) for way, rows in closed if rows]
