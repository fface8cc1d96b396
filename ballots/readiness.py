"""Is a box ready? One question with one answer, for the booth, the desk and the list of what still blocks the vote."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from ballots.models import BallotPaper, Rehearsal
from budgeting.models import Contest, Cycle


def waiting(cycles: Iterable[int]) -> set[int]:
    """Of these cycles those in which some contest has neither a paper nor been closed without a vote."""
    open_contests = Contest.objects.filter(cycle__in=cycles, paper=None, no_vote=None)
    return set(open_contests.values_list("cycle", flat=True))


def ready(cycles: Iterable[int]) -> set[int]:
    """Those in which people may vote as soon as the calendar says so: nobody anywhere votes before all of them can.

    Every contest has its paper or is closed without a vote, at least one has a paper, and the holders of the key have
    rehearsed.
    """
    cycles = set(cycles)
    papers = BallotPaper.objects.filter(contest__cycle=OuterRef("pk"))
    rehearsals = Rehearsal.objects.filter(key__cycle=OuterRef("pk"))
    prepared = Cycle.objects.filter(Exists(papers), Exists(rehearsals), pk__in=cycles)
    return set(prepared.values_list("pk", flat=True)) - waiting(cycles)


def why_not_ready() -> str:
    return _("The ballot box is not ready yet.")
