"""The words that stand where a district or a contest stands in an address: /2027/board/ is no district."""

from django.db import models
from django.utils.translation import gettext_lazy as _

# A test compares them with the addresses there are.
WORDS = ("board", "box", "committee", "proposals", "results", "shortlist")


def is_no_page(name: str) -> models.CheckConstraint:
    """A constraint on a noun whose slug stands right after the cycle's in addresses."""
    return models.CheckConstraint(
        name=name,
        condition=~models.Q(slug__in=WORDS),
        violation_error_message=_("A page of each cycle has this address already. Choose another."),
    )
