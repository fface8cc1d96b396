"""The frozen ballot paper: what was voted on, in words nobody can change afterwards."""

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ballots.in_view import manifest_in_view
from budgeting.models import Contest
from proposals.models import Proposal
from proposals.models.withholding import LineField


class BallotPaper(models.Model):
    """A contest's ballot paper, written by `ballots.paper.freeze`. The database lets nothing of it change, but for two
    people who supersede it before the vote (`ballots.superseding`): then the old one stays as a SupersededPaper.

    `lot_seed` is what the ballot numbers were drawn from.

    `manifest` is canonical JSON (sorted keys, no blanks, UTF-8) and `digest` the SHA-256 of exactly that text, in
    hexadecimal. `size` is the number of lines, so that none can be added: a line's number lies between 1 and it.
    """

    contest = models.OneToOneField(Contest, on_delete=models.PROTECT, related_name="paper")
    manifest = models.TextField()
    digest = models.CharField(max_length=64)
    size = models.PositiveSmallIntegerField()
    lot_seed = models.CharField(max_length=200, blank=True)
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    frozen_with = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("ballot paper")
        verbose_name_plural = _("ballot papers")
        constraints = (
            models.CheckConstraint(
                condition=Q(size__gt=0),
                name="a_ballot_paper_has_lines",
                violation_error_message=_("A ballot paper has at least one project."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.contest}: {self.digest[:8]}"

    @cached_property
    def told(self) -> dict[str, Any]:
        """What the manifest says."""
        told: dict[str, Any] = json.loads(self.manifest)
        return told

    @property
    def manifest_in_view(self) -> str:
        return manifest_in_view(self.manifest, self.digest, self.contest.cycle)

    @cached_property
    def costs(self) -> dict[int, int]:
        """What each line costs in minor units, by ballot number."""
        return dict(self.lines.values_list("ballot_number", "cost"))


class BallotLine(models.Model):
    """One project as it stood when the paper was frozen."""

    paper = models.ForeignKey(BallotPaper, on_delete=models.PROTECT, related_name="lines")
    ballot_number = models.PositiveSmallIntegerField()
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="ballot_lines")
    title = LineField(max_length=Proposal._meta.get_field("title").max_length)
    summary = LineField(max_length=Proposal._meta.get_field("summary").max_length)
    cost = models.PositiveBigIntegerField()

    class Meta:
        ordering = ("paper", "ballot_number")
        verbose_name = _("line of the ballot paper")
        verbose_name_plural = _("lines of the ballot paper")
        constraints = (
            models.UniqueConstraint(
                fields=["paper", "ballot_number"],
                name="a_ballot_number_is_given_once",
                violation_error_message=_("Another project has this ballot number already."),
            ),
            models.UniqueConstraint(
                fields=["paper", "proposal"],
                name="a_proposal_is_on_the_paper_once",
                violation_error_message=_("This project is on the ballot paper already."),
            ),
            models.CheckConstraint(
                condition=Q(ballot_number__gt=0),
                name="ballot_numbers_begin_at_one",
                violation_error_message=_("Ballot numbers begin at 1."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.ballot_number}. {self.title}"

    def said_instead(self, field: str) -> str:
        """While its project's text is withheld from view, so is what the line says; its number and cost stay."""
        return self.proposal.said_instead(field)
