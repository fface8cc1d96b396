"""Under which number the city's register of documents keeps a proposal."""

from django import forms
from django.utils.translation import gettext_lazy as _

from committee.models.case_number import LONGEST_NUMBER
from lib.one_line import OneLineField


class CaseNumberForm(forms.Form):
    text = OneLineField(
        label=_("Case number"),
        max_length=LONGEST_NUMBER,
        required=False,
        help_text=_("As the city’s register of documents has it. Clerks and the committee see it, nobody else."),
    )
