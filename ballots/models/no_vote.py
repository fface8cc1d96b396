"""Contests that end without a vote, or without a result."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from budgeting.models import Contest


class NoVote(models.Model):
    """A contest is closed without a vote, by two people, with a public reason; it holds the others up no longer."""

    contest = models.OneToOneField(Contest, on_delete=models.PROTECT, related_name="no_vote")
    reason = models.TextField(_("public reason"), max_length=500)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("contest without a vote")
        verbose_name_plural = _("contests without a vote")
        constraints = (
            models.CheckConstraint(
                name="a_contest_without_a_vote_has_a_reason",
                condition=models.Q(reason__regex=r"\S"),
                violation_error_message=_("Say why nothing is voted on here: everybody will ask."),
            ),
            models.CheckConstraint(
                name="two_close_a_contest_without_a_vote",
                condition=models.Q(confirmed_by=None)
                | (models.Q(confirmed_by__isnull=False) & ~models.Q(confirmed_by=models.F("by"))),
                violation_error_message=_("Another person confirms it."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.contest}: {self.reason}"


class NoResult(models.Model):
    """The opened ballots of a contest cannot be counted, and two people have said so, with a public reason.

    A count that succeeds later all the same takes its place.
    """

    contest = models.OneToOneField(Contest, on_delete=models.PROTECT, related_name="no_result")
    reason = models.TextField(_("public reason"), max_length=500)
    failure = models.CharField(_("how the count failed"), max_length=300)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("contest without a result")
        verbose_name_plural = _("contests without a result")
        constraints = (
            models.CheckConstraint(
                name="a_contest_without_a_result_has_a_reason",
                condition=models.Q(reason__regex=r"\S"),
                violation_error_message=_("Say why there is no result: everybody will ask."),
            ),
            models.CheckConstraint(
                name="two_close_a_contest_without_a_result",
                condition=models.Q(confirmed_by=None)
                | (models.Q(confirmed_by__isnull=False) & ~models.Q(confirmed_by=models.F("by"))),
                violation_error_message=_("Another person confirms it."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.contest}: {self.reason}"
