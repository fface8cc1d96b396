"""A line of a cycle's calendar."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from budgeting.models.change import Dated, Told
from budgeting.stages import Stage
from budgeting.within import Part

DATED = {
    Dated.OBJECTIONS: _("Objections to the vote"),
    Dated.DECISIONS: _("The committee’s decisions are public"),
}


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A line of a cycle's calendar as a page shows it."""

    stage: Stage | Dated
    opens: datetime
    closes: datetime | None
    now: bool
    past: bool
    changes: list[Told] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    """What a stage is divided into, each with its dates."""
    part_of_now: Part | None = None

    @property
    def name(self) -> str:
        return str(DATED[self.stage] if isinstance(self.stage, Dated) else self.stage.about.name)
