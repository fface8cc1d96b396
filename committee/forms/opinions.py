"""How a department is asked, and how it answers."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from committee import departments
from committee.models import Department, Finding, Opinion
from committee.models.finding import LONGEST_FINDING
from committee.models.opinion import LONGEST_HANDING, LONGEST_QUESTION
from lib.forms import CITY_CLOCKS, CityTimeField, DayAndTime, MoneyField
from lib.typed import typed
from proposals.models import Proposal
from proposals.models.queries import Proposals


class QuestionForm(forms.Form):
    """What a department is asked about one proposal, and by when."""

    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("Department"), empty_label=_("Choose a department")
    )
    question = forms.CharField(
        label=_("What it is to answer"),
        max_length=LONGEST_QUESTION,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Its people read this and the proposal as everybody sees it, and nothing else of the committee’s."),
    )
    due = CityTimeField(
        label=_("An answer is wanted by"),
        widget=DayAndTime,
        help_text=format_lazy("{} {}", _("Before the review closes."), CITY_CLOCKS),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["department"].queryset = departments.offered()  # type: ignore[attr-defined]


class QuestionsForm(QuestionForm):
    """The same about all the proposals that are ticked."""

    proposals = forms.ModelMultipleChoiceField(
        Proposal.objects.none(),
        label=_("Proposals"),
        error_messages={"required": _("Tick the proposals it is about.")},
    )

    def __init__(self, proposals: Proposals, data: Any = None) -> None:
        super().__init__(data, prefix="ask")
        self.fields["proposals"].queryset = proposals  # type: ignore[attr-defined]

    def add_prefix(self, field_name: str) -> str:
        """The ticks are those of the list, which other forms read, too."""
        return field_name if field_name == "proposals" else super().add_prefix(field_name)


class TickedForm(forms.Form):
    """Which questions it is about."""

    opinions = forms.ModelMultipleChoiceField(
        Opinion.objects.none(),
        error_messages={
            "required": _("Tick the questions it is about."),
            "invalid_choice": _("Your department has one of them no longer. Look again at what is ticked."),
        },
    )

    def __init__(self, opinions: "QuerySet[Opinion]", data: Any = None) -> None:
        super().__init__(data)
        self.fields["opinions"].queryset = opinions  # type: ignore[attr-defined]


class HandlingForm(TickedForm):
    """To whom they go, and why."""

    FORWARD, RETURN = "forward", "return"
    WAYS = (
        (FORWARD, _("Hand it on to another department")),
        (RETURN, _("Give it back to where it came from")),
    )

    what = forms.ChoiceField(label=_("Hand it on, or give it back"), choices=WAYS, widget=forms.RadioSelect)
    to = forms.ModelChoiceField(
        Department.objects.none(), label=_("Hand it on to"), empty_label=_("Choose a department"), required=False
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=LONGEST_HANDING,
        widget=forms.TextInput,
        help_text=_("Whoever gets it reads this."),
    )

    def __init__(self, opinions: "QuerySet[Opinion]", ways: "QuerySet[Department]", data: Any = None) -> None:
        super().__init__(opinions, data)
        if ways:
            self.fields["to"].queryset = ways  # type: ignore[attr-defined]
            return
        del self.fields["to"]
        what: Any = self.fields["what"]
        what.choices, what.initial = self.WAYS[1:], self.RETURN

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or {}
        if chosen.get("what") == self.FORWARD and not chosen.get("to") and "to" not in self.errors:
            self.add_error("to", _("Choose a department."))
        return chosen


class FindingForm(forms.Form):
    """What the department finds."""

    verdict = forms.ChoiceField(label=_("Is it feasible?"), choices=Finding.Verdict, widget=forms.RadioSelect)
    cost = MoneyField(label=_("At what cost"), required=False, help_text=_("In the first year, all included."))
    upkeep = MoneyField(label=_("Upkeep a year"), required=False)
    begins = forms.DateField(
        label=_("When it could begin"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    words = forms.CharField(
        label=_("In words"),
        max_length=LONGEST_FINDING,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Members of the committee read it. It stays as you hand it in."),
    )

    def __init__(self, currency: str, data: Any = None, *, draft: dict[str, str] | None = None) -> None:
        super().__init__(data, initial=draft or {})
        for name in ("cost", "upkeep"):
            self.fields[name].currency = currency  # type: ignore[attr-defined]

    @classmethod
    def typed_in(cls, data: QueryDict) -> dict[str, str]:
        """What was typed, as it was typed: nothing of it has to be complete or right."""
        return {name: typed(data, name, LONGEST_FINDING) for name in cls.base_fields}
