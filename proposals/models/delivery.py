"""What became of a proposal after the vote."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.acts import Done
from budgeting.people import Person
from budgeting.stages import Act
from lib.refusal import allow
from notices.kinds import Kind
from notices.models import Happening
from proposals.models.reasons import SAYS_SOMETHING
from proposals.models.status import WON
from proposals.models.text import ProposalText


class Award(models.Model):
    """What the vote said of a proposal on the ballot: funded or not. Written by whoever counts (docs/decisions/0004).

    Nobody sees it before the calendar opens the results, so a count made earlier gives nothing away.
    """

    proposal = models.OneToOneField("proposals.Proposal", on_delete=models.CASCADE, related_name="award")
    funded = models.BooleanField(gettext_lazy("funded"))
    at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("award")
        verbose_name_plural = gettext_lazy("awards")

    def __str__(self) -> str:
        return f"{self.proposal}: {_('funded') if self.funded else _('not funded')}"


class Milestone(models.Model):
    """How the building of a funded proposal is going, in the city's words."""

    class Kind(models.TextChoices):
        PLANNED = "planned", gettext_lazy("Planned")
        STARTED = "started", gettext_lazy("Work has started")
        DELAYED = "delayed", gettext_lazy("Delayed")
        DELIVERED = "delivered", gettext_lazy("Delivered")

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.CASCADE, related_name="milestones")
    kind = models.CharField(gettext_lazy("what happened"), max_length=10, choices=Kind)
    on = models.DateField(gettext_lazy("date"), help_text=gettext_lazy("The day it happened, or is planned for."))
    note = models.TextField(
        gettext_lazy("in words"), max_length=2000, blank=True, help_text=gettext_lazy("A delay needs its reason.")
    )
    percent = models.PositiveSmallIntegerField(gettext_lazy("how much is done, in percent"), default=0)
    final_cost = models.PositiveBigIntegerField(gettext_lazy("final cost"), null=True, blank=True)  # minor units
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")
        verbose_name = gettext_lazy("milestone")
        verbose_name_plural = gettext_lazy("milestones")
        constraints = (
            models.CheckConstraint(
                name="a_delay_has_a_reason",
                condition=~models.Q(kind="delayed") | models.Q(note__regex=SAYS_SOMETHING),
                violation_error_message=gettext_lazy("A delay needs its reason."),
            ),
            models.CheckConstraint(
                name="no_more_than_all_is_done",
                condition=models.Q(percent__lte=100),
                violation_error_message=gettext_lazy("No more than 100 percent can be done."),
            ),
            models.CheckConstraint(
                name="the_final_cost_is_known_when_delivered",
                condition=models.Q(final_cost__isnull=True) | models.Q(kind="delivered"),
                violation_error_message=gettext_lazy(
                    "The final cost is known when it is delivered: leave it empty until then."
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal}: {self.get_kind_display()}"

    def is_told(self, *, at: datetime, by: Person) -> None:
        """In the words that fit it. That a project is built is told once; what is said of it later is news."""
        earlier = Milestone.objects.filter(proposal=self.proposal_id, kind=self.kind).exclude(pk=self.pk)
        kinds = [Kind.BUILDING]
        if self.kind == self.Kind.DELAYED:
            kinds = [Kind.DELAYED]
        elif self.kind == self.Kind.DELIVERED and not earlier.exists():
            kinds = [Kind.BUILT, Kind.YOURS_IS_BUILT, Kind.SUPPORTED_IS_BUILT]
        for kind in kinds:
            Happening.note(kind, self, at=at, by=by)


class Delivered(ProposalText):
    """What the count and the city do."""

    class Meta:
        abstract = True

    def conclude(self, *, at: datetime, funded: bool) -> None:
        """Note what the vote said; counting again replaces it. Nobody sees it before the results open."""
        Award.objects.update_or_create(proposal_id=self.pk, defaults={"at": at, "funded": funded})
        self.forget_status()

    def report_delivery(self, *, by: Person, at: datetime, kind: str, **facts: Any) -> Milestone:
        """Say how the building goes: `kind`, `on` (a date), and perhaps `note`, `percent`, `final_cost`."""
        allow(self.why_not_report_delivery(by=by, at=at))
        milestone = Milestone(proposal_id=self.pk, by_id=by.pk, at=at, kind=kind, **facts)
        if kind == Milestone.Kind.DELIVERED:
            milestone.percent = 100
        milestone.full_clean(exclude=["by"])
        with transaction.atomic():
            self.hold()  # of two who say at once that it is built, one says it first
            milestone.save()
            said = {name: str(value) for name, value in facts.items() if value is not None}
            by.record(Done.DELIVERY_REPORTED, on=milestone, proposal=self.pk, kind=kind, said=said)
            milestone.is_told(at=at, by=by)
        self.forget_status()
        return milestone

    def why_not_report_delivery(self, *, by: Person, at: datetime) -> str:
        if not by.is_clerk:
            return _("Only a clerk reports on the building.")
        if not self.cycle.allows(Act.REPORT_DELIVERY, at):
            return _("Nothing is being built yet.")
        return "" if self.status_at(at) in WON else _("This proposal is not funded.")
