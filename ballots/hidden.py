"""What is hidden keeps its place: no paper is frozen, and none given up, over a project that nobody may look at."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from budgeting.models import Contest
from proposals.models import Proposal, Status

MAY_BE_ON_IT = (Status.SUBMITTED, Status.RETURNED, Status.SHORTLISTED)


def why_not_over_hidden(contest: Contest, at: datetime) -> str:
    """Names what is hidden and neither decided against nor withheld by two people with its line kept."""
    hidden = Proposal.objects.hidden(at).filter(contest=contest, withheld="").with_status(at)
    return _named(hidden.filter(status__in=MAY_BE_ON_IT).order_by("number"))


def why_not_with_hidden(projects: Iterable[Proposal], at: datetime) -> str:
    """The same of those that would be on a paper which takes the place of another."""
    return _named(one for one in projects if one.hidden(at) and not one.withheld)


def _named(hidden: Iterable[Proposal]) -> str:
    names = [f"{one.number}. {one.title}" for one in hidden]
    if not names:
        return ""
    return _(
        "Hidden, and nothing decided against: %s. Show it again, decide against it, or let two people withhold its "
        "text from view; then it keeps its line."
    ) % ", ".join(names)
