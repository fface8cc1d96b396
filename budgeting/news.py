"""What happens in this room and is to be told: it knows nobody to tell, so an upper room hears of it here and does.

Upper rooms say when the site starts what they do about it (`hears`), as with the registry.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from django.core import checks
from django.db import models

from budgeting.people import Person


class News(StrEnum):
    """What happened, and to a row of which model."""

    ACT_PROPOSED = "an act of two was proposed"  # a JointAct
    ACT_SETTLED = "an act of two was settled"  # a JointAct
    CALENDAR_CHANGED = "a calendar was changed"  # a CalendarChange


class Hearing(Protocol):
    """What an upper room does about it: given the row, who did it and when, in the transaction of the act."""

    def __call__(self, row: Any, /, *, by: Person, at: datetime) -> None: ...


@dataclass
class _Heard:
    by: dict[News, Hearing] = field(default_factory=dict)


_heard = _Heard()


def hears(news: News, hearing: Hearing) -> None:
    """Called at start-up by the room that tells of it."""
    _heard.by[news] = hearing


def happened(news: News, row: models.Model, *, by: Person, at: datetime) -> None:
    """It happened: to be called in the transaction of the act."""
    _heard.by[news](row, by=by, at=at)


@checks.register
def all_news_is_heard(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
    missing = [news for news in News if news not in _heard.by]
    return [checks.Error(f"No room hears of it when {news.value}.", id="budgeting.E005") for news in missing]
