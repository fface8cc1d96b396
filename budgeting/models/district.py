"""The parts of the city that have money of their own."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from budgeting.pages import is_no_page
from lib import boundaries
from lib.geography import feature
from lib.names import one_form
from lib.one_line import OneLine

NAME_TAKEN = _("Another district has this name already, but for the way it is written.")


class District(models.Model):
    """A part of the city with its own money; one may be the whole city."""

    slug = models.SlugField(_("address"), unique=True)
    name = OneLine(_("name"), max_length=120)
    boundary = models.JSONField(_("boundary"), null=True, blank=True, help_text=_("A GeoJSON Polygon or MultiPolygon."))
    population = models.PositiveIntegerField(_("population"), default=0)
    city_wide = models.BooleanField(_("city-wide"), default=False)

    class Meta:
        ordering = ("-city_wide", "name")
        verbose_name = _("district")
        verbose_name_plural = _("districts")
        constraints = (
            models.UniqueConstraint(
                fields=["city_wide"],
                condition=models.Q(city_wide=True),
                name="one_district_is_city_wide",
                violation_error_message=_("Another district is already the city-wide one."),
            ),
            is_no_page("a_district_is_no_page"),
            models.UniqueConstraint(
                Lower("name"), name="two_districts_have_two_names", violation_error_message=NAME_TAKEN
            ),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A contest that goes by its district's address goes on doing so."""
        before = District.objects.filter(pk=self.pk).values_list("slug", flat=True).first()
        with transaction.atomic():
            super().save(*args, **kwargs)
            if before not in (None, self.slug):
                self.contests.filter(slug=before).update(slug=self.slug)

    @property
    def can_be_drawn(self) -> bool:
        return boundaries.shape_of(self.boundary) is not None

    @classmethod
    def called(cls, name: str) -> "list[District]":
        """Those of that name, however it is written: a register names them so."""
        return [district for district in cls.objects.all() if one_form(district.name) == one_form(name)]

    def clean(self) -> None:
        """What only a reader of GeoJSON or of names can see, and that no address leads to two places."""
        if any(other.pk != self.pk for other in District.called(self.name)):
            raise ValidationError({"name": NAME_TAKEN})
        if self.boundary is not None:
            others = District.objects.exclude(pk=self.pk).exclude(boundary=None).values_list("boundary", flat=True)
            try:
                self.boundary = boundaries.of(self.boundary, self.name)
                boundaries.refuse_elsewhere(self.boundary, [each for each in others if each])
            except ValidationError as error:
                raise ValidationError({"boundary": error}) from None
        if District.objects.filter(contests__slug=self.slug).exclude(pk=self.pk).exists():
            raise ValidationError({"slug": _("A contest of another district has this address already.")})


def boundaries_of(districts: Iterable[District]) -> list[dict[str, Any]]:
    """The boundaries of districts as GeoJSON features, where they are known and can be drawn."""
    return [feature(each.boundary, name=each.name) for each in districts if each.boundary and each.can_be_drawn]
