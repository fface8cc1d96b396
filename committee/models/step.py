"""The steps of a cycle's review, each with its dates."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from budgeting.models import Cycle
from committee.calendar import Kind, StepWindow

KINDS = [(kind.value, kind.label) for kind in Kind]


class Step(models.Model):
    """When a step of the review is on. A cycle needs none; which is on at a moment, calendar.py says."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(_("step"), max_length=10, choices=KINDS)
    opens = models.DateTimeField(_("opens"))
    closes = models.DateTimeField(_("closes"))
    by_two = models.BooleanField(
        _("another member confirms the card"),
        default=False,
        help_text=_("One member fills in the card of the formal check, and another one confirms it."),
    )

    class Meta:
        ordering = ("opens",)
        verbose_name = _("step of the review")
        verbose_name_plural = _("steps of the review")
        constraints = (
            models.UniqueConstraint(
                name="a_step_once_per_cycle",
                fields=["cycle", "kind"],
                violation_error_message=_("This step has its dates already."),
            ),
            models.CheckConstraint(
                name="a_step_is_of_a_kind_there_is",
                condition=models.Q(kind__in=[kind.value for kind in Kind]),
                violation_error_message=_("Choose one of the steps."),
            ),
            models.CheckConstraint(
                name="a_step_opens_before_it_closes",
                condition=models.Q(opens__lt=models.F("closes")),
                violation_error_message=_("It has to open before it closes."),
            ),
            models.CheckConstraint(
                name="a_formal_card_is_confirmed_by_another",
                condition=models.Q(by_two=False) | models.Q(kind=Kind.FORMAL.value),
                violation_error_message=_("Only the card of the formal check is confirmed by another member."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.cycle}: {self.get_kind_display()}"

    def window(self) -> StepWindow:
        return StepWindow(Kind(self.kind), self.opens, self.closes)

    @classmethod
    def windows(cls, cycle: Cycle) -> list[StepWindow]:
        """The steps of a cycle as plain values, in order."""
        return [step.window() for step in cls.objects.filter(cycle=cycle)]
