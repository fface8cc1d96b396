"""What is typed at the desk of the box."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ballots.models import BallotBoxKey
from ballots.sealing import Share, WrongShare

HOLDS_SHARES = ("clerk", "council", "auditor")


class KeyForm(forms.Form):
    """Who holds the shares of the key, and how many of them open the box."""

    holders = forms.ModelMultipleChoiceField(
        queryset=get_user_model()
        .objects.filter(roles__kind__in=HOLDS_SHARES, is_active=True)
        .distinct()
        .order_by("name", "pk"),
        label=_("Holders"),
        help_text=_("Council members, auditors and clerks. Choose people who do not answer to each other."),
        widget=forms.CheckboxSelectMultiple,
    )
    threshold = forms.IntegerField(
        label=_("How many open the box"), min_value=2, max_value=9, initial=2, help_text=_("Two of three is usual.")
    )

    def clean_holders(self) -> list[Any]:
        holders = list(self.cleaned_data["holders"])
        if not 2 <= len(holders) <= 9:
            raise forms.ValidationError(_now("Choose between two and nine holders."))
        return holders

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if "holders" in told and "threshold" in told and told["threshold"] > len(told["holders"]):
            self.add_error("threshold", _now("There are fewer holders than that."))
        return told


class SharesForm(forms.Form):
    """As many shares as open the box, typed from the sheets. A mistyped word is named; nothing typed is logged."""

    def __init__(self, key: BallotBoxKey, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key = key
        holders = [(holder.number, str(holder)) for holder in key.holders.select_related("holder")]
        for place in range(1, key.threshold + 1):
            self.fields[f"number_{place}"] = forms.TypedChoiceField(
                label=_("Sheet"), choices=holders, coerce=int, initial=holders[place - 1][0]
            )
            self.fields[f"words_{place}"] = forms.CharField(
                label=_("Its twelve words"),
                max_length=200,
                widget=forms.Textarea(
                    attrs={"rows": 2, "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
                ),
            )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        self.shares = []
        for place in range(1, self.key.threshold + 1):
            if {f"number_{place}", f"words_{place}"} <= told.keys():
                try:
                    self.shares.append(Share.typed(told[f"number_{place}"], told[f"words_{place}"]))
                except WrongShare as wrong:
                    self.add_error(f"words_{place}", wrong.sentence)
        return told


class ClosingForm(forms.Form):
    reason = forms.CharField(label=_("Why voting ends early"), max_length=500, help_text=_("It goes on record."))


class DestructionForm(forms.Form):
    witnesses = forms.CharField(label=_("Who saw it"), max_length=240, help_text=_("The names, for the record."))
