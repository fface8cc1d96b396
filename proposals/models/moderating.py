"""Hiding a whole proposal: it keeps its place in the process, and from the review on it takes a second person."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from budgeting import registry
from budgeting.people import Person
from proposals.models.hiding import A_WHOLE, Hiding, review_begins
from proposals.models.may_be_hidden import MayBeHidden
from proposals.models.text import ProposalText


class Moderated(MayBeHidden, ProposalText):
    """What clerks do."""

    class Meta:
        abstract = True

    @property
    def whole(self) -> Any:
        return self

    @property
    def whose(self) -> int | None:
        return self.author_id

    @property
    def named(self) -> dict[str, Any]:
        return {"proposal_id": self.pk, "comment": None, "photo": None, "version": None}

    def is_shown_hidden_to(self, person: Person) -> bool:
        """To its district's committee too, which goes on with it."""
        return super().is_shown_hidden_to(person) or person.is_committee_for(self.contest.district)

    def why_not_hidden_by_one(self, at: datetime) -> str:
        if objection := self.why_not_hidden_in_part():
            return objection
        begins = review_begins(self.cycle)
        if begins is None or at < begins:
            return ""
        alone = Hiding.objects.filter(A_WHOLE, proposal=self.pk, confirmed_at=None).exclude(ended_at__lte=begins)
        if alone.exists():  # or whoever hides it every two days would need nobody
            return _("It was hidden before, and nobody confirmed that. Two people withhold it from view.")
        return ""

    def why_not_hidden_in_part(self) -> str:
        """Against hiding it or a photo of it."""
        if self.is_draft:
            return _("Nobody sees a draft but its author.")
        if registry.why_not(registry.Deed.CHANGE_PROPOSAL, self):
            return _("This project stands on a frozen ballot paper: two people withhold it from view.")
        return ""
