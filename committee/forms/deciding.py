"""What a member fills in where their committee decides on a proposal."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from budgeting.people import Person
from committee.forms.costs import EstimateForm
from committee.members import entitled
from committee.models import MotionVote, Recusal
from committee.models.challenge import LONGEST_WORDS
from committee.models.motion import OUTCOMES
from committee.namesakes import told_apart
from lib.forms import CITY_CLOCKS, CityTimeField, DayAndTime
from proposals.models import Ground, Proposal
from proposals.models.review import LONGEST_DECISION


class MotionForm(EstimateForm):
    """A decision as it is put to the vote."""

    ESTIMATE = ("cost", "upkeep", "months", "basis")
    field_order = ("outcome", "ground", "into", "reason", *ESTIMATE)

    outcome = forms.ChoiceField(label=_("Decision"), choices=OUTCOMES, widget=forms.RadioSelect)
    ground = forms.ModelChoiceField(
        Ground.objects.none(),
        label=_("On which of the city’s grounds"),
        empty_label=_("None"),
        required=False,
        help_text=_("One of those listed under the decision. It is public with the reason."),
    )
    into = forms.ModelChoiceField(
        Proposal.objects.none(),
        label=_("Merged into"),
        empty_label=_("No other proposal"),
        required=False,
        help_text=_("Only for a merger."),
    )
    reason = forms.CharField(
        label=_("Public reason"),
        max_length=LONGEST_DECISION,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Everybody can read it on the proposal's page, once the decision is public."),
    )

    def __init__(self, proposal: Proposal, at: datetime, data: Any = None) -> None:
        super().__init__(proposal, data)
        self._offer_grounds()
        neighbours = (
            Proposal.objects.in_view(at).of_cycle(proposal.cycle).filter(contest__district=proposal.contest.district)
        )
        others = neighbours.filter(withdrawal=None).exclude(pk=proposal.pk)
        self.fields["into"].queryset = others  # type: ignore[attr-defined]
        self.fields["into"].label_from_instance = lambda other: f"{other.number}. {other.title}"  # type: ignore[attr-defined]

    @property
    def has_grounds(self) -> bool:
        return "ground" in self.fields

    @property
    def has_estimate(self) -> bool:
        """Is something of it there already, or typed, be it wrong?"""
        return any(self[name].value() not in (None, "") or self[name].errors for name in self.ESTIMATE)

    def _offer_grounds(self) -> None:
        """Under the decision each is for; nothing to choose where the city has none."""
        offered = Ground.objects.offered()
        by_outcome: dict[str, list[tuple[Any, str]]] = {}
        for ground in offered:
            by_outcome.setdefault(ground.get_outcome_display(), []).append((ground.pk, str(ground)))
        if not by_outcome:
            del self.fields["ground"]
            return
        field: Any = self.fields["ground"]
        field.queryset = offered
        field.choices = [("", field.empty_label), *by_outcome.items()]


class VoteForm(forms.Form):
    """`motion`: what they were shown; another may have been put to the vote since."""

    motion = forms.IntegerField(widget=forms.HiddenInput, required=False)
    choice = forms.ChoiceField(label=_("Your vote"), choices=MotionVote.Choice.choices, widget=forms.RadioSelect)


class CorrectionForm(forms.Form):
    """What is asked of the author, and by when."""

    asked = forms.CharField(
        label=_("What is to be corrected"),
        max_length=LONGEST_DECISION,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It goes to the author at once, and everybody can read it."),
    )
    until = CityTimeField(
        label=_("By when"),
        required=False,
        widget=DayAndTime,
        help_text=format_lazy("{} {}", _("Before the review closes. Empty: within a week."), CITY_CLOCKS),
    )


class RecusalForm(forms.Form):
    interest = forms.ChoiceField(
        label=_("Kind of interest"),
        choices=Recusal.Interest.choices,
        widget=forms.RadioSelect,
        help_text=_("Public: that you take no part in this proposal, and the kind of interest."),
    )


class ChallengeForm(forms.Form):
    """Who is said to have which interest."""

    member = forms.TypedChoiceField(label=_("Member"), coerce=int)
    interest = forms.ChoiceField(
        label=_("Kind of interest"),
        choices=Recusal.Interest.choices,
        widget=forms.RadioSelect,
        help_text=_("Public, if it is upheld: that they take no part in this proposal, and the kind of interest."),
    )
    in_confidence = forms.CharField(
        label=_("What you know of it"),
        max_length=LONGEST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Only whoever settles it reads this. It is never public."),
    )

    def __init__(self, proposal: Proposal, data: Any = None, *, by: Person) -> None:
        super().__init__(data)
        members = entitled(proposal).exclude(pk=by.pk)
        self.fields["member"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a member")),
            *told_apart(members, proposal.cycle).items(),
        ]
