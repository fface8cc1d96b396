"""What is said of a round, and who follows it: the same wherever it is told."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from budgeting.models import Cycle, District
from budgeting.stages import Stage
from budgeting.templatetags.dates import end_words
from notices.kinds import Happened
from notices.models import Follow

EXAMPLES: dict[str, Any] = {"cycle": _("Budget 2027"), "until": _("Sunday 25 April, 20:00 (UTC+2)")}


def followers(cycle: Cycle, at: datetime) -> QuerySet[Any]:
    """Who followed the round, or a district that has a part in it, by then."""
    districts = District.objects.filter(contests__cycle=cycle).distinct()
    return Follow.objects.of_any(cycle, *districts).already(at).values("user")


def until_the_end_of(stage: Stage) -> Callable[[Happened], dict[str, str]]:
    """Of a happening to a round: its name, and until when its stage lasts."""

    def says(happening: Happened) -> dict[str, str]:
        window = happening.subject.window(stage)
        return {"cycle": str(happening.subject), "until": end_words(window.closes) if window and window.closes else "–"}

    return says
