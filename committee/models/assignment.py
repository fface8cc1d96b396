"""Whose it is to prepare a proposal."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from budgeting.people import Person
from proposals.models.reasons import SAYS_SOMETHING

LONGEST_REASON = 500


class Assignments(models.QuerySet["Assignment"]):
    """What may be asked of many assignments."""

    def standing(self) -> "Assignments":
        return self.filter(ended_at=None)

    def overdue(self, at: datetime) -> "Assignments":
        return self.standing().filter(due__lte=at)

    def to_others(self, person: Person) -> "models.QuerySet[Any]":
        """The keys of the proposals that are assigned, and not to this member: part of another query."""
        assigned = self.standing()
        return assigned.exclude(proposal__in=assigned.filter(member=person.pk).values("proposal")).values("proposal")


class Assignment(models.Model):
    """A member is to prepare a proposal, until a date if one is set. It ends with a reason, and is kept.

    A proposal that is assigned to somebody waits on nobody else's desk; every member may look at it and vote all the
    same. `reason` says why it is theirs: the words of whoever assigned it, or how much the others have.
    """

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="assignments")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON, blank=True)
    due = models.DateTimeField(_("due"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True, blank=True)  # its member has said that they do it

    objects = Assignments.as_manager()

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        indexes = (
            models.Index(name="assignments_of_a_member", fields=["member"], condition=models.Q(ended_at__isnull=True)),
        )
        constraints = (
            models.UniqueConstraint(
                name="assigned_once_at_a_time",
                fields=["proposal", "member"],
                condition=models.Q(ended_at__isnull=True),
                violation_error_message=_("This member has it already."),
            ),
            models.CheckConstraint(
                name="an_assignment_ends_with_a_reason",
                condition=models.Q(ended_at__isnull=True, ended_reason="", ended_by__isnull=True)
                | models.Q(ended_at__isnull=False, ended_reason__regex=SAYS_SOMETHING),
                violation_error_message=_("Say in a few words why."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.member_id}"

    @property
    def was_given_back(self) -> bool:
        """Did its member say that it is theirs no longer?"""
        return self.ended_by_id is not None and self.ended_by_id == self.member_id

    def is_overdue(self, at: datetime) -> bool:
        return self.ended_at is None and self.due is not None and self.due <= at
