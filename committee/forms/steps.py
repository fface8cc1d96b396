"""What a clerk fills in: the dates of the steps of a review."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgeting.models import Cycle
from committee.calendar import Kind, StepWindow
from committee.models import Step
from lib.forms import CityTimeField, DayAndTime


class StepsForm(forms.Form):
    """A beginning and an end for each step; both empty: there is no such step."""

    by_two = forms.BooleanField(
        label=gettext_lazy("One member fills in the card of the formal check, another confirms it"), required=False
    )

    def __init__(self, cycle: Cycle, data: Any = None) -> None:
        kept = {step.kind: step for step in Step.objects.filter(cycle=cycle)}
        initial: dict[str, Any] = {"by_two": any(step.by_two for step in kept.values())}
        for name, step in kept.items():
            initial |= {f"{name}_opens": step.opens, f"{name}_closes": step.closes}
        super().__init__(data, initial=initial)
        for kind in Kind:
            self.fields[f"{kind.value}_opens"] = _moment(_("Begins"))
            self.fields[f"{kind.value}_closes"] = _moment(_("Ends"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for kind in Kind:
            ends = {end: cleaned.get(f"{kind.value}_{end}") for end in ("opens", "closes")}
            if any(ends.values()) and not all(ends.values()):
                missing = next(end for end, moment in ends.items() if not moment)
                name = f"{kind.value}_{missing}"
                if name not in self.errors:
                    self.add_error(name, _("A step has a beginning and an end, or neither."))
        return cleaned

    @property
    def rows(self) -> list[tuple[Kind, forms.BoundField, forms.BoundField]]:
        return [(kind, self[f"{kind.value}_opens"], self[f"{kind.value}_closes"]) for kind in Kind]

    @property
    def steps(self) -> list[StepWindow]:
        cleaned = self.cleaned_data
        dated = [kind for kind in Kind if cleaned[f"{kind.value}_opens"]]
        return [StepWindow(kind, cleaned[f"{kind.value}_opens"], cleaned[f"{kind.value}_closes"]) for kind in dated]


def _moment(label: str) -> CityTimeField:
    return CityTimeField(label=label, required=False, widget=DayAndTime)
