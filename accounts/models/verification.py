"""How an account is tied to a line of the register: letter codes, verifications, claims."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models.register import Resident
from budgeting.calendar import Act
from budgeting.models import Cycle

if TYPE_CHECKING:
    from accounts.models.people import User


class Refused(Exception):
    """Something a person asked for cannot be done; says why in one sentence for them."""


class LetterCode(models.Model):
    """A code posted to a resident. Only its digest is kept; it works once, and a newer one voids it."""

    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="letter_codes")
    digest = models.BinaryField(max_length=32, unique=True)
    reference = models.CharField(
        _("reference"), max_length=9, unique=True, help_text=_("Printed on the letter; opens nothing.")
    )
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    voided_at = models.DateTimeField(_("voided"), null=True, blank=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("letter code")
        verbose_name_plural = _("letter codes")
        constraints = (
            models.UniqueConstraint(
                fields=["resident"],
                condition=models.Q(used_at=None, voided_at=None),
                name="one_live_letter_code_per_resident",
            ),
            models.CheckConstraint(
                condition=models.Q(used_at=None) | models.Q(voided_at=None), name="a_code_is_used_or_voided"
            ),
        )

    def __str__(self) -> str:
        return self.reference

    def use(self, *, at: datetime) -> None:
        """Use the code up. Raises Refused unless exactly this call did: of two at once, one is refused."""
        live = LetterCode.objects.filter(pk=self.pk, used_at=None, voided_at=None)
        if live.update(used_at=at) != 1:
            raise Refused(wrong_code())

    @transaction.atomic
    def void(self, *, by: "User", at: datetime) -> None:
        """Make the code worthless, on record. Raises Refused if it was used or voided before."""
        live = LetterCode.objects.filter(pk=self.pk, used_at=None, voided_at=None)
        if live.update(voided_at=at, voided_by=by) != 1:
            raise Refused(_now("This letter's code has been used or voided already."))
        by.record("letter.voided", on=self, reference=self.reference)


def wrong_code() -> str:
    """One sentence for every code that does not work, so that it tells nothing about the register."""
    return _now("This code does not work. Check each character, or ask at the city's desk for a new letter.")


class Verification(models.Model):
    """The tie between an account and one line of the register: one line, one account."""

    class Method(models.TextChoices):
        LETTER = "letter", _("Letter code")
        DESK = "desk", _("At the desk")

    resident = models.OneToOneField(Resident, on_delete=models.PROTECT, related_name="verification")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="verifications")
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(_("way"), max_length=8, choices=Method)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        constraints = (models.UniqueConstraint(fields=["user", "cycle"], name="one_line_per_account_and_cycle"),)

    def __str__(self) -> str:
        return f"{self.user}, {self.cycle}"

    @classmethod
    def tie(
        cls, resident: Resident, user: "User", method: "Verification.Method", *, by: "User", at: datetime
    ) -> "Verification | Claim":
        """Tie an account to a line of the register, on record; a claim for a clerk if the line has an account already.

        Runs in the caller's transaction, and the database's constraints decide. Raises Refused if verification is over,
        the line was removed, or the account is tied to a line of this cycle.
        """
        if resident.removed_at or not resident.cycle.allows(Act.VERIFY, at):
            raise Refused(wrong_code())
        try:
            with transaction.atomic():
                made = cls.objects.create(resident=resident, user=user, cycle=resident.cycle, method=method, at=at)
        except IntegrityError:
            if cls.objects.filter(user=user, cycle=resident.cycle).exists():
                raise Refused(_now("This account has been verified for this vote already.")) from None
            return Claim.file(resident, user, method, by=by, at=at)
        by.record("resident.verified", on=resident, account=user.pk, method=method)
        return made


class Claim(models.Model):
    """A second account that says it is a line of the register already tied to another: a clerk decides."""

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="claims")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="claims")
    method = models.CharField(_("way"), max_length=8, choices=Verification.Method)
    at = models.DateTimeField(_("when"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    granted = models.BooleanField(_("granted"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = (
            models.UniqueConstraint(
                fields=["resident", "user"], condition=models.Q(settled_at=None), name="one_open_claim_each"
            ),
            models.CheckConstraint(
                condition=models.Q(settled_at=None, settled_by=None, granted=None, reason="")
                | (
                    models.Q(settled_at__isnull=False, settled_by__isnull=False, granted__isnull=False)
                    & ~models.Q(reason="")
                ),
                name="a_settled_claim_says_who_how_and_why",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}, {self.resident}"

    @classmethod
    def file(cls, resident: Resident, user: "User", method: str, *, by: "User", at: datetime) -> "Claim":
        """The open claim of this account on this line, made and put on record if there is none."""
        claim, new = cls.objects.get_or_create(
            resident=resident, user=user, settled_at=None, defaults={"method": method, "at": at}
        )
        if new:
            by.record("claim.filed", on=claim, resident=resident.pk, account=user.pk, method=method)
        return claim

    @transaction.atomic
    def settle(self, *, by: "User", at: datetime, granted: bool, reason: str) -> None:
        """Give the line to the claimant, or leave it where it is, with a reason, on record.

        Raises Refused if it was settled before, if `by` is the claimant, or if the claimant has another line meanwhile.
        """
        if by.pk == self.user_id:
            raise Refused(_now("Your own claim is for another clerk to decide."))
        settled = Claim.objects.filter(pk=self.pk, settled_at=None)
        if settled.update(settled_at=at, settled_by=by, granted=granted, reason=reason) != 1:
            raise Refused(_now("This claim has been decided already."))
        held = Verification.objects.filter(resident=self.resident)
        by.record(
            "claim.settled", on=self, granted=granted, reason=reason, before=held.values_list("user", flat=True)[0]
        )
        if granted:
            held.delete()
            made = Verification.tie(self.resident, self.user, Verification.Method(self.method), by=by, at=at)
            if isinstance(made, Claim):  # somebody else was verified in the same moment
                raise Refused(_now("Somebody else was tied to this line in the same moment: look again."))
