"""Commenting, reporting a comment, hiding it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from proposals.models import CommentReport, Hiding


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
