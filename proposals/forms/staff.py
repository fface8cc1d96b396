"""What the committee and the clerks fill in."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lib.forms import MoneyField
from proposals.models import Decision, Milestone, Proposal
from proposals.models.review import LONGEST_DECISION


class DecisionForm(forms.Form):
    """The committee's word."""

    outcome = forms.ChoiceField(label=_("Decision"), choices=Decision.Outcome.choices, widget=forms.RadioSelect)
    into = forms.ModelChoiceField(
        Proposal.objects.none(),
        label=_("Merged into"),
        empty_label=_("No other proposal"),
        required=False,
        help_text=_("Only for a merger."),
    )
    cost = MoneyField(
        label=_("Cost as the committee estimates it"),
        least=1,
        required=False,
        help_text=_("Empty: as the author wrote."),
    )
    reason = forms.CharField(
        label=_("Public reason"),
        max_length=LONGEST_DECISION,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Everybody can read it on the proposal's page."),
    )

    def __init__(self, proposal: Proposal, at: datetime, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        neighbours = (
            Proposal.objects.in_view(at).of_cycle(proposal.cycle).filter(contest__district=proposal.contest.district)
        )
        others = neighbours.filter(withdrawal=None).exclude(pk=proposal.pk)
        self.fields["into"].queryset = others  # type: ignore[attr-defined]
        self.fields["into"].label_from_instance = lambda other: f"{other.number}. {other.title}"  # type: ignore[attr-defined]
        self.fields["cost"].currency = proposal.cycle.currency  # type: ignore[attr-defined]


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
