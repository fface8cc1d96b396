"""Who prepares what: how it is searched, given out, handed on, and given back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db import models
from django.utils.translation import gettext_lazy as _

from budgeting.models import District
from budgeting.people import Person
from committee.members import entitled
from committee.models import Assignment
from committee.models.assignment import LONGEST_REASON
from committee.models.case_number import found_by
from committee.namesakes import told_apart
from lib.forms import CITY_CLOCKS, CityTimeField, DayAndTime
from proposals.models import Proposal
from proposals.models.queries import Proposals


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
    support = forms.IntegerField(label=_("Supporters, at least"), min_value=0, max_value=10**9, required=False)

    def __init__(self, districts: "models.QuerySet[District]", *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["district"].queryset = districts  # type: ignore[attr-defined]
        self.fields["q"].widget = forms.TextInput(attrs={"type": "search", "autocomplete": "off"})
        self.is_valid()

    def among(self, proposals: Proposals, at: datetime, *, reader: Person) -> Proposals:
        """With `case_number`, which is searched like the words, and the counts of what is said of each."""
        chosen = self.cleaned_data
        found = found_by(proposals, chosen.get("q") or "", reader=reader).with_counts()
        if support := chosen.get("support"):
            found = found.filter(endorsement_count__gte=support)
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


class HandingOnForm(forms.Form):
    """To whom, or to nobody, and why."""

    to = forms.TypedChoiceField(label=_("Hand it on to"), coerce=int, empty_value=None, required=False)
    reason = forms.CharField(label=_("Why"), max_length=LONGEST_REASON, widget=forms.TextInput)

    def __init__(self, members: Mapping[int, str], data: Any = None) -> None:
        """`members`: what each is called who may have all of it, by key."""
        super().__init__(data)
        self.fields["to"].choices = [("", _("Nobody: give it back")), *members.items()]  # type: ignore[attr-defined]
