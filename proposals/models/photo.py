"""Photos of the place or the idea."""

import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from budgeting.people import Person
from lib.safe_image import Picture
from proposals.models.may_be_hidden import MayBeHidden
from proposals.models.reasons import SAYS_SOMETHING
from proposals.models.withholding import LineField

MOST_PHOTOS = 5  # of one proposal


class Photo(MayBeHidden):
    """A photo in two sizes, re-encoded by us, with the words that stand for it where it cannot be seen."""

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.CASCADE, related_name="photos")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    name = models.CharField(max_length=32, unique=True, editable=False)
    large = models.FileField(upload_to="photos")
    small = models.FileField(upload_to="photos")
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    withheld = models.TextField(blank=True, default="", editable=False)  # why; the database keeps it: Withholding
    alt = LineField(
        _("description of the photo"), max_length=240, help_text=_("What it shows, for those who cannot see it.")
    )

    class Meta:
        ordering = ("pk",)
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        constraints = (
            models.CheckConstraint(
                name="a_photo_is_described",
                condition=models.Q(alt__regex=SAYS_SOMETHING),
                violation_error_message=_("Describe what the photo shows, for those who cannot see it."),
            ),
        )

    def __str__(self) -> str:
        return self.alt

    def said_instead(self, field: str) -> str:
        """What stands in place of its words, and of itself, while it is withheld from view or hidden."""
        if self.withheld:
            return gettext("This photo is withheld from view: %s") % self.withheld
        return gettext("This photo is hidden: %s") % self.hiding.reason if self.hiding else ""

    @property
    def in_view(self) -> bool:
        return not self.withheld and not self.hiding_id

    def why_not_hidden_by_one(self, at: datetime) -> str:
        return self.proposal.why_not_hidden_in_part()

    @classmethod
    def take(cls, proposal: int, *, by: Person, at: datetime, picture: Picture, alt: str) -> "Photo":
        """Keep a picture with a proposal (its key), under a name nobody chose and nobody can guess."""
        size = {"width": picture.width, "height": picture.height}
        name = secrets.token_urlsafe(16)
        photo = cls(proposal_id=proposal, by_id=by.pk, at=at, name=name, alt=alt.strip(), **size)
        photo.large.save(f"{photo.name}.jpg", ContentFile(picture.large), save=False)
        photo.small.save(f"{photo.name}-small.jpg", ContentFile(picture.small), save=False)
        photo.save()
        return photo

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self.large.delete(save=False)
        self.small.delete(save=False)
        return super().delete(*args, **kwargs)

    @property
    def address(self) -> str:
        return reverse("photo", args=[self.name, "large"])

    @property
    def small_address(self) -> str:
        return reverse("photo", args=[self.name, "small"])
