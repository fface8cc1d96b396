"""The contests of a cycle that have no result, and why: named wherever the others are added up."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ballots.models import BallotPaper
from budgeting.models import Contest, Cycle

# Whatever else ends a contest without a count has its sentence here, and its question in `missing_of`.
NO_PAPER = _("It has no ballot paper, so nobody has voted on it.")
NOT_COUNTED = _("Its ballots have not been counted yet.")


@dataclass(frozen=True, slots=True)
class Missing:
    """A contest without a result. `why` is a sentence."""

    contest: Contest
    why: Promise


def missing_of(cycle: Cycle, contest: Contest | None = None) -> list[Missing]:
    """Every contest of a cycle that has no result, or that one of them, in one query."""
    found = Contest.objects.filter(cycle=cycle, counted=None).select_related("district")
    if contest is not None:
        found = found.filter(pk=contest.pk)
    found = found.annotate(has_paper=Exists(BallotPaper.objects.filter(contest=OuterRef("pk"))))
    return [Missing(each, NOT_COUNTED if each.has_paper else NO_PAPER) for each in found]
