"""Fields for money, for the city's time and for boundaries."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib import boundaries, money


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


SHARE = re.compile(r"([0-9]{1,9}(?:[.,][0-9]{1,6})?) ?(%?)")
PART = re.compile(r"([0-9]{1,9}) ?/ ?([0-9]{1,9})")


class ShareField(forms.CharField):
    """A share above 0 and at most 1, typed as people write it: "80 %", "80", "33,5%", "4/5". The cleaned value is a
    Fraction, or None if left empty."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=30, **options)
        self.widget.attrs.update({"autocomplete": "off", "size": 8})

    def to_python(self, value: Any) -> Fraction | None:  # type: ignore[override]
        text = " ".join((super().to_python(value) or "").split())
        if not text:
            return None
        share = _share(text)
        if share is None or not 0 < share <= 1:
            raise forms.ValidationError(
                _("“%s” is not a share. Write it in per cent, such as 80 %%, or as a fraction, such as 4/5.") % text
            )
        return share

    def validate(self, value: Any) -> None:
        super().validate("" if value is None else str(value))

    def run_validators(self, value: Any) -> None:
        """The length limits are the text's; to_python has read it already."""

    def prepare_value(self, value: Any) -> Any:
        """In per cent where that is exact."""
        if not isinstance(value, Fraction):
            return value
        percent = value * 10**8  # with six decimals
        return f"{Decimal(int(percent)) / 10**6:f} %" if percent.denominator == 1 else str(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(initial != self.to_python(data))
        except forms.ValidationError:
            return True


def _share(text: str) -> Fraction | None:
    """None where it is none, or could be meant in two ways: 0.8 may be 80 % or not even 1 %."""
    if part := PART.fullmatch(text):
        return Fraction(int(part[1]), int(part[2])) if int(part[2]) else None
    if percent := SHARE.fullmatch(text):
        number = Fraction(percent[1].replace(",", "."))
        return number / 100 if percent[2] or number >= 1 else None
    return None


YEARS = range(2000, 2200)


def _on_whose_clocks() -> str:
    return _("On the city's clocks (%s).") % settings.TIME_ZONE


CITY_CLOCKS = lazy(_on_whose_clocks, str)()
"""Beside a field in which somebody types a moment, in the language of who reads it."""


class DayAndTime(forms.SplitDateTimeWidget):
    """For a CityTimeField: a day and a time as the browser asks for them, each with its name."""

    def __init__(self) -> None:
        day: dict[str, Any] = {"type": "date", "aria-label": gettext_lazy("Day")}
        time: dict[str, Any] = {"type": "time", "aria-label": gettext_lazy("Time")}
        super().__init__(date_attrs=day, time_attrs=time, date_format="%Y-%m-%d")  # the one format of such a field


class CityTimeField(forms.SplitDateTimeField):
    """A day and a time on the city's clocks; aware UTC once cleaned.

    When the clocks change, an hour does not exist and another comes twice. Both are refused, with the reason, and so is
    a year that can only be mistyped: moments are moved and shown on other clocks, and there is no day after the last.
    """

    def compress(self, data_list: Any) -> Any:
        if data_list and data_list[0] and data_list[0].year not in YEARS:
            raise forms.ValidationError(_("Look at the year: %s.") % data_list[0].year)
        try:
            return super().compress(data_list)
        except forms.ValidationError:
            if None in data_list or "" in data_list:
                raise
            raise forms.ValidationError(_why_refused(datetime.combine(*data_list))) from None


class UntouchedMoments(forms.ModelForm[Any]):
    """A moment nobody touches stays as it is: a field shows seconds, and what was done at once has fractions of one."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        times = {name for name, field in self.fields.items() if isinstance(field, CityTimeField)}
        untouched = (times & cleaned.keys() & self.initial.keys()) - set(self.changed_data)
        return {**cleaned, **{name: self.initial[name] for name in untouched}}


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
    """A boundary as map programs save it, pasted. Gives it in its one form: lib/boundaries.py.

    A form that knows the district's name sets it, so that it is found among several: `field.district`.
    """

    district = ""

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        return boundaries.read(value, self.district) if isinstance(value, str) else boundaries.of(value, self.district)

    def bound_data(self, data: Any, _initial: Any) -> Any:
        """What was typed is shown again as it was typed, whatever it is."""
        return data

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else json.dumps(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(initial != self.to_python(data))
        except forms.ValidationError:
            return True
