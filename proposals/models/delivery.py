"""What became of a proposal after the vote."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from proposals.models.writing import SAYS_SOMETHING


class Award(models.Model):
    """What the vote said of a proposal on the ballot: funded or not. Written by whoever counts (docs/decisions/0004).

    Nobody sees it before `public_from`, so a count made before the results are published gives nothing away.
    """

    proposal = models.OneToOneField("proposals.Proposal", on_delete=models.CASCADE, related_name="award")
    funded = models.BooleanField(_("funded"))
    at = models.DateTimeField()
    public_from = models.DateTimeField()

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")

    def __str__(self) -> str:
        return f"{self.proposal}: {_('funded') if self.funded else _('not funded')}"


class Milestone(models.Model):
    """How the building of a funded proposal is going, in the city's words."""

    class Kind(models.TextChoices):
        PLANNED = "planned", _("Planned")
        STARTED = "started", _("Work has started")
        DELAYED = "delayed", _("Delayed")
        DELIVERED = "delivered", _("Delivered")

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.CASCADE, related_name="milestones")
    kind = models.CharField(_("what happened"), max_length=10, choices=Kind)
    on = models.DateField(_("date"), help_text=_("The day it happened, or is planned for."))
    note = models.TextField(_("in words"), max_length=2000, blank=True, help_text=_("A delay needs its reason."))
    percent = models.PositiveSmallIntegerField(_("how much is done, in percent"), default=0)
    final_cost = models.PositiveBigIntegerField(_("final cost"), null=True, blank=True)  # minor units
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(kind="delayed") | models.Q(note__regex=SAYS_SOMETHING), name="a_delay_has_a_reason"
            ),
            models.CheckConstraint(condition=models.Q(percent__lte=100), name="no_more_than_all_is_done"),
            models.CheckConstraint(
                condition=models.Q(final_cost__isnull=True) | models.Q(kind="delivered"),
                name="the_final_cost_is_known_when_delivered",
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal}: {self.get_kind_display()}"
