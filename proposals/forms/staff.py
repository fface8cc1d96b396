"""What clerks fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lib.forms import MoneyField
from proposals.models import Milestone, Proposal


class WithholdingForm(forms.Form):
    """What of a proposal is withheld from view, or shown again, and why."""

    what = forms.ChoiceField(label=_("What"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Public reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Everybody reads it in place of what is withheld. Do not repeat there what must not be read."),
    )

    def __init__(self, possible: dict[str, tuple[Any, Any, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["what"].choices = [(name, words) for name, (_kind, _about, words) in possible.items()]  # type: ignore[attr-defined]


class MilestoneForm(forms.ModelForm[Milestone]):
    final_cost = MoneyField(label=_("Final cost"), required=False, help_text=_("When it is delivered."))

    class Meta:
        model = Milestone
        fields = ("kind", "on", "note", "percent", "final_cost")
        help_texts = {"on": _("The day it happened, or is planned for. Of a delay: the new date.")}
        widgets = {
            "kind": forms.RadioSelect,
            "on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "note": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, proposal: Proposal, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = Milestone.Kind.choices  # type: ignore[attr-defined]
        self.fields["final_cost"].currency = proposal.cycle.currency  # type: ignore[attr-defined]
