"""A proposal, from the first draft to the ribbon: its words, its place, its cost, and what people do with it."""

from datetime import datetime
from typing import IO, Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxLengthValidator
from django.db import models, transaction
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from budgeting import clock, money
from budgeting.calendar import Act
from budgeting.geography import lies_within
from budgeting.models import Contest, Cycle
from proposals.models.delivery import Award, Milestone
from proposals.models.discussion import Comment, Endorsement
from proposals.models.finding import Fold, Proposals, Status
from proposals.models.photo import Photo
from proposals.models.review import Decision
from proposals.models.writing import Version, Withdrawal
from proposals.rules import Person, require

MOST_PHOTOS = 5
_BLANK = models.Value(" ")


class Category(models.Model):
    """What kind of thing it is: a park, a school, a street."""

    slug = models.SlugField(_("address"), unique=True)
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        ordering = ("name",)
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return self.name


class Proposal(models.Model):
    """Something a resident proposes to build in a district. Its status is derived, never stored."""

    TEXT = ("title", "summary", "description", "category_id", "cost", "upkeep", "beneficiaries")
    PLACE = ("address", "latitude", "longitude")
    EDITABLE = frozenset({*TEXT, *PLACE, "category", "language"})

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="proposals", editable=False)
    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="proposals")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="proposals"
    )
    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(_("summary"), max_length=240)
    description = models.TextField(_("description"), max_length=20_000, validators=[MaxLengthValidator(20_000)])
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="proposals", verbose_name=_("category")
    )
    cost = models.PositiveBigIntegerField(_("estimated cost"), default=0, help_text=_("In minor units; 0: not yet."))
    upkeep = models.PositiveBigIntegerField(_("upkeep per year"), default=0, help_text=_("In minor units."))
    beneficiaries = models.CharField(_("who benefits"), max_length=240, blank=True)
    address = models.CharField(_("place in words"), max_length=200, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    created_at = models.DateTimeField()
    number = models.PositiveIntegerField(_("number"), null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    # As it is searched. Likeness is looked for in the short text only: over a whole description it takes too long.
    short_text = models.GeneratedField(
        expression=Fold(
            Concat("title", _BLANK, "summary", _BLANK, "address", output_field=models.TextField()),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    long_text = models.GeneratedField(expression=Fold("description"), output_field=models.TextField(), db_persist=True)

    objects = Proposals.as_manager()

    class Meta:
        ordering = ("number", "pk")
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        indexes = (
            GinIndex(
                fields=["short_text", "long_text"],
                opclasses=["gin_trgm_ops", "gin_trgm_ops"],
                name="proposals_are_searched",
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["cycle", "number"], name="a_number_is_given_once_per_cycle"),
            models.CheckConstraint(
                condition=models.Q(number__isnull=True, submitted_at__isnull=True)
                | models.Q(number__isnull=False, submitted_at__isnull=False),
                name="a_submitted_proposal_has_a_number",
            ),
            models.CheckConstraint(
                condition=models.Q(number__isnull=True) | models.Q(cost__gt=0),
                name="a_submitted_proposal_costs_something",
            ),
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="a_place_has_both_coordinates",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.cycle_id = self.contest.cycle_id  # kept beside the contest so that numbers can be unique per cycle
        super().save(*args, **kwargs)
        self._forget()

    def get_absolute_url(self) -> str:
        where = (self.contest.cycle.slug, self.contest.district.slug)
        if self.number is None:
            return reverse("draft", args=[*where, self.pk, "what"])
        return reverse("proposal", args=[*where, self])

    # What it is ------------------------------------------------------------------------------------------------------

    @property
    def slug(self) -> str:
        """Decoration for the address; the number is the identity."""
        return slugify(self.title)[:60].strip("-") or "proposal"

    @cached_property
    def status(self) -> str:
        """A `Status`. Lists load it by `with_status(at)`; alone, the proposal asks for it as of now."""
        return str(Proposal.objects.with_status(clock.now()).get(pk=self.pk).status)

    @property
    def status_name(self) -> str:
        return str(Status(self.status).label)

    @property
    def is_draft(self) -> bool:
        return self.number is None

    @property
    def has_place(self) -> bool:
        return self.latitude is not None

    @property
    def photo(self) -> Photo | None:
        """The first photo, which stands for the proposal in lists."""
        return next(iter(self.photos.all()), None)

    def written(self, field: str, text: dict[str, Any]) -> str:
        """A field of a version as people read it."""
        value = text.get(field)
        if value in (None, ""):
            return ""
        if field in ("cost", "upkeep"):
            return money.written(value, self.cycle.currency)
        if field == "category_id":
            return str(Category.objects.filter(pk=value).first() or "")
        return str(value)

    def is_endorsed_by(self, user: Person) -> bool:
        return bool(user.is_authenticated) and self.endorsements.filter(by=user).exists()

    # What people do with it ------------------------------------------------------------------------------------------

    def submit(self, by: Person, at: datetime) -> None:
        """Make the draft public under the cycle's next number, and keep its text as the first version."""
        with transaction.atomic():
            self._hold()
            require(by == self.author, gettext("Only the author can submit a proposal."))
            require(self.is_draft, gettext("This proposal has been submitted already."))
            require(self.cycle.allows(Act.PROPOSE, at), gettext("Proposals are not being collected now."))
            missing = self.missing()
            require(not missing, gettext("Before you submit, fill in: %s.") % ", ".join(missing))
            self._require_within_means(self.cost)
            self.number = self._next_number()
            self.submitted_at = at
            self.save()
            self._keep_version(by, at)

    def missing(self) -> list[str]:
        """The names of what a draft still lacks before it can be submitted."""
        needed = ("title", "summary", "description", "cost", *(() if self.has_place else ("address",)))
        fields = [field for field in self._meta.fields if field.name in needed]
        return [str(field.verbose_name) for field in fields if not getattr(self, field.name)]

    def edit(self, by: Person, at: datetime, **changes: Any) -> None:
        """Change the text or the place. After submission each edit that changes something is a version."""
        if unknown := set(changes) - self.EDITABLE:
            raise TypeError(f"not for editing: {', '.join(sorted(unknown))}")
        with transaction.atomic():
            self._hold()
            require(self.may_edit(by, at), gettext("This proposal can no longer be changed."))
            before = self._text()
            for name, value in changes.items():
                setattr(self, name, value)
            named = {self._meta.get_field(name).name for name in changes}
            self.clean_fields(exclude=[field.name for field in self._meta.fields if field.name not in named])
            self._require_in_district()
            if not self.is_draft:
                self._require_within_means(self.cost)
            self.save()
            if not self.is_draft and self._text() != before:
                self._keep_version(by, at)

    def may_edit(self, by: Person, at: datetime) -> bool:
        """The author may: a draft always, a submitted one until the deadline, a returned one while the review lasts."""
        if not by.is_authenticated or by != self.author:
            return False
        if self.is_draft:
            return True
        if self.status == Status.RETURNED:
            return self.cycle.allows(Act.DECIDE, at)
        return self.status != Status.WITHDRAWN and self.cycle.allows(Act.EDIT, at)

    def discard(self, by: Person) -> None:
        """Throw a draft away, with its photos."""
        with transaction.atomic():
            self._hold()
            require(by == self.author and self.is_draft, gettext("Only a draft of your own can be thrown away."))
            for photo in self.photos.all():
                photo.delete()
            self.delete()

    def withdraw(self, by: Person, at: datetime, reason: str) -> None:
        """Take a submitted proposal back, for good; it stays readable with the reason."""
        with transaction.atomic():
            self._hold()
            require(by == self.author, gettext("Only the author can withdraw a proposal."))
            require(self.may_withdraw(by, at), gettext("This proposal can no longer be withdrawn."))
            require(reason.strip(), gettext("Say in a few words why, for those who supported it."))
            Withdrawal.objects.create(proposal=self, by=by, at=at, reason=reason.strip())
            by.record("proposal withdrawn", on=self, reason=reason.strip())
            self._forget()

    def may_withdraw(self, by: Person, at: datetime) -> bool:
        return (
            by.is_authenticated
            and by == self.author
            and not self.is_draft
            and self.status != Status.WITHDRAWN
            and self.cycle.allows(Act.WITHDRAW, at)
        )

    def decide(
        self,
        by: Person,
        at: datetime,
        outcome: str,
        reason: str,
        into: "Proposal | None" = None,
        cost: int | None = None,
    ) -> Decision:
        """The committee's decision with its public reason; the latest counts.

        `into` is the proposal this one is merged into. `cost` (minor units) is the committee's own estimate: it
        becomes the proposal's cost, as a version anyone may compare.
        """
        with transaction.atomic():
            self._hold()
            require(by.is_committee_for(self.contest.district), gettext("Only the district's committee decides."))
            require(by != self.author, gettext("Nobody decides on a proposal of their own."))
            require(self.may_decide(by, at), gettext("This proposal is not open for a decision."))
            require(reason.strip(), gettext("A decision needs a reason that everybody can read."))
            require(outcome in Decision.Outcome.values, gettext("Choose one of the decisions."))
            self._require_mergeable(outcome, into)
            if cost is not None and cost != self.cost:
                self.cost = cost
                self.save()
                self._keep_version(by, at)
            if outcome == Decision.Outcome.SHORTLIST:
                self._require_within_means(self.cost)
            decision = self.decisions.create(by=by, at=at, outcome=outcome, reason=reason.strip(), into=into)
            merged_into = {"into": into.number} if into else {}
            by.record("proposal decided", on=self, outcome=str(outcome), reason=reason.strip(), **merged_into)
            self._forget()
            return decision

    def may_decide(self, by: Person, at: datetime) -> bool:
        return (
            by.is_committee_for(self.contest.district)
            and by != self.author
            and not self.is_draft
            and self.status != Status.WITHDRAWN
            and self.cycle.allows(Act.DECIDE, at)
        )

    def comment(self, by: Person, at: datetime, text: str, parent: Comment | None = None) -> Comment:
        """Add to the discussion. A reply to a reply joins the same thread; staff and committee answer officially."""
        require(by.is_authenticated, gettext("Sign in to comment."))
        require(self.discussion_is_open(at), gettext("The discussion is closed now."))
        require(text.strip(), gettext("Write your comment first."))
        require(len(text) <= 4000, gettext("This comment is longer than 4,000 characters. Shorten it or write two."))
        if parent is not None:
            require(parent.proposal_id == self.pk, gettext("This comment belongs to another proposal."))
            parent = parent.parent or parent
        official = by.is_clerk or by.is_committee_for(self.contest.district)
        return self.comments.create(author=by, at=at, text=text.strip(), parent=parent, official=official)

    def discussion_is_open(self, at: datetime) -> bool:
        return not self.is_draft and self.cycle.allows(Act.COMMENT, at)

    def endorse(self, by: Person, at: datetime) -> None:
        """Support it. Doing so twice, even at the same instant, leaves one endorsement."""
        require(by.is_authenticated, gettext("Sign in to support a proposal."))
        require(self.may_endorse(at), gettext("Support is not being collected now."))
        Endorsement.objects.bulk_create([Endorsement(proposal=self, by=by, at=at)], ignore_conflicts=True)

    def unendorse(self, by: Person, at: datetime) -> None:
        require(by.is_authenticated, gettext("Sign in to change your support."))
        require(self.may_endorse(at), gettext("Support is not being collected now."))
        self.endorsements.filter(by=by).delete()

    def may_endorse(self, at: datetime) -> bool:
        return not self.is_draft and self.status != Status.WITHDRAWN and self.cycle.allows(Act.ENDORSE, at)

    def add_photo(self, by: Person, at: datetime, file: IO[bytes], alt: str) -> Photo:
        """Add a photo, re-encoded without metadata and with the words that stand for it. At most five."""
        with transaction.atomic():
            self._hold()
            require(self.may_edit(by, at), gettext("This proposal can no longer be changed."))
            require(self.photos.count() < MOST_PHOTOS, gettext("A proposal has at most five photos. Remove one first."))
            return Photo.take(self, by, at, file, alt)

    def remove_photo(self, by: Person, at: datetime, photo: Photo) -> None:
        require(self.may_edit(by, at) and photo.proposal_id == self.pk, gettext("This photo can no longer be removed."))
        photo.delete()

    def conclude(self, at: datetime, funded: bool, public_from: datetime) -> None:
        """Note what the vote said, for the count; counting again replaces it. Nobody sees it before `public_from`."""
        facts = {"at": at, "funded": funded, "public_from": public_from}
        Award.objects.update_or_create(proposal=self, defaults=facts)
        self._forget()

    def report_delivery(self, by: Person, at: datetime, kind: str, **facts: Any) -> Milestone:
        """Say how the building goes: `kind`, `on` (a date), and perhaps `note`, `percent`, `final_cost`."""
        require(by.is_clerk, gettext("Only a clerk reports on the building."))
        require(self.cycle.allows(Act.REPORT_DELIVERY, at), gettext("Nothing is being built yet."))
        require(self.may_report_delivery(by, at), gettext("This proposal is not funded."))
        milestone = Milestone(proposal=self, by=by, at=at, kind=kind, **facts)
        if kind == Milestone.Kind.DELIVERED:
            milestone.percent = 100
        require(kind != Milestone.Kind.DELAYED or milestone.note.strip(), gettext("A delay needs its reason."))
        milestone.full_clean(exclude=["by"])
        milestone.save()
        self._forget()
        return milestone

    def may_report_delivery(self, by: Person, at: datetime) -> bool:
        is_won = self.status in (Status.FUNDED, Status.DELIVERED)
        return by.is_clerk and is_won and self.cycle.allows(Act.REPORT_DELIVERY, at)

    # How the rules are kept ------------------------------------------------------------------------------------------

    def _hold(self) -> None:
        """Lock the row to the end of the transaction and look at it afresh, so that two verbs at once come in turn."""
        self.refresh_from_db(from_queryset=Proposal.objects.select_for_update(no_key=True))
        self._forget()

    def _forget(self) -> None:
        self.__dict__.pop("status", None)

    def _next_number(self) -> int:
        """Under a lock on the cycle: two who submit at once get two numbers."""
        Cycle.objects.select_for_update(no_key=True).get(pk=self.cycle_id)
        last = Proposal.objects.filter(cycle=self.cycle_id).aggregate(last=models.Max("number"))["last"]
        return (last or 0) + 1

    def _require_within_means(self, cost: int) -> None:
        highest = self.contest.highest_cost or self.contest.budget
        sentence = gettext("A project in %(district)s may cost %(amount)s at most.") % {
            "district": self.contest.district,
            "amount": money.written(highest, self.cycle.currency),
        }
        require(0 < cost <= highest, sentence)

    def _require_in_district(self) -> None:
        if self.latitude is None or self.longitude is None:
            require(self.latitude is self.longitude, gettext("A place has both a latitude and a longitude."))
            return
        district = self.contest.district
        inside = lies_within(district.boundary, self.longitude, self.latitude)
        require(inside, gettext("This place lies outside %s. Choose one within it.") % district)

    def _require_mergeable(self, outcome: str, into: "Proposal | None") -> None:
        if outcome != Decision.Outcome.MERGE:
            require(into is None, gettext("Only a merger names another proposal."))
            return
        require(into is not None, gettext("Say into which proposal this one is merged."))
        if into is not None:
            same = into.contest_id == self.contest_id and into.pk != self.pk and not into.is_draft
            require(same, gettext("A proposal is merged into another one of the same district and cycle."))
            gone = into.status in (Status.WITHDRAWN, Status.MERGED)
            require(not gone, gettext("That proposal was itself withdrawn or merged. Choose another."))

    def _text(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in (*self.TEXT, *self.PLACE)}

    def _keep_version(self, by: Person, at: datetime) -> None:
        last = self.versions.aggregate(last=models.Max("number"))["last"] or 0
        Version.objects.create(proposal=self, number=last + 1, by=by, at=at, text=self._text())
