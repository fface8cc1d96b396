"""The register of residents, as keyed digests, and the imports that make it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from budgeting.models import Cycle, District
from budgeting.people import Person
from budgeting.stages import Act, Stage
from lib.names import FORM, forms
from residents.birth_dates import BirthDate, year_of
from residents.digests import identifier_digest, person_digest


class AgeBand(models.TextChoices):
    """Age at the opening of the vote, as coarse as turnout statistics need it."""

    UNDER_18 = "0-17", _("under 18")
    FROM_18 = "18-29", _("18 to 29")
    FROM_30 = "30-44", _("30 to 44")
    FROM_45 = "45-64", _("45 to 64")
    FROM_65 = "65+", _("65 and over")

    @classmethod
    def of(cls, age: int) -> "AgeBand":
        """The band of an age in whole years."""
        starts = {18: cls.FROM_18, 30: cls.FROM_30, 45: cls.FROM_45, 65: cls.FROM_65}
        return next((band for start, band in reversed(starts.items()) if age >= start), cls.UNDER_18)


def first_day(cycle: Cycle) -> date | None:
    """The day in the city on which ages count: when voting opens, or the first phase if voting has no date yet."""
    window = cycle.window(Stage.VOTING) or min(cycle.windows(), key=lambda window: window.opens, default=None)
    return localdate(window.opens) if window else None


class Residents(models.QuerySet["Resident"]):
    """What may be asked of many lines of the register."""

    def on_register(self, cycle: Cycle) -> "Residents":
        """The lines of a cycle's register as it stands: without those that a later import has marked as gone."""
        return self.filter(cycle=cycle, removed_at=None)

    def that_vote_nowhere(self, cycle: Cycle) -> "Residents":
        """Those in whose district this cycle has no contest, where it has some, and none of the whole city."""
        contests = cycle.contests.all()
        if not contests or contests.filter(district__city_wide=True).exists():
            return self.none()
        return self.exclude(district__in=contests.values("district"))

    def unverified(self) -> "Residents":
        """Those no account is tied to."""
        return self.filter(verification=None)


class Resident(models.Model):
    """One line of a cycle's register: who may vote where. No name, number or date of birth, only keyed digests."""

    AgeBand = AgeBand

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="residents")
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="residents")
    # Both gone once the cycle is over (residents/retention.py).
    identifier_digest = models.BinaryField(max_length=32, null=True)
    person_digest = models.BinaryField(max_length=32, null=True)
    age_band = models.CharField(_("age band"), max_length=5, choices=AgeBand)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    objects = Residents.as_manager()

    class Meta:
        verbose_name = _("resident")
        verbose_name_plural = _("residents")
        constraints = (
            models.UniqueConstraint(
                fields=["cycle", "identifier_digest"],
                name="one_line_per_identifier_and_cycle",
                violation_error_message=_("Another line of this cycle's register has this number already."),
            ),
            models.CheckConstraint(
                condition=models.Q(identifier_digest=None, person_digest=None)
                | models.Q(identifier_digest__isnull=False, person_digest__isnull=False),
                name="a_line_is_forgotten_as_a_whole",
                violation_error_message=_("A line of the register is known by both digests, or forgotten."),
            ),
        )

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def known_by(self) -> tuple[bytes, bytes]:
        """The digests of its identifier and of its person; empty once the line is forgotten."""
        return bytes(self.identifier_digest or b""), bytes(self.person_digest or b"")

    @classmethod
    def matching(cls, cycle: Cycle, identifier: str, name: str, born: BirthDate) -> "Resident | None":
        """The line of the register where all three stand together; None tells nothing about any of them.

        Where the register knows the year of birth alone, a day of it is right; where a name has an apostrophe, a blank
        or nothing may stand for it.
        """
        number = identifier_digest(cycle, identifier)
        people = [person_digest(cycle, each, day) for each in forms(name) for day in (born, year_of(born))]
        known = models.Q(identifier_digest=number) | models.Q(joined_to_it__ended__identifier_digest=number)
        return cls.objects.on_register(cycle).filter(known, person_digest__in=people).first()


class StandingRegister(models.Model):
    """A register whose key was given up as lost when ballots had been cast: lines and ties stand until the count.

    Nothing is imported into it, no letter is made and nobody is tied any more: with another key everybody would be a
    new line, and nothing could tell who has voted.
    """

    cycle = models.OneToOneField(Cycle, on_delete=models.PROTECT, related_name="standing_register")
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("standing register")
        verbose_name_plural = _("standing registers")

    def __str__(self) -> str:
        return str(self.cycle)

    @classmethod
    def why(cls, cycle: Cycle) -> str:
        """Why this cycle's register stands as it is, in a sentence; empty if it does not."""
        if not cls.objects.filter(cycle=cycle).exists():
            return ""
        return gettext(
            "The key of this cycle's register was lost after ballots had been cast, so its lines, and whose they are, "
            "stand until the count: nothing is imported, no letter is made and nobody more is verified, because "
            "nothing could tell who has voted."
        )

    @classmethod
    def shutting_out(cls, person: Person, at: datetime) -> list[Cycle]:
        """The cycles in which people would be verified now, were it not for this, and this person is not."""
        standing = Cycle.objects.filter(standing_register__isnull=False)
        if person.is_authenticated:
            tied = Resident.objects.filter(verification__user=person.pk, removed_at=None)
            standing = standing.exclude(pk__in=tied.values("cycle"))
        return [cycle for cycle in standing if cycle.allows(Act.VERIFY, at)]


class RegisterImports(models.QuerySet["RegisterImport"]):
    def waiting(self) -> "RegisterImports":
        """Those neither confirmed nor dropped."""
        return self.filter(confirmed_at=None, dropped_at=None)

    def that_made(self, cycles: Iterable[Cycle]) -> "dict[int, RegisterImport]":
        """By cycle the last confirmed one, in one query: a file is the whole register."""
        confirmed = self.filter(cycle__in=cycles).exclude(confirmed_at=None)
        return {each.cycle_id: each for each in confirmed.order_by("confirmed_at", "pk")}


class RegisterImport(models.Model):
    """A file a clerk uploaded, as a preview to confirm or drop: counts and rejected lines, never the file."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="register_imports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("uploaded"))
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    years_alone = models.PositiveIntegerField(default=0)  # lines of which the year of birth alone is known
    very_old = models.PositiveIntegerField(default=0)  # lines of people older than OLD
    carried = models.PositiveIntegerField(default=0)  # lines that went on under another identifier
    # The day the ages were worked out for: birth dates are not kept, so for another day the file is needed again.
    ages_on = models.DateField(_("ages on"), null=True)
    name_form = models.PositiveSmallIntegerField(default=1)  # lib.names.FORM, by which names were read
    columns = models.JSONField(default=dict)  # what was read, with the title it stood under: {"name": "Nom"}
    unread = models.JSONField(default=list)  # titles of columns that were not read
    rejected = models.JSONField(default=list)  # [{"line": 7, "column": "birth_date", "reason": "…"}], never a value
    confirmed_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    objects = RegisterImports.as_manager()

    class Meta:
        verbose_name = _("import of the register")
        verbose_name_plural = _("imports of the register")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(confirmed_at=None) | models.Q(dropped_at=None),
                name="an_import_is_confirmed_or_dropped",
                violation_error_message=_("This upload has been confirmed or dropped already."),
            ),
            models.UniqueConstraint(
                fields=["cycle"],
                condition=models.Q(confirmed_at=None, dropped_at=None),
                name="one_import_waits_per_cycle",
                violation_error_message=_("Another upload waits for this cycle. Confirm it or drop it first."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.cycle}, {self.at:%Y-%m-%d %H:%M}"

    @classmethod
    def why_anew(cls, cycles: Sequence[Cycle]) -> list[tuple[Cycle, str]]:
        """Each cycle, and in a sentence why its register has to be imported anew; empty if ages and names are right.

        Of a register made before the day was kept, nobody knows it.
        """
        made, none = cls.objects.that_made(cycles), cls(name_form=FORM)
        return [(cycle, made.get(cycle.pk, none)._why_anew(first_day(cycle))) for cycle in cycles]

    def _why_anew(self, opens: date | None) -> str:
        return " ".join(filter(None, (self.why_ages_are_wrong(opens), self._why_names_are_wrong())))

    def _why_names_are_wrong(self) -> str:
        """What to do where names are compared in another form by now; or ""."""
        if self.name_form == FORM:
            return ""
        return gettext(
            "Names with rare signs are compared in another way since this register was imported: import it anew, so "
            "that nobody is turned away at the desk for theirs."
        )

    def why_ages_are_wrong(self, opens: date | None) -> str:
        """What to do where they were worked out for another day than the vote's first; or ""."""
        if self.ages_on is None or opens is None or self.ages_on == opens:
            return ""
        return gettext(
            "The ages on the register are those of %(then)s, but voting opens on %(first)s: import the register anew, "
            "so that the turnout by age is right."
        ) % {"then": date_format(self.ages_on), "first": date_format(opens)}

    @property
    def is_waiting(self) -> bool:
        return self.confirmed_at is None and self.dropped_at is None


class StagedLine(models.Model):
    """A line of an import that waits to be confirmed: the digests a Resident would get. An unlogged table.

    `same_as`: the line of the register it seems to go on with, under another identifier (residents/same_people.py).
    """

    register_import = models.ForeignKey(RegisterImport, on_delete=models.CASCADE, related_name="staged")
    line = models.PositiveIntegerField()
    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="+")
    identifier_digest = models.BinaryField(max_length=32)
    person_digest = models.BinaryField(max_length=32)
    age_band = models.CharField(max_length=5, choices=AgeBand)
    same_as = models.ForeignKey(Resident, on_delete=models.CASCADE, null=True, db_index=False, related_name="+")

    class Meta:
        verbose_name = _("staged line")
        verbose_name_plural = _("staged lines")
        indexes = (models.Index(fields=["register_import", "identifier_digest"], name="staged_by_digest"),)

    def __str__(self) -> str:
        return f"#{self.pk}"
