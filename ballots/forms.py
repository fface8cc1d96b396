"""What is typed at the desk of the box: who holds the key, the words of their sheets, reasons and witnesses."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ballots.models import BallotBoxKey
from ballots.sealing import Share
from budgeting.people import RoleName, holders_of
from lib.refusal import obeying


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

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["holders"].queryset = possible_holders()  # type: ignore[attr-defined]

    def clean_holders(self) -> list[Any]:
        holders = list(self.cleaned_data["holders"])
        if not 2 <= len(holders) <= 9:
            raise forms.ValidationError(_("Choose between two and nine holders."))
        return holders

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "holders" in cleaned and "threshold" in cleaned and cleaned["threshold"] > len(cleaned["holders"]):
            self.add_error("threshold", _("There are fewer holders than that."))
        return cleaned


class SharesForm(forms.Form):
    """As many shares as open the box, typed from the sheets. A mistyped word is named; nothing typed is logged."""

    def __init__(self, key: BallotBoxKey, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key = key
        holders = [(holder.number, str(holder)) for holder in key.holders.select_related("holder")]
        for place in range(1, key.threshold + 1):
            self.fields[f"number_{place}"] = forms.TypedChoiceField(
                label=gettext_lazy("Sheet"), choices=holders, coerce=int, initial=holders[place - 1][0]
            )
            self.fields[f"words_{place}"] = forms.CharField(
                label=gettext_lazy("Its twelve words"),
                max_length=200,
                widget=forms.Textarea(
                    attrs={"rows": 2, "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
                ),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.shares = []
        for place in range(1, self.key.threshold + 1):
            number, words = f"number_{place}", f"words_{place}"
            if {number, words} <= cleaned.keys():
                with obeying(self, words):
                    self.shares.append(Share.typed(cleaned[number], cleaned[words]))
        return cleaned


class ClosingForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why voting ends early"), max_length=500, help_text=gettext_lazy("It goes on record.")
    )


class DestructionForm(forms.Form):
    witnesses = forms.CharField(
        label=gettext_lazy("Who saw it"), max_length=240, help_text=gettext_lazy("The names, for the record.")
    )
