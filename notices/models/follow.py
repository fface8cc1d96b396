"""Who wants to hear of what, and how."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from audit.models import reference
from budgeting.people import Person
from notices.kinds import Way


class Follows(models.QuerySet["Follow"]):
    def of_any(self, *things: models.Model) -> "Follows":
        """Those of any of these things who have not stopped."""
        return self.filter(thing__in=[reference(thing) for thing in things], stopped_at=None)

    def of_the_outer(self, model: type[models.Model]) -> "Follows":
        """Those, not stopped, of the row of a model that the outer query looks at."""
        key = Cast(models.OuterRef("pk"), models.CharField())
        return self.filter(thing=Concat(models.Value(f"{model._meta.label_lower}:"), key), stopped_at=None)

    def already(self, at: datetime) -> "Follows":
        """Those who had begun by then."""
        return self.filter(at__lte=at)


class Follow(models.Model):
    """Somebody wants to hear of a thing. Who stopped keeps the row, so that it does not begin again by itself."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    thing = models.CharField(max_length=80)  # as the audit log names it: "proposals.proposal:12"
    at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)

    objects = Follows.as_manager()

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")
        indexes = (models.Index(name="followers", fields=["thing", "user"], condition=models.Q(stopped_at=None)),)
        constraints = (
            models.UniqueConstraint(
                name="a_thing_is_followed_once",
                fields=["user", "thing"],
                violation_error_message=_("You follow this already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id}: {self.thing}"

    @classmethod
    def begin(cls, thing: models.Model, *, by: Person, at: datetime) -> None:
        """Follow it, also after having stopped."""
        again = {"at": at, "stopped_at": None}
        cls.objects.update_or_create(user_id=by.pk, thing=reference(thing), defaults=again)

    @classmethod
    def by_itself(cls, thing: models.Model, *, user: int | None, at: datetime) -> None:
        """Whoever wrote or commented follows, unless they have stopped before."""
        if user is not None:
            mine = Follow(user_id=user, thing=reference(thing), at=at)
            Follow.objects.bulk_create([mine], ignore_conflicts=True)

    @classmethod
    def stop(cls, thing: str, *, by: Person, at: datetime) -> None:
        cls.objects.filter(user=by.pk, thing=thing, stopped_at=None).update(stopped_at=at)


class Choice(models.Model):
    """How somebody wants to hear of one kind of thing; who has chosen nothing hears as the kind has it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    way = models.CharField(max_length=10, choices=Way)

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        constraints = (
            models.UniqueConstraint(
                name="one_way_for_each_kind",
                fields=["user", "kind"],
                violation_error_message=_("This is chosen already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id}: {self.kind}, {self.way}"

    @classmethod
    def make(cls, user: int, kind: str, way: str) -> None:
        cls.objects.update_or_create(user_id=user, kind=kind, defaults={"way": way})
