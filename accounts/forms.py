"""What people say of themselves: on sign-up, on my page, on being invited; and what a clerk says of a role."""

from datetime import date, datetime, time, timedelta
from typing import Any

from allauth.mfa.totp.internal.auth import validate_totp_code
from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.invitations import Offer
from accounts.models import User
from budgeting.models import District
from budgeting.people import RoleName
from lib import clock
from lib.one_line import OneLineField


class PublicNameForm(forms.Form):
    """The name others see: on my page, and added by allauth to the sign-up form."""

    name = OneLineField(
        label=gettext_lazy("Public name"),
        max_length=80,
        help_text=gettext_lazy("What others see beside what you write. It need not be your full name."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    field_order = ("email", "name", "password1")

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class LanguageForm(forms.Form):
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)


class ClosingForm(forms.Form):
    sure = forms.BooleanField(
        label=gettext_lazy("Close my account for good"),
        error_messages={"required": gettext_lazy("Tick this if you are sure: it cannot be taken back.")},
    )


def _day(**options: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class RoleForm(forms.Form):
    """A role for a term: to whom, by address and name together."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"))
    name = OneLineField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("As on their account, if they have one: the public name under “My page”."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Role"), choices=RoleName)
    district: forms.ModelChoiceField[District] = forms.ModelChoiceField(
        District.objects.order_by("name"),
        label=gettext_lazy("District"),
        required=False,
        empty_label=gettext_lazy("All districts"),
    )
    begins = _day(label=gettext_lazy("From"))
    ends = _day(label=gettext_lazy("Until"), help_text=gettext_lazy("The last day."))
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the invitation"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("Whoever has no account yet gets one mail, which is good for seven days."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        today = timezone.localtime(clock.now()).date()
        self.fields["begins"].initial = today
        self.fields["language"].initial = settings.LANGUAGE_CODE
        for field in ("email", "name"):
            self.fields[field].widget.attrs["autocomplete"] = "off"

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if {"begins", "ends"} <= typed.keys() and typed["ends"] < typed["begins"]:
            self.add_error("ends", _("The term is over before it begins."))
        return typed

    @property
    def offer(self) -> Offer:
        typed = self.cleaned_data
        kind = RoleName(typed["kind"])
        begins, ends = _midnight(typed["begins"]), _midnight(typed["ends"] + timedelta(days=1))
        return Offer(typed["email"], typed["name"], kind, typed["district"], begins, ends)

    @property
    def spoken(self) -> str:
        return str(self.cleaned_data["language"])


def _midnight(day: date) -> datetime:
    """At which that day begins, on the city's clocks."""
    return timezone.make_aware(datetime.combine(day, time.min))


class InvitationForm(forms.Form):
    """All it takes to begin: the code of the mail, a public name, a password, and an authenticator app."""

    code = forms.CharField(
        label=gettext_lazy("Code of the invitation"),
        max_length=60,
        help_text=gettext_lazy("It stands at the end of the mail. The link there fills it in."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name = OneLineField(
        label=gettext_lazy("Public name"),
        max_length=80,
        help_text=gettext_lazy("What others see beside what you decide and write."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=200,
        strip=False,
        help_text=gettext_lazy("At least ten characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True),
    )
    app_code = forms.CharField(
        label=gettext_lazy("Six digits the app shows"),
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, data: Any, *, secret: str) -> None:
        super().__init__(data)
        self.secret = secret

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        password_validation.validate_password(password)
        return password

    def clean_app_code(self) -> str:
        typed = "".join(self.cleaned_data["app_code"].split())
        if not validate_totp_code(self.secret, typed):
            raise forms.ValidationError(_("This is not what the app shows now. Type the newest six digits."))
        return typed
