"""The city's own grounds: for what its committees decide, and for what its clerks hide."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from audit.acts import Done
from budgeting.people import Person
from lib.refusal import require
from proposals.models.outcome import DECIDES

LONGEST_GROUND = 160  # characters
HIDES = "hide"
FOR = [*((each.value, each.label) for each in DECIDES), (HIDES, _("Hide what must not stand"))]


class Grounds(models.QuerySet["Ground"]):
    def offered(self) -> "Grounds":
        """Those of decisions that may be chosen now."""
        return self.filter(ended_at=None).exclude(outcome=HIDES)

    def offered_to_hide(self) -> "Grounds":
        """Where the city has none, there are those of ours (reasons.py)."""
        return self.filter(ended_at=None, outcome=HIDES)


class Ground(models.Model):
    """A ground on which the city lets its committees decide so, or its clerks hide something, in its languages.

    It is chosen beside the reason, and counted. Its words stay as they are, since decisions rest on them. Where another
    wording is wanted this one is offered no more, and another is written.
    """

    outcome = models.CharField(_("for which decision"), max_length=10, choices=FOR)
    words = models.JSONField(_("words"))  # by the code of each language
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = Grounds.as_manager()

    class Meta:
        ordering = ("outcome", "pk")
        verbose_name = _("ground for a decision")
        verbose_name_plural = _("grounds for decisions")

    def __str__(self) -> str:
        """In the reader's language, else the city's, else in whatever it is written in."""
        said: dict[str, Any] = self.words
        wanted = (get_language() or "", settings.LANGUAGE_CODE)
        return next((said[code] for code in wanted if said.get(code)), None) or next(iter(said.values()), "")

    @classmethod
    @transaction.atomic
    def write(cls, *, by: Person, outcome: str, words: dict[str, str]) -> "Ground":
        """Another one, on record. Raises Refused unless it says something in each language of the site."""
        require(outcome in dict(FOR), _("Say for which decision."))
        said = {code: words.get(code, "").strip() for code, _name in settings.LANGUAGES}
        require(all(said.values()), _("Write it in each language: everybody reads it in theirs."))
        ground = cls.objects.create(outcome=outcome, words=said)
        by.record(Done.GROUND_WRITTEN, on=ground, outcome=outcome, words=said)
        return ground

    @transaction.atomic
    def offer(self, is_offered: bool, *, by: Person, at: datetime) -> None:
        """Let committees choose it, or no more, on record. What was decided on it stays."""
        if is_offered == (self.ended_at is None):
            return
        self.ended_at = None if is_offered else at
        self.save(update_fields=["ended_at"])
        by.record(Done.GROUND_OFFERED if is_offered else Done.GROUND_ENDED, on=self)
