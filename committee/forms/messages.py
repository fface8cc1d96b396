"""What the committee and an author write to each other."""

from django import forms
from django.utils.translation import gettext_lazy as _

from committee.models.message import LONGEST_MESSAGE

LONGEST_TITLE = 200  # room for a title where the words of several go out


class MessageForm(forms.Form):
    """To the author, in the name of the committee."""

    text = forms.CharField(
        label=_("Your message to the author"),
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "It goes out at once, by mail too, with your name and not your address. Write nothing of a decision that "
            "is not public."
        ),
    )


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


class AnswerForm(forms.Form):
    """From the author."""

    text = forms.CharField(
        label=_("Your answer"),
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("The committee reads it with your name and not your address."),
    )
