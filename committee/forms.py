"""What a member of a committee fills in."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from committee.models import MotionVote, Recusal
from committee.models.motion import OUTCOMES
from lib.forms import MoneyField
from proposals.models import Proposal
from proposals.models.review import LONGEST_DECISION


class MotionForm(forms.Form):
    """A decision as it is put to the vote."""

    outcome = forms.ChoiceField(label=_("Decision"), choices=OUTCOMES, widget=forms.RadioSelect)
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
        help_text=_("Everybody can read it on the proposal's page, once the decision is public."),
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


class VoteForm(forms.Form):
    choice = forms.ChoiceField(label=_("Your vote"), choices=MotionVote.Choice.choices, widget=forms.RadioSelect)


class CorrectionForm(forms.Form):
    asked = forms.CharField(
        label=_("What is to be corrected"),
        max_length=LONGEST_DECISION,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It goes to the author at once, and everybody can read it."),
    )


class RecusalForm(forms.Form):
    interest = forms.ChoiceField(
        label=_("Kind of interest"),
        choices=Recusal.Interest.choices,
        widget=forms.RadioSelect,
        help_text=_("Public: that you take no part in this proposal, and the kind of interest."),
    )
