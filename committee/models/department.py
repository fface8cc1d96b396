"""The departments of the city, who works for them, and which may hand work to which."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from lib.one_line import OneLine

LONGEST_NAME = 80


class Department(models.Model):
    """A department of the administration, of the city and not of a cycle. It ends, and is never deleted.

    One that has ended is asked nothing more and gets no work from others; what it has it finishes or gives back.
    """

    name = OneLine(_("name"), max_length=LONGEST_NAME)
    ended_at = models.DateTimeField(null=True, blank=True)
    hands_to = models.ManyToManyField("self", through="MayHand", symmetrical=False, related_name="+")

    class Meta:
        ordering = (Lower("name"), "pk")
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        constraints = (
            models.UniqueConstraint(
                Lower("name"),
                name="one_department_of_a_name",
                violation_error_message=_("There is a department of this name already."),
            ),
            models.CheckConstraint(
                name="a_department_has_a_name",
                condition=models.Q(name__regex=r"\S"),
                violation_error_message=_("A department needs a name."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class MayHand(models.Model):
    """One department may hand work on to another; where there is no such row it may not."""

    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="may_hand")
    to = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("way between departments")
        verbose_name_plural = _("ways between departments")
        constraints = (
            models.UniqueConstraint(
                name="a_way_between_departments_is_there_once",
                fields=["department", "to"],
                violation_error_message=_("It may do so already."),
            ),
            models.CheckConstraint(
                name="a_department_hands_work_to_another",
                condition=~models.Q(department=models.F("to")),
                violation_error_message=_("A department hands work on to another one."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.department_id}: {self.to_id}"


class DepartmentMember(models.Model):
    """Somebody works for a department: on top of their role, and nothing without it."""

    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="members")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("department", "member__name", "pk")
        verbose_name = _("member of a department")
        verbose_name_plural = _("members of departments")
        constraints = (
            models.UniqueConstraint(
                name="somebody_works_for_a_department_once",
                fields=["department", "member"],
                violation_error_message=_("They work for it already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.department_id}: {self.member_id}"
