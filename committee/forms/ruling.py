"""What whoever presides says of a merger without its authors' consent."""

from django import forms
from django.utils.translation import gettext_lazy as _

from proposals.models.reasons import LONGEST_REASON


class RulingForm(forms.Form):
    """`merger`: the one they were shown; the committee may have resolved on another since."""

    merger = forms.IntegerField(widget=forms.HiddenInput, required=False)
    stands = forms.TypedChoiceField(
        label=_("What becomes of it"),
        choices=(
            ("yes", _("The vote of the committee stands: they are merged")),
            ("no", _("They are not merged, as the authors have not agreed")),
        ),
        coerce="yes".__eq__,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Public reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Everybody can read it with your name, once the decision is public."),
    )
