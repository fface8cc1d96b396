"""What two people did, for a public reason: the columns every such row has, and what the database asks of them."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ByTwo(models.Model):
    """Proposed by one and confirmed by another; `confirmed_by` is empty where one is enough. See budgeting.two.Two."""

    reason = models.TextField(_("public reason"), max_length=500)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True


def a_reason(name: str, sentence: Any) -> models.CheckConstraint:
    """The reason says something."""
    return models.CheckConstraint(condition=Q(reason__regex=r"\S"), name=name, violation_error_message=sentence)


def another_confirms(name: str) -> models.CheckConstraint:
    """Whoever confirms it is not who proposed it."""
    return models.CheckConstraint(
        condition=Q(confirmed_by=None) | (Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("by"))),
        name=name,
        violation_error_message=_("Another person confirms it."),
    )
