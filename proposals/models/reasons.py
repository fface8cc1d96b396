"""Reasons: how long they are, and ours for hiding something."""

from django.db import models
from django.utils.translation import gettext_lazy as _

SAYS_SOMETHING = r"\S"  # a reason of blanks is no reason
LONGEST_REASON = 1_000  # characters


class Reason(models.TextChoices):
    """Why something is hidden, where the city has no grounds of its own for it (ground.py)."""

    INSULT = "insult", _("It insults or threatens people.")
    PRIVATE = "private", _("It shows or tells what is private of somebody.")
    ACCUSES = "accuses", _("It accuses somebody of something.")
    FOREIGN = "foreign", _("It belongs to somebody who has not allowed it.")
    AD = "ad", _("It is advertising.")
    ASTRAY = "astray", _("It has nothing to do with the budget.")
    UNREADABLE = "unreadable", _("It cannot be read or understood.")
    OTHER = "other", _("Another reason, in words")
