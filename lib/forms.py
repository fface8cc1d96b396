"""Fields for money, for the city's time and for boundaries."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lib import money


class MoneyField(forms.CharField):
    """An amount typed as people write it; the cleaned value is an integer of minor units, or None if left empty.

    The currency is ISO 4217. A form that learns it late sets it: `form.fields["cost"].currency = cycle.currency`.
    """

    def __init__(self, *, currency: str = "EUR", least: int = 0, most: int | None = None, **options: Any) -> None:
        super().__init__(max_length=30, **options)
        self.currency, self.least, self.most = currency, least, most
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off", "size": 16})

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]
        text = super().to_python(value)
        if not text:
            return None
        try:
            return money.read(text, self.currency)
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from None

    def validate(self, value: Any) -> None:
        super().validate("" if value is None else str(value))
        if value is None:
            return
        if value < self.least:
            raise forms.ValidationError(_("Give at least %s.") % money.written(self.least, self.currency))
        if self.most is not None and value > self.most:
            raise forms.ValidationError(_("Give at most %s.") % money.written(self.most, self.currency))

    def run_validators(self, value: Any) -> None:
        """The length limits are the text's; to_python has read it already."""

    def prepare_value(self, value: Any) -> Any:
        return money.figures(value, self.currency) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return initial != self.to_python(data)
        except forms.ValidationError:
            return True


class CityTimeField(forms.SplitDateTimeField):
    """A day and a time on the city's clocks; aware UTC once cleaned.

    When the clocks change, an hour does not exist and another comes twice. Both are refused, with the reason.
    """

    def compress(self, data_list: Any) -> Any:
        try:
            return super().compress(data_list)
        except forms.ValidationError:
            if None in data_list or "" in data_list:
                raise
            raise forms.ValidationError(_why_refused(datetime.combine(*data_list))) from None


def _why_refused(local: datetime) -> str:
    zone = timezone.get_current_timezone()
    there_and_back = local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    said = {"moment": date_format(local, "l j F Y, H:i"), "zone": zone}
    if there_and_back != local:
        return (
            _("%(moment)s does not exist in %(zone)s: the clocks go forward. Choose a time outside that hour.") % said
        )
    return _("%(moment)s comes twice in %(zone)s: the clocks go back. Choose a time outside that hour.") % said


class BoundaryField(forms.JSONField):
    """GeoJSON as map programs save it: a geometry, a Feature, or a collection of one Feature. Gives the geometry."""

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        if (
            isinstance(found, dict)
            and found.get("type") == "FeatureCollection"
            and len(found.get("features") or ()) == 1
        ):
            found = found["features"][0]
        if isinstance(found, dict) and found.get("type") == "Feature":
            found = found.get("geometry")
        return found
