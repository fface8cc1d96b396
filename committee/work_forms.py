"""What is filled in where several pieces of work are handed on at once, or several authors are written to."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from committee.models.assignment import LONGEST_REASON
from committee.models.message import LONGEST_MESSAGE

LONGEST_TITLE = 200  # room for a title where the words of several go out


class HandingOnForm(forms.Form):
    """To whom, or to nobody, and why."""

    to = forms.TypedChoiceField(label=_("Hand it on to"), coerce=int, empty_value=None, required=False)
    reason = forms.CharField(label=_("Why"), max_length=LONGEST_REASON, widget=forms.TextInput)

    def __init__(self, members: Mapping[int, str], data: Any = None) -> None:
        """`members`: what each is called who may have all of it, by key."""
        super().__init__(data)
        self.fields["to"].choices = [("", _("Nobody: give it back")), *members.items()]  # type: ignore[attr-defined]


class MessagesForm(forms.Form):
    """The words that go to the author of each."""

    text = forms.CharField(
        label=_("Your message to the authors"),
        max_length=LONGEST_MESSAGE - LONGEST_TITLE,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "{title} stands for the title of each one’s proposal. It goes out with your name and not your address. "
            "Write nothing of a decision that is not public."
        ),
    )
