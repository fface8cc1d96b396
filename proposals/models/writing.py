"""Writing a proposal: submitting, changing, illustrating, and taking it back."""

from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.acts import Done
from budgeting import registry
from budgeting.models import Cycle
from budgeting.people import Person
from budgeting.stages import Act
from lib import money
from lib.geography import lies_within
from lib.refusal import allow, require
from lib.safe_image import Picture, redrawn
from notices.kinds import Kind
from notices.models import Follow, Happening
from proposals import quotas
from proposals.models.photo import MOST_PHOTOS, Photo
from proposals.models.status import Status
from proposals.models.text import ProposalText
from proposals.models.versions import Withdrawal

MOST_DRAFTS = 10  # of one person, in one cycle


class Writing(ProposalText):
    """What an author does."""

    class Meta:
        abstract = True

    @property
    def photo(self) -> Photo | None:
        """The first photo that is in view, which stands for the proposal in lists."""
        return next((photo for photo in self.photos.all() if photo.in_view), None)  # type: ignore[attr-defined]  # of Proposal, once it is a table

    def begin(self, *, by: Person, at: datetime) -> None:
        """Keep a new draft. Raises Refused where proposals are not collected, or its author has begun enough."""
        require(self.contest.cycle.allows(Act.PROPOSE, at), _("Proposals are not being collected now."))
        with transaction.atomic():
            quotas.spend(quotas.DRAFTS, by=by, at=at)  # holds the next of this person up, so each sees those before
            allow(self.why_not_one_more(by, self.contest.cycle))
            drafts = type(self).objects.drafts().filter(author=by.pk, contest__cycle=self.contest.cycle_id)  # type: ignore[attr-defined]
            sentence = _("You have %d drafts here already. Submit one of them, or throw one away.") % MOST_DRAFTS
            require(drafts.count() < MOST_DRAFTS, sentence)
            self.author_id, self.created_at = by.pk, at
            self.save()

    def submit(self, *, by: Person, at: datetime) -> None:
        """Make the draft public under the cycle's next number, and keep its text as the first version."""
        with transaction.atomic():
            self.hold()
            require(self.is_by(by), _("Only the author can submit a proposal."))
            require(self.is_draft, _("This proposal has been submitted already."))
            require(self.cycle.allows(Act.PROPOSE, at), _("Proposals are not being collected now."))
            missing = self.missing()
            require(not missing, _("Before you submit, fill in: %s.") % ", ".join(missing))
            self.require_within_means()
            self.number = self._next_number()
            allow(self.why_not_one_more(by, self.cycle))  # under the lock of the number
            self.submitted_at = at
            self.save()
            self.keep_version(by=by, at=at)
            Follow.by_itself(self, user=by.pk, at=at)
            Happening.note(Kind.PROPOSAL_SUBMITTED, self, at=at, by=by)
            if self._is_the_first_of(by):
                Happening.note(Kind.FIRST_PROPOSAL, self, at=at)  # done by nobody else: its author is who is told

    @classmethod
    def why_not_one_more(cls, person: Person, cycle: Cycle) -> str:
        """Has this person as many proposals in the cycle as the city lets one have? Withdrawn ones do not count."""
        if cycle.most_proposals is None or cls.submitted_by(person, cycle) < cycle.most_proposals:
            return ""
        return ngettext(
            "Each person may submit %(n)d proposal here, and you have.",
            "Each person may submit %(n)d proposals here, and you have.",
            cycle.most_proposals,
        ) % {"n": cycle.most_proposals}

    @classmethod
    def submitted_by(cls, person: Person, cycle: Cycle) -> int:
        """How many of this person stand in the cycle."""
        submitted = cls.objects.submitted()  # type: ignore[attr-defined]
        return int(submitted.filter(cycle=cycle, author=person.pk, withdrawal=None).count())

    def _is_the_first_of(self, person: Person) -> bool:
        """Has this person submitted no other in the cycle, withdrawn or not?"""
        submitted = type(self).objects.submitted()  # type: ignore[attr-defined]
        return not submitted.filter(cycle=self.cycle_id, author=person.pk).exclude(pk=self.pk).exists()

    def missing(self) -> list[str]:
        """The names of what a draft still lacks before it can be submitted."""
        needed = ("title", "summary", "description", "cost", *(() if self.has_place else ("address",)))
        fields = [field for field in self._meta.fields if field.name in needed]
        return [str(field.verbose_name) for field in fields if not getattr(self, field.name)]

    def edit(self, *, by: Person, at: datetime, **changes: Any) -> None:
        """Change the text or the place. After submission each edit that changes something is a version."""
        if unknown := set(changes) - self.EDITABLE:
            raise TypeError(f"not for editing: {', '.join(sorted(unknown))}")
        with transaction.atomic():
            self.hold()
            allow(self.why_not_edit(by=by, at=at))
            before = self.text()
            answers = not self.is_draft and self.status_at(at) == Status.RETURNED
            self.take(changes)
            self.save()
            if not self.is_draft and self.text() != before:
                self.keep_version(by=by, at=at)
                Happening.note(Kind.PROPOSAL_CHANGED, self, at=at, by=by, answers=answers)
                if answers:
                    self.corrections_are_over(at)
                    Happening.note(Kind.CORRECTED, self, at=at, by=by)

    def take(self, changes: Mapping[str, Any]) -> None:
        """Take these words in place of those that stand, and save nothing. Raises Refused if they may not stand."""
        for name, value in changes.items():
            setattr(self, name, value)
        named = {self._meta.get_field(name).name for name in changes}
        self.clean_fields(exclude=[field.name for field in self._meta.fields if field.name not in named])
        self._require_in_district()
        if not self.is_draft:
            self.require_within_means()

    def corrections_are_over(self, at: datetime) -> None:
        """Nobody hears any more that they are asked for."""
        for returned in self.decisions.filter(outcome="return"):  # type: ignore[attr-defined]  # of review.py, above this
            Happening.is_over(Kind.CORRECTION_ASKED, returned, at=at)

    def why_not_edit(self, *, by: Person, at: datetime) -> str:
        """The author may: a draft always, a submitted one until the deadline, a returned one while the review lasts."""
        if self.is_by(by) and self.is_draft:
            return ""
        if self.withheld:
            return _("Its text is withheld from view: it is not changed meanwhile.")
        if self.is_by(by) and self._is_open_to_its_author(at):
            return registry.why_not(registry.Deed.CHANGE_PROPOSAL, self)
        return _("This proposal can no longer be changed.")

    def _is_open_to_its_author(self, at: datetime) -> bool:
        if self.status_at(at) == Status.RETURNED:
            return self.cycle.allows(Act.DECIDE, at)
        return self.is_open_for(Act.EDIT, at)

    def discard(self, *, by: Person) -> None:
        """Throw a draft away, with its photos."""
        with transaction.atomic():
            self.hold()
            require(self.is_by(by) and self.is_draft, _("Only a draft of your own can be thrown away."))
            for photo in Photo.objects.filter(proposal=self.pk):
                photo.delete()
            self.delete()

    def withdraw(self, *, by: Person, at: datetime, reason: str) -> None:
        """Take a submitted proposal back, for good; it stays readable with the reason."""
        with transaction.atomic():
            self.hold()
            allow(self.why_not_withdraw(by=by, at=at))
            require(reason.strip(), _("Say in a few words why, for those who supported it."))
            Withdrawal.objects.create(proposal_id=self.pk, by_id=by.pk, at=at, reason=reason.strip())
            by.record(Done.PROPOSAL_WITHDRAWN, on=self, reason=reason.strip())
            Happening.note(Kind.PROPOSAL_WITHDRAWN, self, at=at, by=by)
            self.forget_status()

    def why_not_withdraw(self, *, by: Person, at: datetime) -> str:
        if not self.is_by(by):
            return _("Only the author can withdraw a proposal.")
        if not self.is_open_for(Act.WITHDRAW, at):
            return _("This proposal can no longer be withdrawn.")
        return registry.why_not(registry.Deed.CHANGE_PROPOSAL, self)

    def add_photo(self, *, by: Person, at: datetime, file: IO[bytes] | Picture, alt: str) -> Photo:
        """Add a photo, re-encoded without metadata and with the words that stand for it. At most five.

        `file` is what somebody sent, or a picture that is drawn already.
        Asked twice: reading a picture takes its time, in which no row may be held.
        """
        allow(self.why_not_add_photo(by=by, at=at))
        require(alt.strip(), _("Describe what the photo shows, for those who cannot see it."))
        picture = file if isinstance(file, Picture) else redrawn(file)
        with transaction.atomic():
            self.hold()
            allow(self.why_not_add_photo(by=by, at=at))
            return Photo.take(self.pk, by=by, at=at, picture=picture, alt=alt)

    def why_not_add_photo(self, *, by: Person, at: datetime) -> str:
        if Photo.objects.filter(proposal=self.pk).count() >= MOST_PHOTOS:
            return self.why_not_edit(by=by, at=at) or (
                _("A proposal has at most %d photos. Remove one first.") % MOST_PHOTOS
            )
        return self.why_not_edit(by=by, at=at)

    def remove_photo(self, *, by: Person, at: datetime, photo: Photo) -> None:
        is_mine = photo.proposal_id == self.pk and photo.in_view and not self.why_not_edit(by=by, at=at)
        require(is_mine, _("This photo can no longer be removed."))
        photo.delete()

    def require_within_means(self, cost: int | None = None) -> None:
        """Raise Refused unless the cost, its own or another, is one that its contest can pay."""
        sentence = _("A project in %(district)s may cost %(amount)s at most.") % {
            "district": self.contest.title,
            "amount": money.written(self.contest.most_expensive, self.cycle.currency),
        }
        asked = self.cost if cost is None else cost
        require(0 < asked <= self.contest.most_expensive, sentence)

    def _require_in_district(self) -> None:
        if self.latitude is None or self.longitude is None:
            require(self.latitude is self.longitude, _("A place has both a latitude and a longitude."))
            return
        district = self.contest.district
        inside = lies_within(district.boundary, self.longitude, self.latitude)
        require(inside, _("This place lies outside %s. Choose one within it.") % district)

    def _next_number(self) -> int:
        """Under a lock on the cycle: two who submit at once get two numbers."""
        Cycle.objects.select_for_update(no_key=True).get(pk=self.cycle_id)
        numbers = type(self)._default_manager.filter(cycle=self.cycle_id)
        return (numbers.aggregate(last=models.Max("number"))["last"] or 0) + 1
