"""The contests of a cycle that have no result, and why: named wherever the others are added up."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ballots.models import BallotPaper, NoVote
from budgeting.models import Contest, Cycle

NO_PAPER = _("It has no ballot paper, so nobody has voted on it.")
NOT_COUNTED = _("Its ballots have not been counted yet.")


@dataclass(frozen=True, slots=True)
class Missing:
    """A contest without a result. `why` is a sentence."""

    contest: Contest
    why: Promise | str


def missing_of(cycle: Cycle, contest: Contest | None = None) -> list[Missing]:
    """Every contest of a cycle whose result is still to come, or that one of them, in one query."""
    found = Contest.objects.filter(cycle=cycle, counted=None, no_vote=None).select_related("district")
    if contest is not None:
        found = found.filter(pk=contest.pk)
    found = found.annotate(has_paper=Exists(BallotPaper.objects.filter(contest=OuterRef("pk"))))
    return [Missing(each, NOT_COUNTED if each.has_paper else NO_PAPER) for each in found]


def without_vote(cycle: Cycle, contest: Contest | None = None) -> list[Missing]:
    """Every contest of a cycle that was closed without a vote, or that one: no result of it will ever come."""
    closed = NoVote.objects.filter(contest__cycle=cycle).select_related("contest__district")
    if contest is not None:
        closed = closed.filter(contest=contest)
    return [Missing(each.contest, each.reason) for each in closed.order_by("contest")]
