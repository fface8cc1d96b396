"""What a proposal is: its words, its place, its cost, and where it stands."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.functions import Concat
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from budgeting.models import Contest, Cycle
from budgeting.people import Person
from budgeting.stages import Act
from lib import money
from lib.one_line import OneLine
from lib.refusal import Refused
from proposals.models.outcome import OWN_WORDS
from proposals.models.status import Status
from proposals.models.versions import Version
from proposals.models.withholding import LineField, ProseField, TitleField, as_written

_BLANK = models.Value(" ")


def folded(expression: Any) -> models.Func:
    """Text without accents and in small letters, as it is searched; immutable, so that it may be indexed."""
    return models.Func(expression, function="proposals_fold", output_field=models.TextField())


class Category(models.Model):
    """What kind of thing it is: a park, a school, a street."""

    slug = models.SlugField(_("address"), unique=True)
    name = OneLine(_("name"), max_length=60)

    class Meta:
        ordering = ("name",)
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return self.name


class ProposalText(models.Model):
    """The columns of a proposal, and what can be said of it alone. What people do with it stands by theme beside this.

    `status`, `decided` and `as_of` come with `Proposals.with_status(at)`: where it stands, what the committee said
    last, and at which moment.
    """

    TEXT = ("title", "summary", "description", "category_id", "cost", "upkeep", "beneficiaries")
    PLACE = ("address", "latitude", "longitude")
    IN_VIEW = ("title", "summary", "description", "beneficiaries", "address")  # what may be withheld from it
    EDITABLE = frozenset({*TEXT, *PLACE, "category", "language"})

    status: str
    decided: str | None
    as_of: datetime

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="proposals", editable=False)
    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="proposals")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="proposals"
    )
    title = TitleField(_("title"), max_length=120)
    summary = LineField(_("summary"), max_length=240)
    description = ProseField(_("description"), max_length=20_000, validators=[MaxLengthValidator(20_000)])
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="proposals", verbose_name=_("category")
    )
    cost = models.PositiveBigIntegerField(_("estimated cost"), default=0, help_text=_("In minor units; 0: not yet."))
    upkeep = models.PositiveBigIntegerField(_("upkeep per year"), default=0, help_text=_("In minor units."))
    beneficiaries = LineField(_("who benefits"), max_length=240, blank=True)
    address = LineField(_("place in words"), max_length=200, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    withheld = models.TextField(blank=True, default="", editable=False)  # why; the database keeps it: Withholding
    created_at = models.DateTimeField()
    number = models.PositiveIntegerField(_("number"), null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    # As it is searched. Likeness is looked for in the short text only: over a whole description it takes too long.
    short_text = models.GeneratedField(
        expression=folded(Concat("title", _BLANK, "summary", _BLANK, "address", output_field=models.TextField())),
        output_field=models.TextField(),
        db_persist=True,
    )
    long_text = models.GeneratedField(
        expression=folded("description"), output_field=models.TextField(), db_persist=True
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.cycle_id = self.contest.cycle_id  # kept beside the contest so that numbers can be unique per cycle
        super().save(*args, **kwargs)
        self.forget_status()

    @property
    def slug(self) -> str:
        """Decoration for the address; the number is the identity."""
        return slugify(self.title)[:60].strip("-") or "proposal"

    @property
    def is_draft(self) -> bool:
        return self.number is None

    @property
    def has_place(self) -> bool:
        return self.latitude is not None

    def said_instead(self, field: str) -> str:
        """What stands in place of its text while that is withheld from view; nothing while it is in view."""
        if not self.withheld:
            return ""
        if field == "title":
            return gettext("Proposal %s, withheld from view") % self.number
        if field in ("beneficiaries", "address"):
            return gettext("Withheld from view")
        return gettext("This text is withheld from view: %s") % self.withheld

    def is_by(self, person: Person) -> bool:
        """Is this person the author?"""
        return person.is_authenticated and person.pk == self.author_id

    def written(self, field: str, text: dict[str, Any]) -> str:
        """A field of a version as people read it."""
        if field in self.IN_VIEW and (sentence := self.said_instead(field)):
            return sentence
        value = text.get(field)
        if value in (None, ""):
            return ""
        if field in ("cost", "upkeep"):
            return money.written(value, self.cycle.currency)
        if field == "category_id":
            return str(Category.objects.filter(pk=value).first() or "")
        return str(value)

    def in_words(self, text: dict[str, Any]) -> list[tuple[str, str]]:
        """A version field by field, by the name of each, as people read it."""
        fields: Any = self._meta
        said = [(name.removesuffix("_id"), self.written(name, text)) for name in (*self.TEXT, *self.PLACE)]
        return [(str(fields.get_field(name).verbose_name), words) for name, words in said if words]

    # Where it stands -------------------------------------------------------------------------------------------------

    def status_at(self, at: datetime) -> Status:
        """Where it stands at a moment. Lists and pages load it by `with_status(at)`; else it is asked for here."""
        if self.__dict__.get("as_of") != at:
            proposals: Any = type(self)._default_manager
            standing = proposals.with_status(at).values_list("status", "decided", "as_of")
            self.status, self.decided, self.as_of = standing.get(pk=self.pk)
        return Status(self.status)

    def is_open_for(self, act: Act, at: datetime) -> bool:
        """Has it been submitted and not withdrawn, and does the calendar let people do this with it now?"""
        return not self.is_draft and self.cycle.allows(act, at) and self.status_at(at) != Status.WITHDRAWN

    def forget_status(self) -> None:
        """Something was done that may have changed it."""
        for name in ("status", "decided", "as_of"):
            self.__dict__.pop(name, None)

    @property
    def status_name(self) -> str:
        return str(self.own_word or Status(self.status).label)

    @property
    def own_word(self) -> Any:
        """In words of its own, why it is not on the shortlist: handed to a department, say; else nothing."""
        return OWN_WORDS.get(self.decided or "") if self.status == Status.REJECTED else None  # type: ignore[call-overload]

    # For verbs -------------------------------------------------------------------------------------------------------

    def hold(self) -> None:
        """Lock the row to the end of the transaction and look at it afresh, so that two verbs at once come in turn."""
        try:
            self.refresh_from_db(from_queryset=type(self)._default_manager.select_for_update(no_key=True))
        except ObjectDoesNotExist:
            raise Refused(_("This draft has been thrown away in the meantime.")) from None
        self.forget_status()

    def text(self) -> dict[str, Any]:
        """As it was written, be it in view or not: what is kept as a version."""
        return {name: as_written(getattr(self, name)) for name in (*self.TEXT, *self.PLACE)}

    def keep_version(
        self, *, by: Person | None, at: datetime, consent: bool | None = None, reason: str = ""
    ) -> Version:
        """Keep the text as it stands now, as the next version; with its author's consent or not, if others wrote it."""
        versions = Version.objects.filter(proposal=self.pk)
        last = versions.aggregate(last=models.Max("number"))["last"] or 0
        how = {"by_id": by.pk if by else None, "consent": consent, "reason": reason}
        return Version.objects.create(proposal_id=self.pk, number=last + 1, at=at, text=self.text(), **how)
