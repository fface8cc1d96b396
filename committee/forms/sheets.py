"""What a member sends of cards that they filled in elsewhere."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from committee.sheets.files import MOST_BYTES, MOST_ROWS


class CardSheetForm(forms.Form):
    """A sheet that a member filled in."""

    file = forms.FileField(
        label=_("The sheet, filled in"),
        help_text=format_lazy(
            _("CSV or XLSX, up to {mb} MB and {rows} lines."), mb=MOST_BYTES // 2**20, rows=MOST_ROWS
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )
