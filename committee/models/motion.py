"""What is put to the vote in a committee, and how its members vote.

Nothing of it is anybody else's to read before the cycle's decisions are public (publishing.py).
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from committee.models.estimate import LONGEST_WAY, NOT_ALONE, Estimated
from committee.models.sealed import Sealed
from proposals.models import Ground
from proposals.models.outcome import DECIDES
from proposals.models.reasons import SAYS_SOMETHING
from proposals.models.review import LONGEST_DECISION

OUTCOMES = [(each.value, each.label) for each in DECIDES]


class Motions(models.QuerySet["Motion"]):
    def public(self) -> "Motions":
        """Those whose decision everybody reads; or what the committee itself took back before it became one."""
        became_none = models.Q(resolution__replaced_by__isnull=False) | models.Q(resolution__ruling__isnull=False)
        return self.exclude(resolution__public_at=None).filter(
            models.Q(resolution__decision__isnull=False) | became_none
        )


class Motion(Sealed, Estimated):
    """A decision on a proposal that is put to the vote, with the reason everybody will read.

    One at a time on a proposal. It is settled once it is carried or lost. What it will cost is as it was when it was
    put to the vote, whatever is assessed later.
    """

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="motions")
    outcome = models.CharField(_("decision"), max_length=10, choices=OUTCOMES)
    reason = models.TextField(_("public reason"), max_length=LONGEST_DECISION)
    ground = models.ForeignKey(Ground, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    into = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    closes = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    # As the committee was set up when it was made: what a clerk changes later is for later motions.
    quorum = models.PositiveSmallIntegerField(null=True, blank=True)
    chair_breaks_ties = models.BooleanField(default=False)

    objects = Motions.as_manager()

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("motion")
        verbose_name_plural = _("motions")
        constraints = (
            models.CheckConstraint(
                name="a_motion_has_a_reason",
                condition=models.Q(reason__regex=SAYS_SOMETHING),
                violation_error_message=_("A decision needs a reason that everybody can read."),
            ),
            models.CheckConstraint(
                name="only_a_motion_to_merge_names_another",
                condition=models.Q(outcome="merge", into__isnull=False)
                | (~models.Q(outcome="merge") & models.Q(into__isnull=True)),
                violation_error_message=_("Only a merger names another proposal."),
            ),
            models.CheckConstraint(
                name="a_motion_costs_something",
                condition=models.Q(cost__isnull=True) | models.Q(cost__gte=1),
                violation_error_message=_("A cost is more than nothing."),
            ),
            models.CheckConstraint(
                name="a_motion_estimates_a_cost_first",
                condition=models.Q(cost__isnull=False) | models.Q(upkeep__isnull=True, months__isnull=True, basis=""),
                violation_error_message=NOT_ALONE,
            ),
            models.CheckConstraint(
                name="a_motion_estimates_no_upkeep_below_nothing",
                condition=models.Q(upkeep__isnull=True) | models.Q(upkeep__gte=0),
                violation_error_message=_("The upkeep is nothing, or more."),
            ),
            models.CheckConstraint(
                name="what_a_motion_is_about_takes_a_month_at_least",
                condition=models.Q(months__isnull=True) | models.Q(months__range=(1, LONGEST_WAY)),
                violation_error_message=_("It takes a month at least, and 600 at most."),
            ),
            models.UniqueConstraint(
                name="one_motion_at_a_time",
                fields=["proposal"],
                condition=models.Q(settled_at__isnull=True),
                violation_error_message=_("Something is put to the vote on this proposal already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.outcome}"

    def content(self) -> dict[str, Any]:
        names = ("proposal_id", "outcome", "reason", "into_id", "cost")
        content = {name.removesuffix("_id"): getattr(self, name) for name in names}
        content |= {
            name: said for name in ("upkeep", "months", "basis") if (said := getattr(self, name)) not in (None, "")
        }
        return content | {"ground": self.ground.words} if self.ground else content


class MotionVote(Sealed):
    """How a member votes on a motion. Until it is settled they may vote otherwise."""

    class Choice(models.TextChoices):
        IN_FAVOUR = "for", _("For")
        AGAINST = "against", _("Against")
        ABSTAIN = "abstain", _("Abstaining")

    motion = models.ForeignKey(Motion, on_delete=models.PROTECT, related_name="votes")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=7, choices=Choice)
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("vote of a member")
        verbose_name_plural = _("votes of members")
        constraints = (
            models.UniqueConstraint(
                name="a_member_votes_once_on_a_motion",
                fields=["motion", "member"],
                violation_error_message=_("This member has voted on it already."),
            ),
            models.CheckConstraint(
                name="a_member_votes_for_against_or_abstains",
                condition=models.Q(choice__in=["for", "against", "abstain"]),
                violation_error_message=_("Vote for, against, or abstain."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.motion_id}: {self.member_id}"

    def content(self) -> dict[str, Any]:
        return {"motion": self.motion_id, "member": self.member_id, "choice": self.choice}
