"""What a member fills in of the cost: as they assess it, and as it is put to the vote."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from committee.models.estimate import LONGEST_BASIS, LONGEST_WAY, NOT_ALONE
from lib.forms import MoneyField
from proposals.models import Proposal


class EstimateForm(forms.Form):
    """Price, upkeep, months and why. Starts from the latest assessment."""

    cost = MoneyField(
        label=_("Cost as the committee estimates it"),
        least=1,
        required=False,
        help_text=_("To build it, with its first year. Empty: as the author wrote."),
    )
    upkeep = MoneyField(
        label=_("Upkeep per year as the committee estimates it"),
        required=False,
        help_text=_("Empty: as the author wrote."),
    )
    months = forms.IntegerField(
        label=_("Months until it is done"),
        min_value=1,
        max_value=LONGEST_WAY,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    basis = forms.CharField(
        label=_("What the estimate rests on"),
        max_length=LONGEST_BASIS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Offers, similar projects, prices. Everybody can read it with the decision, if it is voted on."),
    )

    def __init__(self, proposal: Proposal, data: Any = None) -> None:
        latest = proposal.cost_assessments.last()
        super().__init__(data, initial=latest.figures if latest else {})
        for name in ("cost", "upkeep"):
            self.fields[name].currency = proposal.cycle.currency  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        more = any(cleaned.get(name) not in (None, "") for name in ("upkeep", "months", "basis"))
        if more and "cost" in cleaned and cleaned["cost"] is None:
            self.add_error("cost", NOT_ALONE)
        return cleaned


class CostForm(EstimateForm):
    """A cost as a member assesses it, with what it rests on."""

    def __init__(self, proposal: Proposal, data: Any = None) -> None:
        super().__init__(proposal, data)
        self.fields["cost"].required = self.fields["basis"].required = True
        self.fields["cost"].help_text = _("To build it, with its first year.")
