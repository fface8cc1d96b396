"""Holders of the key come together, each in a session of their own: to make it, to rehearse, to open the box.

What they are shown and what they type is known to one process only, and to it for as long as it lives: here stands who
is asked, who has come, and how it ended. What passes between that process and a holder's session is sealed on its way.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from budgeting.models import Cycle

LASTS = timedelta(days=1)  # at most


class Ceremony(models.Model):
    """One beginning. It ends once, and is never taken up again: whoever begins anew makes another.

    keeper
        The public half of the key that its process made for it alone; empty until that process is there.
    vouched
        A code over all that stands here and in the parts of who is asked, and for what; made as it is begun, and anew
        when it is taken up. Only this site's own programs can make it: ballots/vouching.py.
    public_key, test_envelope, test_digest
        Of the key in the making, which is in force once its last sheet is taken.
    replaces
        The name of the key it is to take the place of; empty if there was none.
    opened
        How many envelopes have been opened so far.
    """

    class Kind(models.TextChoices):
        KEY = "key", _("making of the key")
        REHEARSAL = "rehearsal", _("rehearsal")
        OPENING = "opening", _("opening")

    class End(models.TextChoices):
        DONE = "done", _("It came to its end.")
        REFUSED = "refused", _("It was refused.")
        BROKEN_OFF = "broken off", _("A clerk broke it off.")
        LOST = "lost", _("The program that held it ended with the server, and what was typed with it.")
        TOO_LATE = "too late", _("Too few holders came within a day.")

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="ceremonies")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    number = models.PositiveSmallIntegerField()
    threshold = models.PositiveSmallIntegerField()
    replaces = models.CharField(max_length=64, blank=True)
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    begun_at = models.DateTimeField()
    keeper = models.BinaryField(default=b"")
    vouched = models.CharField(max_length=64, blank=True)
    public_key = models.BinaryField(default=b"")
    test_envelope = models.BinaryField(default=b"")
    test_digest = models.CharField(max_length=64, blank=True)
    opened = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=12, choices=End.choices, blank=True)
    said = models.TextField(blank=True)  # why it was refused

    class Meta:
        ordering = ("cycle", "number")
        verbose_name = _("ceremony of the key")
        verbose_name_plural = _("ceremonies of the key")
        constraints = (
            models.UniqueConstraint(
                fields=["cycle", "number"],
                name="ceremonies_are_numbered",
                violation_error_message=_("This has been begun already."),
            ),
            models.UniqueConstraint(
                fields=["cycle"],
                condition=Q(ended_at=None),
                name="one_ceremony_at_a_time",
                violation_error_message=_("The holders are together already: end that first."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end="") | Q(ended_at__isnull=False) & ~Q(end=""),
                name="a_ceremony_ends_somehow",
                violation_error_message=_("How did it end?"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.cycle}: {self.get_kind_display()} {self.number}"

    @property
    def ends_at(self) -> datetime:
        """When it ends by itself."""
        return self.begun_at + LASTS

    @property
    def is_on(self) -> bool:
        return self.ended_at is None

    @property
    def is_of_the_key(self) -> bool:
        return self.kind == self.Kind.KEY

    @property
    def how_it_ended(self) -> str:
        """Its end in words; empty while it is on."""
        return self.said or str(self.End(self.end).label) if self.end else ""


class Part(models.Model):
    """One holder's part in a ceremony: to take their sheet, or to give its words.

    shown_in
        A digest of the one session that was shown the sheet, in the one browser it was in.
    done_at
        When the sheet was taken, which is to say typed back; or its words given.
    asked_with, vouched, answer
        While a session waits to be shown a sheet: the key to which the sheet is sealed for it, a code by which the
        process knows that it comes from this site, and the sealed sheet. Once it is taken, a code that it was.
    sealed
        The words that were given, sealed to the ceremony's `keeper`; nothing once it has ended.
    """

    ceremony = models.ForeignKey(Ceremony, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveSmallIntegerField()
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    commitment = models.CharField(max_length=64, blank=True)
    shown_in = models.CharField(max_length=64, blank=True)
    asked_with = models.BinaryField(default=b"")
    vouched = models.CharField(max_length=64, blank=True)
    answer = models.BinaryField(default=b"")
    sealed = models.BinaryField(default=b"")
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("number",)
        verbose_name = _("part in a ceremony")
        verbose_name_plural = _("parts in ceremonies")
        constraints = (
            models.UniqueConstraint(
                fields=["ceremony", "number"],
                name="a_part_is_one_holders",
                violation_error_message=_("Somebody holds this share already."),
            ),
            models.UniqueConstraint(
                fields=["ceremony", "holder"],
                name="a_holder_has_one_part",
                violation_error_message=_("This person holds a share already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.ceremony}, {self.number}"
