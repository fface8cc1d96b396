"""What members write to each other."""

from django import forms
from django.utils.translation import gettext_lazy as _

from committee.models.note import LONGEST_NOTE


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("A note for the other members"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Members of the committee read it, and it stays. Who takes no part in it does not."),
    )
