"""Where a proposal stands, in a word."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Where a proposal stands. Derived from the rows about it (`Proposals.with_status`); nothing stores it."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned to the author")
    SHORTLISTED = "shortlisted", _("Shortlisted")
    REJECTED = "rejected", _("Not shortlisted")
    MERGED = "merged", _("Merged into another")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    FUNDED = "funded", _("Funded")
    NOT_FUNDED = "not-funded", _("Not funded")
    DELIVERED = "delivered", _("Delivered")


GONE = (Status.WITHDRAWN, Status.MERGED)
WON = (Status.FUNDED, Status.DELIVERED)
