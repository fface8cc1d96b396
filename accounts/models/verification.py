"""How an account is tied to a line of the register: letter codes, verifications, claims."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.register import Resident
from budgeting.models import Cycle


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
