"""Reporting something, hiding it, answering to that."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from proposals.models import AuthorsAnswer, Complaint, Ground, Reason
from proposals.models.reasons import LONGEST_REASON


class ComplaintForm(forms.ModelForm[Complaint]):
    class Meta:
        model = Complaint
        fields = ("reason",)
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}


class HidingForm(forms.Form):
    """A reason of the city's list, of ours where it has none, and more in words."""

    why = forms.ChoiceField(label=_("Reason"), choices=Reason.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("In words"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays visible in its place. Do not repeat there what must not be read."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.grounds = {f"ground-{ground.pk}": ground for ground in Ground.objects.offered_to_hide()}
        if self.grounds:
            own = [(name, str(ground)) for name, ground in self.grounds.items()]
            self.fields["why"].choices = [*own, (Reason.OTHER.value, Reason.OTHER.label)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """One of the city's own is a ground."""
        cleaned: dict[str, Any] = super().clean() or {}
        if ground := self.grounds.get(cleaned.get("why", "")):
            cleaned |= {"why": Reason.OTHER.value, "ground": ground}
        return cleaned


class AnswerForm(forms.ModelForm[AuthorsAnswer]):
    class Meta:
        model = AuthorsAnswer
        fields = ("text",)
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}
