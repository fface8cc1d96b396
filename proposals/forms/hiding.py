"""Reporting something, hiding it, answering to that."""

from django import forms
from django.utils.translation import gettext_lazy as _

from proposals.models import AuthorsAnswer, Complaint, Reason
from proposals.models.reasons import LONGEST_REASON


class ComplaintForm(forms.ModelForm[Complaint]):
    class Meta:
        model = Complaint
        fields = ("reason",)
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}


class HidingForm(forms.Form):
    """A reason of the city's list, and more in words."""

    why = forms.ChoiceField(label=_("Reason"), choices=Reason.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("In words"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays visible in its place. Do not repeat there what must not be read."),
    )


class AnswerForm(forms.ModelForm[AuthorsAnswer]):
    class Meta:
        model = AuthorsAnswer
        fields = ("text",)
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}
