"""What the committee said."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.acts import Done
from audit.compared import written
from audit.models import AuditEvent
from budgeting import registry
from budgeting.people import Person
from lib.one_line import says_something
from lib.refusal import allow, require
from notices.kinds import Kind
from notices.models import Happening
from proposals.models.ground import Ground
from proposals.models.outcome import Outcome
from proposals.models.reasons import SAYS_SOMETHING
from proposals.models.rewording import Reworded
from proposals.models.status import GONE, Status
from proposals.models.text import ProposalText

LONGEST_DECISION = 4_000  # characters of its reason


class Decision(models.Model):
    """The committee's public word on a proposal. The latest counts; the earlier ones stay readable."""

    Outcome = Outcome

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.CASCADE, related_name="decisions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(gettext_lazy("decision"), max_length=10, choices=Outcome)
    reason = models.TextField(gettext_lazy("public reason"), max_length=LONGEST_DECISION)
    ground = models.ForeignKey(Ground, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions")
    into = models.ForeignKey(
        "proposals.Proposal", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    until = models.DateTimeField(null=True, blank=True)  # by when its author should have corrected it

    class Meta:
        ordering = ("at", "pk")
        verbose_name = gettext_lazy("decision")
        verbose_name_plural = gettext_lazy("decisions")
        constraints = (
            models.CheckConstraint(
                name="a_decision_has_a_reason",
                condition=models.Q(reason__regex=SAYS_SOMETHING),
                violation_error_message=gettext_lazy("A decision needs a reason that everybody can read."),
            ),
            models.CheckConstraint(
                name="only_a_merged_proposal_goes_into_another",
                condition=models.Q(outcome="merge", into__isnull=False)
                | (~models.Q(outcome="merge") & models.Q(into__isnull=True)),
                violation_error_message=gettext_lazy("Only a merger names another proposal."),
            ),
            models.CheckConstraint(
                name="only_a_correction_is_asked_until_a_day",
                condition=models.Q(until__isnull=True) | models.Q(outcome="return", until__gt=models.F("at")),
                violation_error_message=gettext_lazy("Only a correction has a day by which it is asked for."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal}: {self.get_outcome_display()}"

    def is_told(self, *, at: datetime, by: Person | None = None) -> None:
        """To its author; and to who follows it, unless it is only for the author to do something."""
        if self.outcome == self.Outcome.RETURN:
            Happening.note(Kind.CORRECTION_ASKED, self, at=at, by=by)
            return
        Happening.note(Kind.DECIDED_ON_YOURS, self, at=at, by=by)
        Happening.note(Kind.DECIDED, self, at=at, by=by)

    @classmethod
    def last_of_each(cls, proposals: "models.QuerySet[Any]") -> "models.QuerySet[Decision]":
        """The decision that counts on each of some proposals: the latest."""
        return cls.objects.filter(proposal__in=proposals).order_by("proposal_id", "-at", "-pk").distinct("proposal_id")


class Reviewed(Reworded):
    """What the committee does."""

    class Meta:
        abstract = True

    def decide(
        self,
        *,
        by: Person | None,
        at: datetime,
        outcome: str,
        reason: str,
        ground: Ground | None = None,
        into: ProposalText | None = None,
        cost: int | None = None,
        upkeep: int | None = None,
        until: datetime | None = None,
    ) -> Decision:
        """The public word on it, with its reason; the latest counts. Who may say it, and when, the committee knows.

        `into` is the proposal this one is merged into. `cost` and `upkeep` (minor units) are the committee's own
        estimate: they become the proposal's, as a version anyone may compare. `until` is when a correction should be
        made. Raises Refused.
        """
        with transaction.atomic():
            self.hold()
            require(says_something(reason), _("A decision needs a reason that everybody can read."))
            self.require_decidable(outcome, ground=ground, into=into, cost=cost, at=at)
            estimate = (self.cost if cost is None else cost, self.upkeep if upkeep is None else upkeep)
            if estimate != (self.cost, self.upkeep):
                self.cost, self.upkeep = estimate
                self.save()
                self.keep_version(by=by, at=at)
            facts = {"outcome": outcome, "reason": reason.strip(), "into_id": into and into.pk}
            facts |= {"ground": ground, "until": until}
            decision = Decision.objects.create(proposal_id=self.pk, by_id=by.pk if by else None, at=at, **facts)
            logged: dict[str, Any] = {"outcome": str(outcome), "reason": reason.strip(), "at": written(at)}
            logged |= {"ground": ground.words} if ground else {}
            logged |= {"into": into.number} if into else {}
            AuditEvent.append(Done.PROPOSAL_DECIDED, by=by, on=self, **logged)
            if outcome != Decision.Outcome.RETURN:
                self.corrections_are_over(at)
            Happening.is_over(Kind.CORRECTED, self, at=at)
            decision.is_told(at=at, by=by)
            self.forget_status()
            return decision

    def correction_asked(self, at: datetime) -> Decision | None:
        """What its author is asked to correct, and has not; None if they are asked for nothing."""
        return self.decisions.last() if self.status_at(at) == Status.RETURNED else None  # type: ignore[attr-defined]

    def require_decidable(
        self,
        outcome: str,
        *,
        at: datetime,
        ground: Ground | None = None,
        into: ProposalText | None = None,
        cost: int | None = None,
    ) -> None:
        """Raise Refused unless this could be decided on it now, as far as the proposal itself is concerned."""
        require(outcome in Decision.Outcome.values, _("Choose one of the decisions."))
        stands = not self.is_draft and self.status_at(at) != Status.WITHDRAWN
        require(stands, _("This proposal is not open for a decision."))
        allow(registry.why_not(registry.Deed.CHANGE_PROPOSAL, self))
        require(ground is None or ground.outcome == outcome, _("This ground is one for another decision."))
        self._require_mergeable(outcome, into, at)
        if outcome == Decision.Outcome.SHORTLIST:
            self.require_within_means(cost)

    def put_right(self, *, by: Person, at: datetime, outcome: str, reason: str, **text: Any) -> Decision:
        """What was decided on it after its ballot paper was frozen takes effect, with a version if the text changes.

        In the transaction in which two people supersede the paper: the database lets it through in no other.
        Raises Refused if it would cost more than its contest can pay.
        """
        self.hold()
        before = self.text()
        for name, value in text.items():
            setattr(self, name, value)
        if outcome == Decision.Outcome.SHORTLIST:
            self.require_within_means()
        if self.text() != before:
            self.save()
            self.keep_version(by=by, at=at)
        self.forget_status()
        decision = Decision.objects.create(proposal_id=self.pk, by_id=by.pk, at=at, outcome=outcome, reason=reason)
        decision.is_told(at=at, by=by)
        return decision

    def _require_mergeable(self, outcome: str, into: ProposalText | None, at: datetime) -> None:
        if outcome != Decision.Outcome.MERGE:
            require(into is None, _("Only a merger names another proposal."))
            return
        require(into is not None, _("Say into which proposal this one is merged."))
        if into is not None:
            places = [(one.cycle_id, one.contest.district_id) for one in (self, into)]
            same = places[0] == places[1] and into.pk != self.pk and not into.is_draft
            require(same, _("A proposal is merged into another one of the same district and cycle."))
            is_gone = into.status_at(at) in GONE
            require(not is_gone, _("That proposal was itself withdrawn or merged. Choose another."))
