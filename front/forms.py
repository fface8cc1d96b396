"""What is typed on the pages that bring rooms together."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason, which is public"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
