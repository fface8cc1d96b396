"""What people say of themselves: on sign-up, and on my page."""

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from lib.one_line import OneLineField


class PublicNameForm(forms.Form):
    """The name others see: on my page, and added by allauth to the sign-up form."""

    name = OneLineField(
        label=_("Public name"),
        max_length=80,
        help_text=_("What others see beside what you write. It need not be your full name."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    field_order = ("email", "name", "password1")

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class LanguageForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
