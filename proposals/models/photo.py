"""Photos of the place or the idea."""

import secrets
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from proposals.models.writing import SAYS_SOMETHING
from proposals.pictures import redrawn
from proposals.rules import Person, require

if TYPE_CHECKING:
    from proposals.models.proposal import Proposal


def new_name() -> str:
    """A name nobody chose and nobody can guess."""
    return secrets.token_urlsafe(16)


class Photo(models.Model):
    """A photo in two sizes, re-encoded by us, with the words that stand for it where it cannot be seen."""

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.CASCADE, related_name="photos")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    name = models.CharField(max_length=32, unique=True, default=new_name, editable=False)
    large = models.FileField(upload_to="photos")
    small = models.FileField(upload_to="photos")
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    alt = models.CharField(
        _("description of the photo"), max_length=240, help_text=_("What it shows, for those who cannot see it.")
    )

    class Meta:
        ordering = ("pk",)
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        constraints = (
            models.CheckConstraint(condition=models.Q(alt__regex=SAYS_SOMETHING), name="a_photo_is_described"),
        )

    def __str__(self) -> str:
        return self.alt

    @classmethod
    def take(cls, proposal: "Proposal", by: Person, at: datetime, file: IO[bytes], alt: str) -> "Photo":
        """Keep an uploaded picture with a proposal. Raises Refused if it is no picture, too large, or has no words."""
        require(alt.strip(), gettext("Describe what the photo shows, for those who cannot see it."))
        picture = redrawn(file)
        photo = cls(proposal=proposal, by=by, at=at, alt=alt.strip(), width=picture.width, height=picture.height)
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
