"""What is said of a round whose stage ends: the same words wherever it is told."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from budgeting.stages import Stage
from budgeting.templatetags.dates import end_words
from notices.kinds import Happened

EXAMPLES: dict[str, Any] = {"cycle": _("Budget 2027"), "until": _("Sunday 25 April, 20:00 (UTC+2)")}


def until_the_end_of(stage: Stage) -> Callable[[Happened], dict[str, str]]:
    """Of a happening to a round: its name, and until when its stage lasts."""

    def says(happening: Happened) -> dict[str, str]:
        window = happening.subject.window(stage)
        return {"cycle": str(happening.subject), "until": end_words(window.closes) if window and window.closes else "–"}

    return says
