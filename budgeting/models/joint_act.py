"""What takes two people: a row for each act that one has proposed and another confirms."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.models import reference
from budgeting.models.cycle import Cycle

NOTICE = timedelta(hours=24)
"""How long it is announced beforehand that one person is enough."""


class JointAct(models.Model):
    """An act of weight, proposed by one person, to be confirmed by another before it is done.

    `kind` is a value of `budgeting.two.Joint`, `on` the row it is about ("budgeting.contest:7"), `facts` what was typed
    and `plan` what it will do, as it was shown to whoever proposed it: plain data of the room whose act it is. The
    database lets nothing of it change, and settles it once.
    """

    kind = models.CharField(_("what"), max_length=40)
    on = models.CharField(_("on"), max_length=120)
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, null=True, related_name="joint_acts")
    facts = models.JSONField(default=dict)
    plan = models.JSONField(default=dict)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"))
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(_("settled"), null=True)
    confirmed = models.BooleanField(_("confirmed"), null=True)  # or else withdrawn
    alone_by = models.ForeignKey("OneIsEnough", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("proposed_at", "pk")
        verbose_name = _("act of two people")
        verbose_name_plural = _("acts of two people")
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "on"],
                condition=models.Q(settled_at=None),
                name="an_act_waits_once",
                violation_error_message=_("This waits for a second person already."),
            ),
            models.CheckConstraint(
                condition=models.Q(settled_at=None, settled_by=None, confirmed=None)
                | models.Q(settled_at__isnull=False, settled_by__isnull=False, confirmed__isnull=False),
                name="a_settled_act_says_by_whom",
                violation_error_message=_("Whoever settles it says so."),
            ),
            models.CheckConstraint(
                condition=~models.Q(confirmed__isnull=False, confirmed=True)
                | ~models.Q(settled_by__isnull=False, settled_by=models.F("proposed_by"))
                | models.Q(alone_by__isnull=False),
                name="nobody_confirms_what_they_proposed",
                violation_error_message=_("Another person confirms it."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.on}"

    def get_absolute_url(self) -> str:
        return reverse("joint_act", args=[self.pk])

    @property
    def waits(self) -> bool:
        return self.settled_at is None


class OneIsEnough(models.Model):
    """A city says publicly that it has nobody who could confirm: from a day later on, one person is enough."""

    reason = models.TextField(_("public reason"), max_length=500)
    announced_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    announced_at = models.DateTimeField(_("announced"))
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        ordering = ("announced_at", "pk")
        verbose_name = _("announcement that one person is enough")
        verbose_name_plural = _("announcements that one person is enough")
        constraints = (
            models.UniqueConstraint(
                models.Value(True),
                condition=models.Q(revoked_at=None),
                name="one_is_enough_is_said_once",
                violation_error_message=_("It has been announced already that one person is enough."),
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at=None, revoked_by=None)
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="whoever_revokes_says_so",
                violation_error_message=_("Whoever revokes it says so."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.announced_at:%d.%m.%Y}"

    @property
    def from_(self) -> datetime:
        """From when on one person is enough."""
        return self.announced_at + NOTICE

    @classmethod
    def announced(cls) -> Self | None:
        """What was announced and not revoked, be it in effect yet or not."""
        return cls.objects.filter(revoked_at=None).select_related("announced_by").first()

    @classmethod
    def in_effect(cls, at: datetime) -> Self | None:
        found = cls.announced()
        return found if found and found.from_ <= at else None


def acts_on(row: models.Model) -> "models.QuerySet[Any]":
    """The acts of two that are about a row, the oldest first."""
    return JointAct.objects.filter(on=reference(row))
