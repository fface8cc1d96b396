"""The codes that letters carry."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from audit.acts import Done
from audit.models import AuditEvent
from lib.refusal import Refused
from residents.letter_codes import code_digest
from residents.models.letter_run import LetterRun
from residents.models.register import Resident, StandingRegister
from residents.models.verification import Claim, Verification, shut_out, wrong_code
from residents.wrong_codes import WrongCode


class LetterCodes(models.QuerySet["LetterCode"]):
    def live(self) -> Self:
        """Those that still work."""
        return self.filter(used_at=None, voided_at=None, ended_at=None)

    def that_open_a_booth(self) -> Self:
        """Those by which one votes without an account: where the cycle lets letters vote, and the line has none."""
        of_its_line = {"removed_at": None, "verification": None, "cycle__votes_by_letter": True}
        return self.live().filter(**{f"resident__{name}": value for name, value in of_its_line.items()})

    def with_its_line(self) -> Self:
        return self.select_related("resident__district", "resident__cycle")


class LetterCode(models.Model):
    """A code posted to a resident. Only its digest is kept; a newer one voids it.

    It ties one account to the line, once. Until then it opens the booth as often as somebody types it, if the cycle
    lets letters vote.
    """

    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="letter_codes")
    digest = models.BinaryField(max_length=32, unique=True)
    reference = models.CharField(
        gettext_lazy("reference"),
        max_length=9,
        unique=True,
        help_text=gettext_lazy("Printed on the letter; opens nothing."),
    )
    run = models.ForeignKey(LetterRun, on_delete=models.PROTECT, related_name="codes")
    made_at = models.DateTimeField(gettext_lazy("made"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    used_at = models.DateTimeField(gettext_lazy("used"), null=True, blank=True)
    voided_at = models.DateTimeField(gettext_lazy("voided"), null=True, blank=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(gettext_lazy("ended"), null=True, blank=True)

    objects = LetterCodes.as_manager()

    class Meta:
        verbose_name = gettext_lazy("letter code")
        verbose_name_plural = gettext_lazy("letter codes")
        constraints = (
            models.UniqueConstraint(
                fields=["resident"],
                condition=models.Q(used_at=None, voided_at=None, ended_at=None),
                name="one_live_letter_code_per_resident",
                violation_error_message=gettext_lazy("This resident has a letter whose code still works."),
            ),
            models.CheckConstraint(
                condition=models.Q(used_at=None) | models.Q(voided_at=None),
                name="a_code_is_used_or_voided",
                violation_error_message=gettext_lazy("This letter's code has been used or voided already."),
            ),
        )

    def __str__(self) -> str:
        return self.reference

    @classmethod
    @transaction.atomic
    def redeem(cls, code: str, *, by: User, at: datetime) -> Verification | Claim:
        """Tie the account `by` to the line of the register a letter's code was made for, and use the code up.

        A claim comes back, for a clerk to settle, if the line has another account. Raises Refused with one and the same
        sentence for a code that is wrong, used, voided, too late or made with a lost key, and with another for an
        account already verified.
        """
        letter = cls.objects.select_related("resident__cycle").filter(digest=code_digest(code)).first()
        if letter is None:
            raise WrongCode(shut_out() if StandingRegister.shutting_out(by, at) else wrong_code())
        letter.use(at=at)
        return Verification.tie(letter.resident, by, Verification.Method.LETTER, by=by, at=at)

    def use(self, *, at: datetime) -> None:
        """Use the code up. Raises Refused unless exactly this call did: of two at once, one is refused."""
        live = LetterCode.objects.live().filter(pk=self.pk)
        if live.update(used_at=at) != 1:
            raise WrongCode(wrong_code())

    @transaction.atomic
    def void(self, *, by: User, at: datetime) -> None:
        """Make the code worthless, on record. Raises Refused if it was used or voided before."""
        live = LetterCode.objects.live().filter(pk=self.pk)
        if live.update(voided_at=at, voided_by=by) != 1:
            raise Refused(_("This letter's code has been used or voided already."))
        by.record(Done.LETTER_VOIDED, on=self, reference=self.reference)

    @transaction.atomic
    def end(self, *, at: datetime) -> None:
        """Whoever has it lets it open nothing any more, on record. Unlike a voided one, no next run replaces it."""
        if LetterCode.objects.live().filter(pk=self.pk).update(ended_at=at):
            AuditEvent.append(Done.LETTER_ENDED, by=None, on=self, reference=self.reference)
