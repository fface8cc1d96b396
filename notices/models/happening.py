"""What happened, and who is told of it."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from audit.models import reference
from budgeting.people import Person
from notices.kinds import Kind, telling_of

KEPT_FOR = timedelta(days=180)


class Happening(models.Model):
    """Something happened of which somebody should hear: one row, for however many, in the transaction of the act.

    The worker sees who may hear of it, and writes each a notice (notices/spreading.py).
    """

    kind = models.CharField(max_length=40)  # a value of Kind
    thing = models.CharField(max_length=80)  # what it happened to, as the audit log names it
    facts = models.JSONField(default=dict)  # what nobody could ask the thing for later
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    spread_to = models.BigIntegerField(default=0)  # who has their notice so far, by key; 0 once all have
    spread_at = models.DateTimeField(null=True)  # when all had

    class Meta:
        ordering = ("pk",)
        verbose_name = _("happening")
        verbose_name_plural = _("happenings")
        indexes = (models.Index(name="happenings_to_spread", fields=["id"], condition=models.Q(spread_at=None)),)

    def __str__(self) -> str:
        return f"{self.kind}: {self.thing}"

    @classmethod
    def note(cls, kind: Kind, thing: models.Model, *, at: datetime, by: Person | None = None, **facts: Any) -> None:
        """It happened: to be called in the transaction of the act. Whoever did it is not told."""
        cls.objects.create(kind=kind, thing=reference(thing), by_id=by.pk if by else None, at=at, facts=facts)

    @classmethod
    @transaction.atomic
    def once(cls, kind: Kind, thing: models.Model, *, at: datetime, **facts: Any) -> bool:
        """It happened, unless that was noted before: for what the clock brings about, and nobody does. Is it new?

        With other `facts`, such as another date, it is another thing that happened.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('happenings'), hashtext(%s))", [reference(thing)])
        if cls.objects.filter(kind=kind, thing=reference(thing), facts=facts).exists():
            return False
        cls.note(kind, thing, at=at, **facts)
        return True

    @classmethod
    def ever(cls, kind: Kind, thing: models.Model, *, at: datetime) -> "Happening":
        """The one row of what happens to it again and again, which is made when it first does."""
        happenings = cls.objects.filter(kind=kind, thing=reference(thing))
        if (stands := happenings.first()) is None:
            cls.once(kind, thing, at=at)
            stands = happenings.get()
        return stands

    @classmethod
    def is_over(
        cls, kind: Kind, thing: models.Model, *, at: datetime, but_the_last: bool = False, **facts: Any
    ) -> None:
        """What was said of it holds no longer: it rings no bell any more, and whoever was not told yet never is.

        In the transaction of the act that ends it; `but_the_last` where that is noted as the same kind of thing.
        """
        found = cls.objects.filter(kind=kind, thing=reference(thing), facts__contains=facts)
        said = list(found.values_list("pk", flat=True))
        said = said[:-1] if but_the_last else said
        cls.objects.filter(pk__in=said, spread_at=None).update(spread_to=0, spread_at=at)
        Notice.objects.filter(happening__in=said, read_at=None).update(read_at=at)

    @cached_property
    def subject(self) -> Any:
        """The thing itself, as it is now; None if it is gone."""
        key = self.thing.rpartition(":")[2]
        return telling_of(self.kind).about._base_manager.filter(pk=key).first()

    @classmethod
    def forget_old(cls, at: datetime) -> int:
        """Delete what happened long ago, with its notices. How many that were."""
        return cls.objects.filter(at__lt=at - KEPT_FOR).exclude(spread_at=None).delete()[0]


class Notices(models.QuerySet["Notice"]):
    def on_the_site(self, reader: Person) -> "Notices":
        """What this person finds under the bell, the newest first."""
        mine = self.filter(reader=reader.pk, on_the_site=True)
        return mine.select_related("happening", "reader").order_by("-happening__at", "-happening")

    def unread(self) -> "Notices":
        return self.filter(read_at=None)


def unread_by(person: Person) -> int:
    """How many notices of this person are new, up to a hundred: nobody reads a longer number."""
    mine = Notice.objects.filter(reader=person.pk, on_the_site=True).unread()
    return mine[:100].count()


class Notice(models.Model):
    """One person is told of one happening: on the site, by a mail, or both."""

    happening = models.ForeignKey(Happening, on_delete=models.CASCADE, related_name="notices")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    mail = models.ForeignKey("notices.Mail", on_delete=models.SET_NULL, null=True, related_name="notices")
    on_the_site = models.BooleanField(default=True)
    read_at = models.DateTimeField(null=True)

    objects = Notices.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = (models.Index(name="unread_notices", fields=["reader"], condition=models.Q(read_at=None)),)
        constraints = (
            models.UniqueConstraint(
                name="everybody_is_told_once",
                fields=["happening", "reader"],
                violation_error_message=_("This person has been told already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.reader_id}: {self.happening_id}"
