"""What must not stand: anybody reports it, a clerk hides it with a reason that stays visible, and shows it again.

A comment, a photo, a version of a text, or a whole proposal. What stands on a frozen paper is withheld by two people
instead (withholding.py). What is kept of a hiding and how long it holds is here, who may hide what in may_be_hidden.py
and moderating.py (docs/decisions/0032).
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.acts import Done
from audit.models import AuditEvent
from budgeting.models import Cycle
from budgeting.people import Person
from budgeting.stages import Stage
from lib.refusal import allow, require
from notices.kinds import Kind
from notices.models import Happening
from proposals.models.ground import Ground
from proposals.models.reasons import LONGEST_REASON, SAYS_SOMETHING, Reason

HOLDS_ALONE = timedelta(days=2)  # what one person hid of a whole proposal, from the review on
FROM_THE_REVIEW_ON = tuple(Stage)[tuple(Stage).index(Stage.REVIEWING) :]
A_WHOLE = Q(comment__isnull=True, photo__isnull=True, version__isnull=True)


class OfAThing(models.Model):
    """A row about a proposal: about one comment, photo or version of it, or about the whole where it names none."""

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.CASCADE, related_name="%(class)ss")
    comment = models.ForeignKey("proposals.Comment", on_delete=models.CASCADE, null=True, related_name="%(class)ss")
    photo = models.ForeignKey("proposals.Photo", on_delete=models.CASCADE, null=True, related_name="%(class)ss")
    version = models.ForeignKey("proposals.Version", on_delete=models.CASCADE, null=True, related_name="%(class)ss")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        abstract = True

    @property
    def is_of_the_whole(self) -> bool:
        return not (self.comment_id or self.photo_id or self.version_id)

    @property
    def thing(self) -> Any:
        part: Any = self.comment or self.photo or self.version
        if part is None:
            return self.proposal
        part.proposal = self.proposal  # which is at hand
        return part


def review_begins(cycle: Cycle) -> datetime | None:
    """From when on two hide a whole proposal; None if the calendar does not say."""
    later = [window.opens for window in cycle.windows() if window.stage in FROM_THE_REVIEW_ON]
    return min(later, default=None)


def _one_thing(name: str) -> models.CheckConstraint:
    parts = ("comment", "photo", "version")
    at_most_one = Q()
    for kept in parts:
        at_most_one |= Q(**{f"{each}__isnull": True for each in parts if each != kept})
    return models.CheckConstraint(
        name=name, condition=at_most_one, violation_error_message=gettext_lazy("It is about one thing.")
    )


class Hiding(OfAThing):
    """Out of sight, and why. It is confirmed once, where it takes two, and ended once; nothing else of it changes.

    The database names it beside what it hides (`hiding` of MayBeHidden) as long as it has not ended.
    """

    why = models.CharField(gettext_lazy("reason"), max_length=10, choices=Reason)
    ground = models.ForeignKey(Ground, on_delete=models.PROTECT, null=True, blank=True, related_name="hidings")
    words = models.TextField(gettext_lazy("in words"), max_length=LONGEST_REASON, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ("at", "pk")
        verbose_name = gettext_lazy("hiding")
        verbose_name_plural = gettext_lazy("hidings")
        constraints = (
            _one_thing("one_thing_is_hidden"),
            models.CheckConstraint(
                name="a_hiding_has_a_reason",
                condition=Q(ground__isnull=False) | ~Q(why="other") | Q(words__regex=SAYS_SOMETHING),
                violation_error_message=gettext_lazy("Give the reason: it stays visible in its place."),
            ),
            models.CheckConstraint(
                name="another_confirms_a_hiding",
                condition=Q(confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False)
                & (Q(by__isnull=True) | Q(by__isnull=False) & ~Q(confirmed_by=models.F("by"))),
                violation_error_message=gettext_lazy("Another person confirms it."),
            ),
            models.UniqueConstraint(
                name="hidden_once_at_a_time",
                fields=["proposal", "comment", "photo", "version"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                violation_error_message=gettext_lazy("It is hidden already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.thing}: {self.reason}"

    @property
    def reason(self) -> str:
        """As everybody reads it in place of what is hidden."""
        listed = "" if self.why == Reason.OTHER else self.get_why_display()
        return f"{self.ground or listed} {self.words}".strip()

    @property
    def ends_alone_at(self) -> datetime | None:
        """When it lapses unless a second person confirms it; None if it does not."""
        if not self.is_of_the_whole or self.confirmed_at:
            return None
        begins = review_begins(self.proposal.cycle)
        return max(self.at, begins) + HOLDS_ALONE if begins else None

    def has_lapsed(self, at: datetime) -> bool:
        return (lapses := self.ends_alone_at) is not None and lapses <= at

    def why_not_confirm(self, *, by: Person, at: datetime) -> str:
        """Why this person is not the second; empty if they may be."""
        if not self.is_of_the_whole or self.confirmed_at or self.ended_at or self.has_lapsed(at):
            return _("It does not wait for a second person.")
        if by.pk == self.by_id:
            return _("You hid it. Another person confirms it.")
        return by.why_not_confirm(at)

    @transaction.atomic
    def confirm(self, *, by: Person, at: datetime) -> None:
        """From then on it stays hidden until a clerk shows it again."""
        self._hold()
        allow(self.why_not_confirm(by=by, at=at))
        self.confirmed_at, self.confirmed_by_id = at, by.pk
        self.save(update_fields=["confirmed_at", "confirmed_by"])
        by.record(Done.HIDING_CONFIRMED, on=self.proposal, hidden_by=self.by_id)

    @transaction.atomic
    def end(self, *, by: Person | None, at: datetime) -> None:
        """What it hid is in view again; `by` None: nobody confirmed it in time."""
        self._hold()
        require(self.ended_at is None, _("It is in view."))
        self.ended_at, self.ended_by_id = at, by.pk if by else None
        self.save(update_fields=["ended_at", "ended_by"])
        AuthorsAnswer.objects.filter(hiding=self, read_at=None).update(read_at=at, read_by=self.ended_by_id)
        done = Done.UNHIDDEN if by else Done.HIDING_LAPSED
        AuditEvent.append(done, by=by, on=self.thing)
        Happening.note(Kind.UNHIDDEN, self, at=at, by=by)

    @transaction.atomic
    def answer_it(self, *, by: Person, at: datetime, text: str) -> None:
        """Its author says why it should stand, once."""
        self._hold()
        allow(self.why_not_answer(by=by))
        require(text.strip(), _("Write your answer first."))
        AuthorsAnswer.objects.create(hiding=self, by_id=by.pk, at=at, text=text.strip())

    def why_not_answer(self, *, by: Person) -> str:
        if self.ended_at or by.pk is None or by.pk != self.thing.whose:
            return _("Only its author answers, while it is hidden.")
        return _("You have answered already.") if hasattr(self, "answer") else ""

    @transaction.atomic
    def leave(self, *, by: Person, at: datetime) -> None:
        """A clerk has read its author's answer, and it stays hidden."""
        require(by.is_clerk, _("Only a clerk decides on what its author answers."))
        read = AuthorsAnswer.objects.filter(hiding=self, read_at=None).update(read_at=at, read_by=by.pk)
        require(read, _("No answer waits."))
        by.record(Done.LEFT_HIDDEN, on=self.thing)

    @classmethod
    def end_lapsed(cls, at: datetime) -> None:
        """Tidy up: nobody sees them as hidden since the moment itself, whenever this runs."""
        alone = cls.objects.filter(A_WHOLE, ended_at=None, confirmed_at=None)
        for hiding in alone.select_related("proposal__cycle").prefetch_related("proposal__cycle__phases"):
            if hiding.has_lapsed(at):
                hiding.end(by=None, at=at)

    def _hold(self) -> None:
        """The proposal first, as whoever hides does, so that nobody waits for each other."""
        self.proposal.hold()
        self.refresh_from_db(from_queryset=Hiding.objects.select_for_update())


class Complaint(OfAThing):
    """Somebody reports it; a clerk settles that by hiding it or keeping it."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    reason = models.TextField(gettext_lazy("what is wrong"), max_length=LONGEST_REASON)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("at", "pk")
        verbose_name = gettext_lazy("report")
        verbose_name_plural = gettext_lazy("reports")
        constraints = (
            _one_thing("one_thing_is_reported"),
            models.UniqueConstraint(
                name="a_person_reports_a_thing_once",
                fields=["proposal", "comment", "photo", "version", "by"],
                nulls_distinct=False,
                violation_error_message=gettext_lazy("You have reported this already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.thing}: {self.reason[:60]}"


class AuthorsAnswer(models.Model):
    """What its author says to a hiding; a clerk reads it, and shows the thing again or leaves it hidden."""

    hiding = models.OneToOneField(Hiding, on_delete=models.CASCADE, related_name="answer")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(gettext_lazy("your answer"), max_length=LONGEST_REASON)
    read_at = models.DateTimeField(null=True)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = gettext_lazy("author's answer")
        verbose_name_plural = gettext_lazy("authors' answers")
        constraints = (
            models.CheckConstraint(
                name="an_authors_answer_says_something",
                condition=Q(text__regex=SAYS_SOMETHING),
                violation_error_message=gettext_lazy("Write your answer first."),
            ),
        )

    def __str__(self) -> str:
        return self.text[:60]
