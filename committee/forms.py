"""What a member of a committee fills in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from budgeting.models import District
from budgeting.people import Person
from committee.card_files import MOST_BYTES, MOST_ROWS
from committee.cost_form import EstimateForm
from committee.members import entitled
from committee.models import Assignment, MotionVote, Recusal
from committee.models.assignment import LONGEST_REASON
from committee.models.case_number import found_by
from committee.models.challenge import LONGEST_WORDS
from committee.models.motion import OUTCOMES
from committee.namesakes import told_apart
from lib.forms import CITY_CLOCKS, CityTimeField, DayAndTime
from proposals.models import Ground, Proposal
from proposals.models.ground import FOR, LONGEST_GROUND
from proposals.models.queries import Proposals
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


class CardSheetForm(forms.Form):
    """A sheet that a member filled in."""

    file = forms.FileField(
        label=_("The sheet, filled in"),
        help_text=format_lazy(
            _("CSV or XLSX, up to {mb} MB and {rows} lines."), mb=MOST_BYTES // 2**20, rows=MOST_ROWS
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )


class WorkSearch(forms.Form):
    """Which proposals to look at, of those before the committees. What is not understood is left out."""

    WHOSE = {
        "": _("All"),
        "nobody": _("Given to nobody"),
        "overdue": _("Overdue"),
    }

    q = forms.CharField(label=_("Search"), max_length=200, required=False)
    district = forms.ModelChoiceField(
        District.objects.none(),
        to_field_name="slug",
        label=_("District"),
        empty_label=_("All districts"),
        required=False,
    )
    whose = forms.ChoiceField(label=_("Which"), choices=WHOSE.items(), required=False)

    def __init__(self, districts: "models.QuerySet[District]", *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["district"].queryset = districts  # type: ignore[attr-defined]
        self.fields["q"].widget = forms.TextInput(attrs={"type": "search", "autocomplete": "off"})
        self.is_valid()

    def among(self, proposals: Proposals, at: datetime, *, reader: Person) -> Proposals:
        """With `case_number`, which is searched like the words."""
        chosen = self.cleaned_data
        found = found_by(proposals, chosen.get("q") or "", reader=reader)
        if district := chosen.get("district"):
            found = found.filter(contest__district=district)
        if chosen.get("whose") == "nobody":
            found = found.exclude(pk__in=Assignment.objects.standing().values("proposal"))
        elif chosen.get("whose") == "overdue":
            found = found.filter(pk__in=Assignment.objects.overdue(at).values("proposal"))
        return found


class AssigningForm(forms.Form):
    """What is done with the proposals that are ticked."""

    BY_LOAD = "by-load"

    proposals = forms.ModelMultipleChoiceField(
        Proposal.objects.none(),
        label=_("Proposals"),
        error_messages={"required": _("Tick the proposals it is about.")},
    )
    to = forms.ChoiceField(label=_("Give them to"))
    due = CityTimeField(label=_("To be prepared until"), required=False, widget=DayAndTime, help_text=CITY_CLOCKS)

    def __init__(self, proposals: Proposals, members: Mapping[int, str], *args: Any, **options: Any) -> None:
        """`members`: what each is called, by key."""
        super().__init__(*args, **options)
        by_load = (self.BY_LOAD, _("Whoever has the least to do, where they are nobody's yet"))
        self.fields["to"].choices = [by_load, *members.items()]  # type: ignore[attr-defined]
        self.fields["proposals"].queryset = proposals  # type: ignore[attr-defined]


class EndingForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=LONGEST_REASON, widget=forms.TextInput)
    to = forms.ModelChoiceField(
        get_user_model().objects.none(), label=_("Hand it on to"), empty_label=_("Nobody: give it back"), required=False
    )

    def __init__(self, assignment: Assignment, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["to"]
        field.queryset = entitled(assignment.proposal).exclude(pk=assignment.member_id)
        called = told_apart(field.queryset, assignment.proposal.cycle)
        field.label_from_instance = lambda member: called[member.pk]


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
