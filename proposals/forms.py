"""What people fill in."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import TextField, Value
from django.db.models.functions import MD5, Cast, Concat
from django.utils.translation import gettext_lazy as _

from budgeting.forms import MoneyField
from budgeting.models import Cycle, District
from proposals.models import Category, CommentReport, Decision, Hiding, Milestone, Proposal, Status, Withdrawal
from proposals.models.finding import Proposals
from proposals.rules import Refused


def obeyed(form: forms.BaseForm, verb: Callable[..., object], *args: Any, **facts: Any) -> bool:
    """Carry out a verb; if a rule refuses, put its sentence on the form and say no."""
    try:
        verb(*args, **facts)
    except Refused as refusal:
        form.add_error(None, refusal)
        return False
    return True


class SearchForm(forms.Form):
    """What to look for and in which order. All of it stands in the address, to be shared; what is wrong is ignored."""

    ORDERS = {
        "": _("Mixed by lot, or best match first"),
        "newest": _("Newest first"),
        "support": _("Most supported first"),
        "cheap": _("Lowest cost first"),
        "dear": _("Highest cost first"),
        "number": _("By number"),
    }

    q = forms.CharField(label=_("Search"), max_length=200, required=False)
    district = forms.ModelChoiceField(
        District.objects.none(),
        to_field_name="slug",
        label=_("District"),
        empty_label=_("All districts"),
        required=False,
    )
    category = forms.ModelChoiceField(
        Category.objects.all(),
        to_field_name="slug",
        label=_("Category"),
        empty_label=_("All categories"),
        required=False,
    )
    status = forms.ChoiceField(
        choices=[("", _("All")), *(choice for choice in Status.choices if choice[0] != Status.DRAFT)],
        label=_("Status"),
        required=False,
    )
    language = forms.ChoiceField(
        choices=[("", _("All languages")), *settings.LANGUAGES], label=_("Language"), required=False
    )
    sort = forms.ChoiceField(choices=ORDERS.items(), label=_("Order"), required=False)

    def __init__(self, cycle: Cycle, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cycle = cycle
        self.fields["q"].widget = forms.TextInput(attrs={"type": "search", "autocomplete": "off"})
        self.fields["district"].queryset = District.objects.filter(contests__cycle=cycle)  # type: ignore[attr-defined]
        self.is_valid()  # what is not understood is left out of cleaned_data

    @property
    def asked(self) -> str:
        return str(self.cleaned_data.get("q") or "")

    @property
    def narrowed(self) -> bool:
        """Is anything but the words and the order chosen?"""
        return any(self.cleaned_data.get(name) for name in ("district", "category", "status", "language"))

    def found(self, at: datetime) -> Proposals:
        """The submitted proposals of the cycle that fit, in no order yet."""
        proposals = Proposal.objects.submitted().of_cycle(self.cycle).with_status(at).matching(self.asked)
        chosen = {
            lookup: self.cleaned_data[name]
            for name, lookup in (
                ("district", "contest__district"),
                ("category", "category"),
                ("status", "status"),
                ("language", "language"),
            )
            if self.cleaned_data.get(name)
        }
        return proposals.filter(**chosen)

    def ordered(self, proposals: Proposals, seed: str) -> Proposals:
        """In the chosen order. Without one: the best match first, or at random to favour nobody, stable for a seed."""
        sort = self.cleaned_data.get("sort")
        if not sort and self.asked:
            return proposals.best_match_first(self.asked)
        if not sort:
            mixed = MD5(Concat(Cast("pk", TextField()), Value(seed), output_field=TextField()))
            return proposals.alias(mixed=mixed).order_by("mixed", "pk")
        order = {"newest": "-submitted_at", "support": "-support", "cheap": "cost", "dear": "-cost", "number": "number"}
        return proposals.order_by(order[sort], "number")


class WhatForm(forms.ModelForm[Proposal]):
    """The idea in words."""

    category = forms.ModelChoiceField(
        Category.objects.all(), label=_("Category"), empty_label=_("None of these"), required=False
    )

    class Meta:
        model = Proposal
        fields = ("title", "summary", "description", "category", "beneficiaries")
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 2}),
            "description": forms.Textarea(attrs={"rows": 12}),
        }
        help_texts = {
            "title": _("What should be built, in a few words."),
            "summary": _("One sentence for lists and the ballot paper."),
            "description": _(
                "What is there now, what should change, and how. "
                "**Bold**, *italic*, lists and links work as in Markdown."
            ),
            "beneficiaries": _("For example: children under ten, people who wait for the bus."),
        }


class WhereForm(forms.ModelForm[Proposal]):
    """The place: in words, and perhaps as a point, which a click on the map fills in."""

    latitude = forms.FloatField(label=_("Latitude"), min_value=-90, max_value=90, required=False, localize=False)
    longitude = forms.FloatField(label=_("Longitude"), min_value=-180, max_value=180, required=False, localize=False)

    class Meta:
        model = Proposal
        fields = ("address", "latitude", "longitude")
        help_texts = {"address": _("A street and number, a corner, a name everybody knows. This is enough.")}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("latitude", "longitude"):
            self.fields[name].widget.attrs.update({"step": "any", "inputmode": "decimal"})


class CostForm(forms.ModelForm[Proposal]):
    """The money."""

    cost = MoneyField(
        label=_("Estimated cost"), least=1, help_text=_("A rough figure is enough. The committee checks it.")
    )
    upkeep = MoneyField(
        label=_("Upkeep per year"),
        required=False,
        help_text=_("Repairs, cleaning, power. Leave empty if you do not know."),
    )

    class Meta:
        model = Proposal
        fields = ("cost", "upkeep")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("cost", "upkeep"):
            self.fields[name].currency = self.instance.contest.cycle.currency  # type: ignore[attr-defined]
            self.initial[name] = self.initial.get(name) or None
        self.fields["cost"].most = self.instance.contest.highest_cost or self.instance.contest.budget  # type: ignore[attr-defined]

    def clean_upkeep(self) -> int:
        return self.cleaned_data["upkeep"] or 0


class PhotoForm(forms.Form):
    """A photo and the words that stand for it."""

    file = forms.FileField(
        label=_("Photo"),
        help_text=_("JPEG, PNG or WebP, at most 10 MB. Where and when it was taken is removed."),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    alt = forms.CharField(
        label=_("What the photo shows"),
        max_length=240,
        help_text=_("For those who cannot see it: “An empty quay with a fence”."),
    )


class EditForm(WhatForm, WhereForm, CostForm):
    """All of a submitted proposal's text at once, so that one edit is one version."""

    class Meta(WhatForm.Meta):
        fields = (*WhatForm.Meta.fields, *WhereForm.Meta.fields, *CostForm.Meta.fields)  # type: ignore[assignment]
        help_texts = {**WhatForm.Meta.help_texts, **WhereForm.Meta.help_texts}


class WithdrawalForm(forms.ModelForm[Withdrawal]):
    class Meta:
        model = Withdrawal
        fields = ("reason",)
        widgets = {"reason": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"reason": _("It stays on the proposal's page, for those who supported it.")}


class CommentForm(forms.Form):
    """A contribution; what it may be is the verb's to say, so that nothing typed is lost on the way."""

    text = forms.CharField(label=_("Your comment"), widget=forms.Textarea(attrs={"rows": 4}))
    parent = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ReportForm(forms.ModelForm[CommentReport]):
    class Meta:
        model = CommentReport
        fields = ("reason",)
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}


class HidingForm(forms.ModelForm[Hiding]):
    class Meta:
        model = Hiding
        fields = ("reason",)
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"reason": _("It stays visible in the comment's place.")}


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
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Everybody can read it on the proposal's page."),
    )

    def __init__(self, proposal: Proposal, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        others = Proposal.objects.submitted().filter(contest=proposal.contest, withdrawal=None).exclude(pk=proposal.pk)
        self.fields["into"].queryset = others  # type: ignore[attr-defined]
        self.fields["into"].label_from_instance = lambda other: f"{other.number}. {other.title}"  # type: ignore[attr-defined]
        self.fields["cost"].currency = proposal.cycle.currency  # type: ignore[attr-defined]


class MilestoneForm(forms.ModelForm[Milestone]):
    final_cost = MoneyField(label=_("Final cost"), required=False, help_text=_("When it is delivered."))

    class Meta:
        model = Milestone
        fields = ("kind", "on", "note", "percent", "final_cost")
        widgets = {
            "kind": forms.RadioSelect,
            "on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "note": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, proposal: Proposal, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = Milestone.Kind.choices  # type: ignore[attr-defined]
        self.fields["final_cost"].currency = proposal.cycle.currency  # type: ignore[attr-defined]
