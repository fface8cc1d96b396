"""Contests that end without a vote, or without a result."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from budgeting.models import Contest
from budgeting.models.by_two import ByTwo, a_reason, another_confirms


class NoVote(ByTwo):
    """A contest is closed without a vote, by two people, with a public reason; it holds the others up no longer."""

    contest = models.OneToOneField(Contest, on_delete=models.PROTECT, related_name="no_vote")

    class Meta:
        verbose_name = _("contest without a vote")
        verbose_name_plural = _("contests without a vote")
        constraints = (
            a_reason(
                "a_contest_without_a_vote_has_a_reason", _("Say why nothing is voted on here: everybody will ask.")
            ),
            another_confirms("two_close_a_contest_without_a_vote"),
        )

    def __str__(self) -> str:
        return f"{self.contest}: {self.reason}"


class NoResult(ByTwo):
    """The opened ballots of a contest cannot be counted, and two people have said so, with a public reason.

    A count that succeeds later all the same takes its place.
    """

    contest = models.OneToOneField(Contest, on_delete=models.PROTECT, related_name="no_result")
    failure = models.CharField(_("how the count failed"), max_length=300)

    class Meta:
        verbose_name = _("contest without a result")
        verbose_name_plural = _("contests without a result")
        constraints = (
            a_reason("a_contest_without_a_result_has_a_reason", _("Say why there is no result: everybody will ask.")),
            another_confirms("two_close_a_contest_without_a_result"),
        )

    def __str__(self) -> str:
        return f"{self.contest}: {self.reason}"
