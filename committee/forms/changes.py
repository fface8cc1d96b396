"""What is filled in where another wording of a proposal is proposed, answered, or settled."""

from copy import copy
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from committee.models.change import LONGEST_ANSWER
from lib.forms import CITY_CLOCKS, CityTimeField, DayAndTime
from proposals.forms.writing import EditForm
from proposals.models import Proposal
from proposals.models.reasons import LONGEST_REASON


class ChangeForm(EditForm):
    """All that an author may change, as it stands; and why something of it should be otherwise."""

    field_order = ("reason", "until")

    reason = forms.CharField(
        label=_("Why the text should change"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The author reads it at once, and everybody once the change is in the text."),
    )
    until = CityTimeField(
        label=_("Answer by"),
        required=False,
        widget=DayAndTime,
        help_text=format_lazy("{} {}", _("Before the review closes. Empty: within a week."), CITY_CLOCKS),
    )

    def __init__(self, proposal: Proposal, *args: Any, **options: Any) -> None:
        super().__init__(*args, instance=copy(proposal), **options)

    @property
    def wording(self) -> dict[str, Any]:
        """As a version holds it."""
        said = {name: value for name, value in self.cleaned_data.items() if name not in ("reason", "until", "category")}
        category = self.cleaned_data["category"]
        return said | {"category_id": category and category.pk}


class AnswerForm(forms.Form):
    """What an author says to it. The text has lines of its own, so that no key but a button answers yes or no."""

    said = forms.CharField(
        label=_("What you want to say to it"),
        max_length=LONGEST_ANSWER,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A sentence, if you like. The committee and the city read it."),
    )


class SettlingForm(forms.Form):
    applies = forms.TypedChoiceField(
        label=_("What becomes of it"),
        choices=(("yes", _("The text is changed")), ("no", _("The text stays as it is"))),
        coerce="yes".__eq__,
        widget=forms.RadioSelect,
    )
    why = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The author reads it at once, and everybody once the change is in the text."),
    )
