"""Writing a proposal, changing it and taking it back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lib.forms import MoneyField
from proposals.models import Category, Proposal, Withdrawal


class DraftTextForm(forms.ModelForm[Proposal]):
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


class DraftPlaceForm(forms.ModelForm[Proposal]):
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


class DraftCostForm(forms.ModelForm[Proposal]):
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
        self.fields["cost"].most = self.instance.contest.most_expensive  # type: ignore[attr-defined]

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


class EditForm(DraftTextForm, DraftPlaceForm, DraftCostForm):
    """All of a submitted proposal's text at once, so that one edit is one version."""

    class Meta(DraftTextForm.Meta):
        fields = (*DraftTextForm.Meta.fields, *DraftPlaceForm.Meta.fields, *DraftCostForm.Meta.fields)  # type: ignore[assignment]
        help_texts = {**DraftTextForm.Meta.help_texts, **DraftPlaceForm.Meta.help_texts}


class WithdrawalForm(forms.ModelForm[Withdrawal]):
    class Meta:
        model = Withdrawal
        fields = ("reason",)
        widgets = {"reason": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"reason": _("It stays on the proposal's page, for those who supported it.")}
