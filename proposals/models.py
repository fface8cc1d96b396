"""What we might build."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from budgeting.models import Contest


class Category(models.Model):
    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        ordering = ("name",)
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return self.name


class Proposal(models.Model):
    """Something a resident proposes to build in a district. Its status is derived, never stored."""

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="proposals")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="proposals"
    )
    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(_("summary"), max_length=240)
    description = models.TextField(_("description"))
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="proposals")
    cost = models.PositiveBigIntegerField(_("estimated cost"), help_text=_("In minor units."))
    upkeep = models.PositiveBigIntegerField(_("upkeep per year"), default=0)
    beneficiaries = models.CharField(_("who benefits"), max_length=240, blank=True)
    address = models.CharField(_("place in words"), max_length=200, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    language = models.CharField(max_length=10, default="en")
    created_at = models.DateTimeField()
    number = models.PositiveIntegerField(_("number"), null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("number", "pk")
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(number__isnull=True, submitted_at__isnull=True)
                | models.Q(number__isnull=False, submitted_at__isnull=False),
                name="a_submitted_proposal_has_a_number",
            ),
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="a_place_has_both_coordinates",
            ),
        )

    def __str__(self) -> str:
        return self.title
