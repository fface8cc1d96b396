"""Which contests have been counted, and whether their results are public: the one place that answers."""

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from budgeting.models.contest import Contest
from budgeting.models.cycle import Cycle, Phase


class Counted(models.Model):
    """A contest has been counted, and since when its result stands.

    The room of the ballots writes it with the count, and the database refuses one without the other: so every room can
    ask, and none learns anything of a ballot.
    """

    contest = models.OneToOneField(Contest, on_delete=models.PROTECT, related_name="counted")
    at = models.DateTimeField(_("counted"))

    class Meta:
        verbose_name = _("counted contest")
        verbose_name_plural = _("counted contests")

    def __str__(self) -> str:
        return f"{self.contest}, {self.at:%d.%m.%Y}"

    @staticmethod
    def public(at: datetime) -> "models.QuerySet[Counted]":
        """Those whose results everybody may read at that moment: the calendar has opened them, and they are counted.

        Asked anew each time and stored nowhere, so that no page, list, file or feed goes by another date than the
        others. For a condition in SQL: `contest__in=Counted.public(at).values("contest")`.
        """
        return Counted.objects.filter(Exists(Phase.with_public_results(at).filter(cycle=OuterRef("contest__cycle"))))

    @staticmethod
    def public_since(contest: Contest, at: datetime) -> datetime | None:
        """Since when the results of this contest are public: counted and opened; None as long as they are not."""
        found, opens = Counted.public(at).filter(contest=contest).first(), contest.cycle.results_open
        return max(found.at, opens) if found and opens else None

    @staticmethod
    def any_public(cycle: Cycle, at: datetime) -> bool:
        """Are the results of any contest of this cycle public?"""
        return Counted.public(at).filter(contest__cycle=cycle).exists()
