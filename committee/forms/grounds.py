"""What a clerk fills in of the city's own grounds for decisions."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from proposals.models.ground import FOR, LONGEST_GROUND


class GroundForm(forms.Form):
    """A ground for decisions, in each language of the site."""

    outcome = forms.ChoiceField(label=_("For which decision"), choices=FOR)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for code, language in settings.LANGUAGES:
            self.fields[f"words_{code}"] = forms.CharField(
                label=format_lazy("{}: {}", _("The ground"), language), max_length=LONGEST_GROUND
            )

    @property
    def words(self) -> dict[str, str]:
        return {code: self.cleaned_data[f"words_{code}"] for code, _name in settings.LANGUAGES}
