"""What a department is asked about a proposal, and the way the question takes."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from committee.models.department import Department
from committee.models.sealed import Sealed
from proposals.models.reasons import SAYS_SOMETHING

LONGEST_QUESTION = 2_000  # characters
LONGEST_HANDING = 500


class Opinion(Sealed):
    """A question about a proposal, with the day by which an answer is wanted. It stays as it was asked.

    Where it is by now its stations say; what the department found is a Finding.
    """

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="opinions")
    question = models.TextField(_("question"), max_length=LONGEST_QUESTION)
    due = models.DateTimeField(_("due"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("question to a department")
        verbose_name_plural = _("questions to departments")
        constraints = (
            models.CheckConstraint(
                name="a_question_to_a_department_says_something",
                condition=models.Q(question__regex=SAYS_SOMETHING),
                violation_error_message=_("Say what the department is to answer."),
            ),
            models.CheckConstraint(
                name="a_department_has_time_to_answer",
                condition=models.Q(due__gt=models.F("at")),
                violation_error_message=_("Choose a moment to come."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.pk}"

    def content(self) -> dict[str, Any]:
        return {"proposal": self.proposal_id, "question": self.question, "due": self.due.isoformat()}

    @property
    def last(self) -> "Station":
        """Where it is now."""
        return list(self.stations.all())[-1]

    @property
    def is_waiting(self) -> bool:
        """Has a department it, and has not answered?"""
        return self.last.kind != Station.Kind.ANSWERED and self.last.department_id is not None


class Stations(models.QuerySet["Station"]):
    """What may be asked of many stations."""

    def last(self) -> "Stations":  # type: ignore[override]
        """Of each question the one where it is now."""
        later = Station.objects.filter(opinion=models.OuterRef("opinion"), place__gt=models.OuterRef("place"))
        return self.filter(~models.Exists(later))

    def waiting(self) -> "Stations":
        """Where a department has a question that is not answered."""
        return self.last().exclude(kind=Station.Kind.ANSWERED).exclude(department=None)


class Station(Sealed):
    """A stop on the way of a question. The way only grows, and a guard of the database lets nothing else be next.

    `department` has it from here on; none has once it was returned to whoever asked.
    """

    class Kind(models.TextChoices):
        ASKED = "asked", _("asked")
        ACCEPTED = "accepted", _("accepted")
        FORWARDED = "forwarded", _("handed on")
        RETURNED = "returned", _("given back")
        ANSWERED = "answered", _("answered")

    opinion = models.ForeignKey(Opinion, on_delete=models.PROTECT, related_name="stations")
    place = models.PositiveSmallIntegerField()  # from 1
    kind = models.CharField(max_length=9, choices=Kind)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=LONGEST_HANDING, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = Stations.as_manager()

    class Meta:
        ordering = ("opinion", "place")
        verbose_name = _("station of a question")
        verbose_name_plural = _("stations of questions")
        constraints = (
            models.UniqueConstraint(
                name="one_station_after_the_other",
                fields=["opinion", "place"],
                violation_error_message=_("Somebody else was faster: look again."),
            ),
            models.CheckConstraint(
                name="a_station_is_of_a_kind_there_is",
                condition=models.Q(kind__in=["asked", "accepted", "forwarded", "returned", "answered"]),
                violation_error_message=_("Choose what to do with it."),
            ),
            models.CheckConstraint(
                name="who_hands_on_or_gives_back_says_why",
                condition=~models.Q(kind__in=["forwarded", "returned"]) | models.Q(reason__regex=SAYS_SOMETHING),
                violation_error_message=_("Say in a few words why."),
            ),
            models.CheckConstraint(
                name="a_department_has_it_unless_it_was_given_back",
                condition=models.Q(department__isnull=False) | models.Q(kind="returned"),
                violation_error_message=_("Choose a department."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.opinion_id}: {self.kind}"

    def content(self) -> dict[str, Any]:
        names = ("opinion_id", "place", "kind", "department_id", "reason", "by_id")
        return {name.removesuffix("_id"): getattr(self, name) for name in names}
