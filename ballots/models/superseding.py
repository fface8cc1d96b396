"""What becomes of a frozen paper that was wrong: corrections the committee decides on, and papers another took the
place of."""

import json
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ballots.in_view import in_view, manifest_in_view
from budgeting.models import Contest, JointAct
from budgeting.models.by_two import ByTwo, a_reason, another_confirms
from proposals.models import Proposal
from proposals.models.review import LONGEST_DECISION
from proposals.models.withholding import LineField, TitleField, as_written


class Correction(models.Model):
    """What the committee decides about a project once the paper of its contest is frozen.

    It takes effect when two people supersede the paper, and not before; `digest` is that of the paper it corrects. Of
    several about one project the latest counts. Text that is left empty stays as it is; `cost` is in minor units.
    """

    class Outcome(models.TextChoices):
        SHORTLIST = "shortlist", _("On the paper, with what is corrected here")
        REJECT = "reject", _("Not on the paper")
        LEAVE = "leave", _("As the paper has it: what was decided before is taken back")

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="corrections")
    digest = models.CharField(max_length=64)
    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, related_name="corrections", verbose_name=_("proposal")
    )
    outcome = models.CharField(_("decision"), max_length=10, choices=Outcome)
    reason = models.TextField(_("public reason"), max_length=LONGEST_DECISION)
    title = TitleField(_("title"), max_length=Proposal._meta.get_field("title").max_length, blank=True)
    summary = LineField(_("summary"), max_length=Proposal._meta.get_field("summary").max_length, blank=True)
    cost = models.PositiveBigIntegerField(_("cost"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("correction of a ballot paper")
        verbose_name_plural = _("corrections of ballot papers")
        constraints = (
            a_reason("a_correction_has_a_reason", _("A decision needs a reason that everybody can read.")),
            models.CheckConstraint(
                condition=Q(outcome="shortlist") | Q(title="", summary="", cost=None),
                name="only_what_is_on_the_paper_is_corrected",
                violation_error_message=_("Only a project that is on the paper has words and a cost to correct."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal}: {self.get_outcome_display()}"

    def said_instead(self, field: str) -> str:
        return self.proposal.said_instead(field)

    @property
    def text(self) -> dict[str, Any]:
        """What it corrects of the project's text, and how it is to be, in view or not."""
        words = {"title": as_written(self.title), "summary": as_written(self.summary), "cost": self.cost}
        return {name: value for name, value in words.items() if value not in ("", None)}


class SupersededPaper(ByTwo):
    """A frozen paper that another took the place of before the vote, by two people, with a public reason.

    `manifest` and `digest` are the old paper's as they were, `successor` the digest of the next one, whose manifest
    names the old one in turn; None where nothing was left, and the contest was closed without a vote. `corrections`
    are the keys of those it was made for. Written once, in the transaction of its act; the database looks that all of
    it belongs together.
    """

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="superseded_papers")
    number = models.PositiveSmallIntegerField()
    manifest = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    frozen_with = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    successor = models.CharField(max_length=64, unique=True, null=True)
    corrections = ArrayField(models.BigIntegerField())
    act = models.OneToOneField(JointAct, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("contest", "number")
        verbose_name = _("superseded ballot paper")
        verbose_name_plural = _("superseded ballot papers")
        constraints = (
            models.UniqueConstraint(
                fields=["contest", "number"],
                name="superseded_papers_are_numbered",
                violation_error_message=_("This paper has been superseded already."),
            ),
            a_reason("a_paper_is_superseded_for_a_reason", _("Say why the paper is superseded: everybody will ask.")),
            another_confirms("two_supersede_a_paper"),
        )

    def __str__(self) -> str:
        return f"{self.contest}: {self.digest[:8]}"

    @cached_property
    def told(self) -> dict[str, Any]:
        """What the manifest says, as far as it is in view."""
        told: dict[str, Any] = json.loads(self.manifest_in_view)
        return told

    @property
    def changes(self) -> list[dict[str, Any]]:
        """The old paper line by line against the next, as both who superseded it saw it."""
        return [row for row in in_view(self.act.plan["rows"], self.contest.cycle) if row["corrected"]]

    @property
    def manifest_in_view(self) -> str:
        return manifest_in_view(self.manifest, self.digest, self.contest.cycle)
