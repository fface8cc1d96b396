"""What an auditor is told about votes by letter alone: an alarm says look, not that anything is wrong."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, QuerySet, Sum
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from budgeting.models import Cycle, OneIsEnough
from budgeting.people import Person
from residents.models import LetterRun, LetterVotes

FROM_ONE_NETWORK = 50  # ballots: a library or a home for the aged may have as many, and then somebody knows of it
IN_ONE_NIGHT = 50
NIGHT = range(5)  # the hours from midnight on, in the city


@dataclass(frozen=True, slots=True)
class VotesOfRun:
    """What an auditor sees of a run of letters; `why_not_posted`: why whoever asks does not say that it was posted."""

    run: LetterRun
    letters: int
    ballots: int
    why_not_posted: str


def runs_of(cycle: Cycle, *, asks: Person, at: datetime) -> list[VotesOfRun]:
    """The runs of letters of a cycle, the newest first, each with its letters and the ballots cast by them."""
    alone = OneIsEnough.in_effect(at)
    runs = LetterRun.objects.filter(cycle=cycle).select_related("cycle", "made_by", "posted_by")
    cast = dict(LetterVotes.objects.filter(run__in=runs).values_list("run").annotate(Sum("ballots")))
    counted = runs.annotate(letters=Count("codes")).order_by("-made_at", "-pk")
    return [
        VotesOfRun(run, run.letters, cast.get(run.pk, 0), run.why_not_posted_by(asks, at, alone)) for run in counted
    ]


def alarms(cycle: Cycle) -> list[str]:
    """A sentence for each thing to look into."""
    votes = LetterVotes.objects.filter(run__cycle=cycle)
    return [*_before_posting(cycle), *_from_one_network(votes), *_in_one_night(votes)]


def _before_posting(cycle: Cycle) -> list[str]:
    """In the hour of posting nobody has their letter yet, so that hour belongs to the time before."""
    early = LetterVotes.objects.filter(run__cycle=cycle).exclude(run__posted_at__lt=F("hour"))
    return [
        ngettext(
            "%(n)d ballot was cast by letters of run %(run)d before anybody said that they had been posted.",
            "%(n)d ballots were cast by letters of run %(run)d before anybody said that they had been posted.",
            ballots,
        )
        % {"n": ballots, "run": run}
        for run, ballots in early.values_list("run").annotate(Sum("ballots")).order_by("run")
    ]


def _from_one_network(votes: QuerySet[LetterVotes]) -> list[str]:
    many = votes.values_list("network").annotate(n=Sum("ballots")).filter(n__gte=FROM_ONE_NETWORK)
    return [
        _("%(n)d ballots came by letter from one network (%(network)s). Is it a library, or a home?")
        % {"n": ballots, "network": bytes(network).hex()[:8]}
        for network, ballots in many.order_by("-n", "network")
    ]


def _in_one_night(votes: QuerySet[LetterVotes]) -> list[str]:
    nights: dict[date, int] = {}
    for hour, ballots in votes.values_list("hour").annotate(Sum("ballots")):
        here = localtime(hour)
        if here.hour in NIGHT:
            nights[here.date()] = nights.get(here.date(), 0) + ballots
    return [
        _("%(n)d ballots came by letter in one night, before five in the morning of %(day)s.")
        % {"n": ballots, "day": date_format(day)}
        for day, ballots in sorted(nights.items())
        if ballots >= IN_ONE_NIGHT
    ]
