"""What anybody may report and a clerk may hide: a comment, a photo, a version, a proposal."""

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.guards import oversees
from budgeting.models import OneIsEnough
from budgeting.people import Person
from lib.refusal import allow, require
from notices.kinds import Kind
from notices.models import Happening
from proposals import quotas
from proposals.models.ground import Ground
from proposals.models.hiding import Complaint, Hiding
from proposals.models.reasons import Reason


class MayBeHidden(models.Model):
    """It knows what hides it. `whole`: the proposal it is of; `whose`: the key of who made it."""

    # What hides it, or has lapsed and is not tidied up yet. The database keeps it, so that no list has to look for it.
    hiding = models.ForeignKey(Hiding, on_delete=models.PROTECT, null=True, editable=False, related_name="+")

    class Meta:
        abstract = True

    @property
    def whole(self) -> Any:
        return self.proposal  # type: ignore[attr-defined]  # a part has one

    @property
    def whose(self) -> int | None:
        found: int | None = self.by_id  # type: ignore[attr-defined]  # a part has one, or says otherwise
        return found

    @property
    def named(self) -> dict[str, Any]:
        """The columns by which a row about it names it (OfAThing)."""
        return {"proposal_id": self.whole.pk, str(self._meta.model_name): self}

    @property
    def place(self) -> str:
        """Where it stands, or would."""
        return str(self.whole.get_absolute_url())

    def page(self, name: str) -> str:
        """The address of a page about it: "complaint", "hiding", "authors_answer"."""
        where = (self.whole.contest.cycle.slug, self.whole.contest.district.slug, self.whole)
        return reverse(name, args=where if self.whole is self else (*where, self))

    def hidden(self, at: datetime) -> Hiding | None:
        """What hides it at a moment, if anything does."""
        return self.hiding if self.hiding and not self.hiding.has_lapsed(at) else None

    def is_shown_hidden_to(self, person: Person) -> bool:
        """Who sees it all the same: whoever made it, and who decides or confirms that it is hidden."""
        return oversees(person) or (person.is_authenticated and person.pk == self.whose)

    def report(self, *, by: Person, at: datetime, reason: str) -> None:
        """Tell the clerks of it. Reporting again says it anew."""
        require(by.is_authenticated, _("Sign in to report something."))
        require(reason.strip(), _("Say in a few words what is wrong with it."))
        with transaction.atomic():
            quotas.spend(quotas.REPORTS, by=by, at=at)
            waits = self.open_complaints().exists()
            said = {"at": at, "reason": reason.strip(), "settled_at": None, "settled_by": None}
            complaint, _new = Complaint.objects.update_or_create(**self.named, by_id=by.pk, defaults=said)
            if not waits:
                Happening.note(Kind.REPORTED, complaint, at=at, by=by)

    def open_complaints(self) -> models.QuerySet[Complaint]:
        """The reports of it that nobody has settled."""
        return Complaint.objects.filter(**self.named, settled_at=None)

    def hide(
        self,
        *,
        by: Person,
        at: datetime,
        reason: str = "",
        why: str = Reason.OTHER,
        ground: Ground | None = None,
    ) -> Hiding:
        """Take it out of sight; that it is hidden, when and why stays visible. Settles its reports.

        `ground` is of the city's own list, `why` of ours where it has none; `reason` says more in words.
        """
        with transaction.atomic():
            self._hold()
            allow(self.why_not_hide(by=by, at=at))
            said = reason.strip() or ground or why != Reason.OTHER
            require(said, _("Give the reason: it stays visible in its place."))
            offered = ground is None or Ground.objects.offered_to_hide().filter(pk=ground.pk).exists()
            require(offered, _("This ground is offered no more. Choose another."))
            alone = {"confirmed_at": at} if self.whole is self and OneIsEnough.in_effect(at) else {}
            facts = {"why": why, "ground": ground, "words": reason.strip(), **alone}
            hiding = Hiding.objects.create(**self.named, by_id=by.pk, at=at, **facts)
            reported = self.open_complaints().update(settled_at=at, settled_by=by.pk)
            more = ({"one_is_enough": True} if alone else {}) | ({"ground": ground.pk} if ground else {})
            by.record(Done.HIDDEN, on=self, why=str(why), reason=reason.strip(), **more)
            Happening.note(Kind.HIDDEN, hiding, at=at, by=by)
            if reported:
                Happening.note(Kind.REPORT_HELPED, hiding, at=at, by=by)
            self.refresh_from_db(fields=["hiding"])
            return hiding

    def why_not_hide(self, *, by: Person, at: datetime) -> str:
        if not by.is_clerk:
            return _("Only a clerk hides what must not stand.")
        return _("It is hidden already.") if self.hidden(at) else self.why_not_hidden_by_one(at)

    def why_not_hidden_by_one(self, at: datetime) -> str:
        """What stands against it, whoever it is; each kind of thing has its own."""
        return ""

    def show_again(self, *, by: Person, at: datetime) -> None:
        """As easily as it was hidden."""
        with transaction.atomic():
            self._hold()
            require(by.is_clerk, _("Only a clerk shows it again."))
            require(self.hiding, _("It is in view."))
            self.hiding.end(by=by, at=at)  # type: ignore[union-attr]
            self.refresh_from_db(fields=["hiding"])

    def keep(self, *, by: Person, at: datetime) -> None:
        """Settle the reports of something that stays."""
        require(by.is_clerk, _("Only a clerk settles a report."))
        with transaction.atomic():
            settled = self.open_complaints().update(settled_at=at, settled_by=by.pk)
            require(settled, _("These reports have been settled already."))
            by.record(Done.KEPT, on=self, reports=settled)

    def _hold(self) -> None:
        """Whoever hides, shows, edits or freezes comes in turn."""
        self.whole.hold()
        self.refresh_from_db(fields=["hiding"])
