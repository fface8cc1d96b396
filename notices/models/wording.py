"""The city's own words for a mail."""

from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from audit.acts import Done
from budgeting.people import Person
from lib.refusal import allow
from notices import words
from notices.kinds import Kind, Words, words_of


class Wording(models.Model):
    """What the city says in place of our words for one kind of mail in one language (notices/words.py)."""

    LONGEST_SUBJECT, LONGEST_TEXT = 120, 4_000  # characters

    kind = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    subject = models.CharField(_("subject"), max_length=LONGEST_SUBJECT)
    text = models.TextField(_("text"), max_length=LONGEST_TEXT)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("wording")
        verbose_name_plural = _("wordings")
        constraints = (
            models.UniqueConstraint(
                name="one_wording_for_each_kind_and_language",
                fields=["kind", "language"],
                violation_error_message=_("The city has its own words for this already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}, {self.language}"

    @classmethod
    def of(cls, kind: str, ours: Words, language: str) -> tuple[str, str]:
        """Subject and text of a kind in a language, with their placeholders: the city's own where it has some."""
        own = cls.objects.filter(kind=kind, language=language).first()
        return (own.subject, own.text) if own else words.of_ours(ours, language)

    @classmethod
    @transaction.atomic
    def keep(cls, kind: Kind, language: str, *, by: Person, at: datetime, subject: str, text: str) -> None:
        """Say it so from now on, on record. Raises Refused if it could not be sent so."""
        allow(words.why_not(words_of(kind), subject, text))
        said = {"subject": subject, "text": text, "by_id": by.pk, "at": at}
        cls.objects.update_or_create(kind=kind, language=language, defaults=said)
        by.record(Done.WORDS_CHANGED, kind=kind.value, language=language, subject=subject, text=text)

    @classmethod
    @transaction.atomic
    def give_up(cls, kind: Kind, language: str, *, by: Person) -> None:
        """Have our words again, on record."""
        if cls.objects.filter(kind=kind, language=language).delete()[0]:
            by.record(Done.WORDS_CHANGED, kind=kind.value, language=language)
