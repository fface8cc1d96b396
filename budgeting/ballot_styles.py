"""The styles of a ballot, and by what each of them is limited."""

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Fault = tuple[str, str | Promise]  # at which field, and what is wrong there

WITHOUT_POINTS = gettext_lazy("Say how many points there are to share out.")


class BallotStyle(models.TextChoices):
    APPROVAL = "approval", gettext_lazy("Approve projects")
    KNAPSACK = "knapsack", gettext_lazy("Spend the budget")
    POINTS = "points", gettext_lazy("Share out points")
    RANKING = "ranking", gettext_lazy("Rank projects")

    @property
    def has_marks(self) -> bool:
        """Does a voter mark projects, or else give them numbers?"""
        return self in (self.APPROVAL, self.KNAPSACK)

    @property
    def limits(self) -> tuple[str, ...]:
        """The fields of a contest that limit such a ballot. Each is at least 1, or empty."""
        return ("most_choices", "points", "most_points") if self is self.POINTS else ("most_choices",)

    def faults(self, **limits: int | None) -> Iterator[Fault]:
        """What is wrong with these limits of such a ballot."""
        for name, limit in limits.items():
            if limit is not None and name not in self.limits:
                yield name, _("This goes with “%s” only. Leave it empty.") % self.POINTS.label
            elif limit is not None and limit < 1:
                yield name, _("A limit is at least 1. Empty: no limit.")
        if self is self.POINTS:
            yield from _faults_of_points(**limits)


def _faults_of_points(points: int | None, most_points: int | None, most_choices: int | None) -> Iterator[Fault]:
    if not points:
        yield "points", WITHOUT_POINTS
    elif most_points and most_points > points:
        yield "most_points", _("One project cannot have more points than there are.")
    elif most_points and most_choices and most_points * most_choices < points:
        can_give: dict[str, Any] = {"most": most_points * most_choices, "points": points}
        yield "most_points", _("So nobody could give more than %(most)d of the %(points)d points.") % can_give


LIMITS_THAT_CAN_BE_KEPT = (
    models.CheckConstraint(
        name="points_ballots_have_points",
        condition=~models.Q(ballot_style="points") | models.Q(points__isnull=False, points__gt=0),
        violation_error_message=WITHOUT_POINTS,
    ),
    models.CheckConstraint(
        name="points_go_with_points_ballots",
        condition=models.Q(ballot_style="points") | models.Q(points__isnull=True, most_points__isnull=True),
        violation_error_message=gettext_lazy("Only a ballot on which points are shared out has points."),
    ),
    models.CheckConstraint(
        name="a_limit_of_the_ballot_is_at_least_one",
        condition=(models.Q(most_choices__isnull=True) | models.Q(most_choices__gte=1))
        & (models.Q(most_points__isnull=True) | models.Q(most_points__gte=1)),
        violation_error_message=gettext_lazy("A limit is at least 1. Empty: no limit."),
    ),
    models.CheckConstraint(
        name="one_project_has_at_most_all_points",
        condition=models.Q(most_points__isnull=True)
        | models.Q(points__isnull=False, most_points__lte=models.F("points")),
        violation_error_message=gettext_lazy("One project cannot have more points than there are."),
    ),
    models.CheckConstraint(
        name="all_points_can_be_given",
        condition=models.Q(most_points__isnull=True)
        | models.Q(most_choices__isnull=True)
        | models.Q(
            points__isnull=False,
            points__lte=Cast("most_points", models.IntegerField()) * models.F("most_choices"),
        ),
        violation_error_message=gettext_lazy("With these limits nobody could give all the points there are."),
    ),
)
"""What the database says of them: constraints of a contest."""
