"""Another wording than its author's own: proposed by somebody of the city, with the author's consent or without."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from budgeting import registry
from budgeting.people import Person
from budgeting.stages import Act
from lib.refusal import allow
from notices.kinds import Kind
from notices.models import Happening
from proposals.models.status import Status
from proposals.models.versions import Version
from proposals.models.writing import Writing


class Reworded(Writing):
    """What others than its author may change of its words. Who may, the committee knows."""

    class Meta:
        abstract = True

    def reword(
        self,
        changes: Mapping[str, Any],
        *,
        proposed_by: Person | None,
        by: Person,
        at: datetime,
        consent: bool,
        reason: str,
    ) -> Version:
        """A wording that another proposed, as a version: its author agreed, or (`consent` False) did not answer.

        `by` is whoever's word it was in the end. Raises Refused.
        """
        with transaction.atomic():
            self.hold()
            allow(self.why_not_reword(at))
            self.take(changes)
            self.save()
            version = self.keep_version(by=proposed_by, at=at, consent=consent, reason=reason)
            Happening.note(Kind.PROPOSAL_CHANGED, self, at=at, by=by)
            return version

    def why_not_reword(self, at: datetime) -> str:
        """Why nobody but its author changes its words now, in a sentence; empty if somebody may."""
        if self.withheld:
            return _("Its text is withheld from view: it is not changed meanwhile.")
        if self.is_draft or not self.is_open_for(Act.DECIDE, at):
            return _("This proposal is not under review.")
        if self.status_at(at) == Status.RETURNED:
            return _("It is returned to its author, who is asked to correct it.")
        if self.status_at(at) != Status.SUBMITTED:
            return _("This proposal has been decided on.")
        return registry.why_not(registry.Deed.CHANGE_PROPOSAL, self)
