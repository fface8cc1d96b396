"""What is typed at the desk of the box: who holds the key, the words of their sheets, reasons and witnesses."""

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ballots.models import Correction
from budgeting.models import Contest, Cycle, Draw
from budgeting.models.draw import LONGEST_SEED
from budgeting.people import RoleName, holders_of
from lib.forms import CITY_CLOCKS, CityTimeField, DayAndTime, MoneyField
from lib.one_line import OneLineField
from proposals.models import Proposal
from proposals.models.review import LONGEST_DECISION


def possible_holders() -> QuerySet[Any]:
    """Clerks, council members and auditors, by name."""
    clerks, council, auditors = map(holders_of, (RoleName.CLERK, RoleName.COUNCIL, RoleName.AUDITOR))
    return clerks | council | auditors


class KeyForm(forms.Form):
    """Who holds the shares of the key, and how many of them open the box."""

    holders: forms.ModelMultipleChoiceField[Any] = forms.ModelMultipleChoiceField(
        queryset=None,
        label=gettext_lazy("Holders"),
        help_text=gettext_lazy("Council members, auditors and clerks. Choose people who do not answer to each other."),
        widget=forms.CheckboxSelectMultiple,
    )
    threshold = forms.IntegerField(
        label=gettext_lazy("How many open the box"),
        min_value=2,
        max_value=9,
        initial=2,
        help_text=gettext_lazy("Two of three is usual."),
    )

    replaces = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    sure = forms.BooleanField(label=gettext_lazy("The sheets of the key there is become worthless."), required=False)

    def __init__(self, *args: Any, replaces: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["replaces"].initial = replaces
        self.fields["holders"].queryset = possible_holders()  # type: ignore[attr-defined]
        self.fields["holders"].label_from_instance = lambda holder: holder.named  # type: ignore[attr-defined]
        if not self["replaces"].value():
            del self.fields["sure"]

    def clean_holders(self) -> list[Any]:
        holders = list(self.cleaned_data["holders"])
        if not 2 <= len(holders) <= 9:
            raise forms.ValidationError(_("Choose between two and nine holders."))
        return holders

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "holders" in cleaned and "threshold" in cleaned and cleaned["threshold"] > len(cleaned["holders"]):
            self.add_error("threshold", _("There are fewer holders than that."))
        if cleaned.get("replaces") and not cleaned.get("sure"):
            self.add_error("sure", _("Say that you know it: whoever holds one of these sheets can throw it away."))
        return cleaned


class WordsForm(forms.Form):
    """The words of one sheet, typed by its holder. A mistyped word is named; nothing typed is logged."""

    words = forms.CharField(
        label=gettext_lazy("The twelve words of your sheet"),
        max_length=200,
        widget=forms.Textarea(
            attrs={"rows": 2, "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class DrawForm(forms.ModelForm[Draw]):
    """What is drawn in public, by whom and when, and what it decides."""

    class Meta:
        model = Draw
        fields = ("use", "contest", "what", "drawn_by", "takes_place", "reason")
        widgets = {
            "takes_place": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        }
        labels = {"contest": gettext_lazy("Contest")}
        help_texts = {
            "takes_place": CITY_CLOCKS,
            "reason": gettext_lazy("Needed once a ballot paper is frozen, or an earlier draw has taken place."),
        }

    def __init__(self, data: Any = None, *, cycle: Cycle) -> None:
        super().__init__(data, instance=Draw(cycle=cycle, use=Draw.Use.TIES))
        self.fields["contest"].empty_label = gettext_lazy("Every contest of the cycle")  # type: ignore[attr-defined]
        self.fields["contest"].queryset = cycle.contests.select_related("district")  # type: ignore[attr-defined]

    @property
    def draw(self) -> Draw:
        """The draw as it was typed."""
        return self.instance

    @property
    def facts(self) -> dict[str, Any]:
        """The same as plain data, for an act that waits for a second person."""
        typed = {name: getattr(self.instance, name) for name in ("use", "what", "drawn_by", "reason")}
        when, contest = self.instance.takes_place.isoformat(), self.instance.contest_id
        return {**typed, "takes_place": when, "contest": contest}


class SeedForm(forms.Form):
    seed = forms.CharField(
        label=gettext_lazy("What was drawn"),
        max_length=LONGEST_SEED,
        help_text=gettext_lazy("Exactly as it was announced to be written down. It can never be changed."),
    )
    source = forms.CharField(
        label=gettext_lazy("Where anyone can look it up"), max_length=300, help_text=gettext_lazy("A page, a paper.")
    )


class ReasonForm(forms.Form):
    """Why something is done that everybody will ask about."""

    reason = forms.CharField(
        label=gettext_lazy("Public reason"),
        max_length=500,
        help_text=gettext_lazy("It stands beside the calendar, on the board and in the report."),
    )


class ContestAndReasonForm(ReasonForm):
    """One of the contests of a cycle that are `such`."""

    such: ClassVar[dict[str, Any]]
    contest: forms.ModelChoiceField[Contest] = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("Contest"), empty_label=None
    )
    field_order = ("contest", "reason")

    def __init__(self, cycle: Cycle, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        found = cycle.contests.filter(**self.such).select_related("cycle", "district")
        self.fields["contest"].queryset = found  # type: ignore[attr-defined]


class NoVoteForm(ContestAndReasonForm):
    """Which contest is closed without a vote."""

    such = {"paper": None, "no_vote": None}


class NoResultForm(ContestAndReasonForm):
    """Which contest is closed without a result."""

    such = {"paper__isnull": False, "counted": None, "no_result": None}


class CorrectionForm(forms.Form):
    """What the committee decides about a project of a frozen paper, or about one that is to be on it."""

    proposal: forms.ModelChoiceField[Proposal] = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("Project"), empty_label=None
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("Decision"), choices=Correction.Outcome.choices, widget=forms.RadioSelect
    )
    title = OneLineField(
        label=gettext_lazy("Title"), max_length=120, required=False, help_text=gettext_lazy("Empty: as it is.")
    )
    summary = forms.CharField(
        label=gettext_lazy("Summary"),
        max_length=240,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Empty: as it is."),
    )
    cost = MoneyField(label=gettext_lazy("Cost"), least=1, required=False, help_text=gettext_lazy("Empty: as it is."))
    reason = forms.CharField(
        label=gettext_lazy("Public reason"),
        max_length=LONGEST_DECISION,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Everybody can read it on the proposal's page, once the paper is superseded."),
    )

    def __init__(self, contest: Contest, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        submitted = Proposal.objects.submitted().filter(contest=contest, withdrawal=None).order_by("number")
        self.fields["proposal"].queryset = submitted  # type: ignore[attr-defined]
        self.fields["proposal"].label_from_instance = lambda one: f"{one.number}. {one.title}"  # type: ignore[attr-defined]
        self.fields["cost"].currency = contest.cycle.currency  # type: ignore[attr-defined]


class SupersedingForm(forms.Form):
    """Why a paper is superseded, and the corrections as they were seen on the page."""

    reason = forms.CharField(
        label=gettext_lazy("Public reason"),
        max_length=500,
        help_text=gettext_lazy("It stands on the page of the contest, on its ballot paper and in the report."),
    )
    named = forms.JSONField(widget=forms.HiddenInput)

    def clean_named(self) -> list[int]:
        named = self.cleaned_data["named"]
        if not isinstance(named, list) or not all(isinstance(each, int) for each in named):
            raise forms.ValidationError(_("Look at the page again."))
        return named


class ExtensionForm(ReasonForm):
    """Until when the vote goes on."""

    until = CityTimeField(
        label=gettext_lazy("The new close"),
        widget=DayAndTime,
        help_text=CITY_CLOCKS,
    )
    field_order = ("until", "reason")


class DestructionForm(forms.Form):
    witnesses = OneLineField(
        label=gettext_lazy("Who saw it"), max_length=240, help_text=gettext_lazy("The names, for the record.")
    )
