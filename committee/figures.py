"""What the work of the committees comes to: its pace, its load, and the shares of what is decided.

Reckoned by the database, over the proposals it is given: statistics.py says whose those are.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Aggregate,
    Case,
    Count,
    DateTimeField,
    DurationField,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from budgeting.models import Cycle
from committee.calendar import Kind
from committee.models import Assignment, Card, Question, Resolution, Step
from proposals.models import Decision, Ground, Outcome

DAY = timedelta(days=1)


class Median(Aggregate):
    """The middle of some durations; None of none."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True, slots=True)
class Pace:
    """How many proposals came so far, and how many days half of them took at most, from the day they were submitted."""

    until: str
    number: int
    days: Decimal | None


@dataclass(frozen=True, slots=True)
class Load:
    """What is assigned to a member now, how much of it is done, and how much is late."""

    member: str
    assigned: int
    done: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Share:
    """Of so many, so many: of a district what is shortlisted, of all decisions those on a ground."""

    name: str
    number: int
    of: int

    @property
    def percent(self) -> int:
        return round(100 * self.number / self.of)


def decided_among(proposals: "QuerySet[Any]", may_look: "QuerySet[Any]", at: datetime) -> "QuerySet[Any]":
    """Those that are decided on, by a resolution that waits where somebody may look, else in public.

    With `came`, the outcome, `on`, its ground, and `then`, when the committee resolved on it. A return is no decision.
    """
    waits = Resolution.objects.waiting().filter(motion__proposal=OuterRef("pk"))
    waits = waits.filter(motion__proposal__in=may_look.values("pk")).order_by("-at", "-pk")
    public = Decision.objects.filter(proposal=OuterRef("pk"), at__lte=at).order_by("-at", "-pk")
    resolved = Resolution.objects.filter(decision=OuterRef("last")).values("at")
    found = proposals.annotate(
        waits=Exists(waits),
        last=Subquery(public.values("pk")[:1]),
        came=Coalesce(Subquery(waits.values("motion__outcome")[:1]), Subquery(public.values("outcome")[:1])),
        on=Case(
            When(waits=True, then=Subquery(waits.values("motion__ground")[:1])),
            default=Subquery(public.values("ground")[:1]),
        ),
        then=Coalesce(
            Subquery(waits.values("at")[:1]),
            Subquery(resolved),
            Subquery(public.values("at")[:1]),
            output_field=DateTimeField(),
        ),
    )
    return found.exclude(came=None).exclude(came=Outcome.RETURN)


def paces(counted: "QuerySet[Any]", decided: "QuerySet[Any]") -> list[Pace]:
    """Until the first card of a step was handed in, and until the committee resolved."""
    begun = Card.objects.handed_in().filter(proposal=OuterRef("pk")).order_by().values("proposal")
    first = {
        f"first_{kind.value}": Subquery(
            begun.filter(step=kind.value).annotate(first=Min("handed_in_at")).values("first")
        )
        for kind in Kind
    }
    took = {name: F(name) - F("submitted_at") for name in first}
    told = counted.annotate(**first).aggregate(
        **{f"{name}_number": Count(name) for name in took},
        **{f"{name}_took": Median(duration) for name, duration in took.items()},
    )
    resolved = decided.aggregate(number=Count("pk"), took=Median(F("then") - F("submitted_at")))
    words = {
        Kind.FORMAL: _("The first card of the formal check was handed in"),
        Kind.ASSESSMENT: _("The first card of the assessment was handed in"),
        Kind.DECISION: _("The first card for the decision was handed in"),
    }
    found = [
        Pace(words[kind], told[f"first_{kind.value}_number"], _days(told[f"first_{kind.value}_took"])) for kind in Kind
    ]
    found.append(Pace(_("The committee resolved on it"), resolved["number"], _days(resolved["took"])))
    return [pace for pace in found if pace.number]


def _days(took: timedelta | None) -> Decimal | None:
    """With one decimal."""
    return None if took is None else round(Decimal(took // timedelta(seconds=1)) / (DAY // timedelta(seconds=1)), 1)


def loads(counted: "QuerySet[Any]", cycle: Cycle, at: datetime) -> list[Load]:
    """Nothing here tells what a committee has resolved and not published."""
    standing = Assignment.objects.standing().filter(proposal__in=counted.values("pk"))
    late = Q(due__lte=at, is_done=False)
    rows = standing.annotate(is_done=_is_done(cycle, at)).order_by("member__name", "member").values("member")
    rows = rows.annotate(
        name=F("member__name"),
        assigned=Count("pk"),
        done=Count("pk", filter=Q(is_done=True)),
        overdue=Count("pk", filter=late),
    )
    return [Load(row["name"], row["assigned"], row["done"], row["overdue"]) for row in rows]


def _is_done(cycle: Cycle, at: datetime) -> Any:
    """Decided on in public, or every card that is asked for is handed in: their own, or the one that is by two."""
    decided = Decision.objects.filter(proposal=OuterRef("proposal"), at__lte=at).exclude(outcome=Outcome.RETURN)
    asked = set(Question.objects.filter(cycle=cycle, retired_at=None).values_list("step", flat=True))
    by_two = set(Step.objects.filter(cycle=cycle, by_two=True).values_list("kind", flat=True))
    every = Q()
    for step in sorted(asked):
        cards = Card.objects.handed_in().filter(proposal=OuterRef("proposal"), step=step)
        every &= Q(Exists(cards if step in by_two else cards.filter(member=OuterRef("member"))))
    is_public = Q(Exists(decided))
    done = is_public | every if asked else is_public
    return Case(When(done, then=True), default=False)


def by_district(decided: "QuerySet[Any]") -> list[Share]:
    """How much of what is decided on is shortlisted."""
    rows = decided.order_by("contest__district__name").values("contest__district__name")
    rows = rows.annotate(of=Count("pk"), number=Count("pk", filter=Q(came=Outcome.SHORTLIST)))
    return [Share(row["contest__district__name"], row["number"], row["of"]) for row in rows]


def by_ground(decided: "QuerySet[Any]") -> list[Share]:
    """Of all decisions how many rest on which ground, else on which outcome; the most frequent first."""
    rows = list(decided.order_by().values("on", "came").annotate(number=Count("pk")))
    grounds = Ground.objects.in_bulk([row["on"] for row in rows if row["on"]])
    of = sum(row["number"] for row in rows)
    shares = [
        Share(str(grounds[row["on"]] if row["on"] else Outcome(row["came"]).label), row["number"], of) for row in rows
    ]
    return sorted(shares, key=lambda share: (-share.number, share.name))
