"""What is typed to show who lives here: by a resident, and by a clerk at the desk."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from budgeting.bodies import ORDINARY
from budgeting.models import Cycle, District
from lib.typed import letters_and_digits
from residents.birth_dates import BirthDate, birth_date_of
from residents.models import Resident, StandingRegister
from residents.register_file import MOST_BYTES

REGISTER_FORM = MOST_BYTES + ORDINARY  # bytes


class LetterCodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("The 16 letters and digits in the frame of your letter. Capitals and dashes do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class RegisterUploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX. The first line names the columns: identifier, name, birth_date, district."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )


class RegisterImportForm(RegisterUploadForm):
    """A register, and what may be missing of it."""

    years_alone = forms.BooleanField(
        label=_("Of some people the year of birth alone is known"),
        required=False,
        help_text=_("1950, 1950-00-00 and 00/00/1950 are taken only with this."),
    )


class LetterRunForm(RegisterUploadForm):
    """Which residents get a letter."""

    district = forms.ModelChoiceField(District.objects.all(), label=_("District"), required=False, empty_label=_("All"))
    first_line = forms.IntegerField(
        label=_("Begin at line"), required=False, min_value=1, help_text=_("Of the file. Empty: at the top.")
    )
    again = forms.BooleanField(
        label=_("Also for those who have a letter already: the older code stops working"), required=False
    )
    field_order = ("file", "district", "first_line", "again")


class LetterReferenceForm(forms.Form):
    reference = forms.CharField(
        label=_("Reference of the letter"), max_length=20, help_text=_("Two groups of four, at the foot of the sheet.")
    )

    def clean_reference(self) -> str:
        plain = letters_and_digits(self.cleaned_data["reference"])
        return f"{plain[:4]}-{plain[4:]}"


class DeskVerificationForm(forms.Form):
    """Who stands at the desk: the line of the register their document shows, and the account they use."""

    identifier = forms.CharField(label=_("Identifier"), max_length=100, help_text=_("As on the document."))
    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("As on the document; accents do not matter."))
    birth_date = forms.CharField(
        label=_("Date of birth"),
        max_length=10,
        help_text=_("Such as 31/03/1979; the year, where the document says no more."),
    )
    email = forms.EmailField(label=_("E-mail address of their account"))

    def __init__(self, *args: Any, cycle: Cycle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle = cycle
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"

    def clean_birth_date(self) -> BirthDate:
        if (born := birth_date_of(self.cleaned_data["birth_date"])) is None:
            raise ValidationError(_("Write the day, the month and the year, such as 31/03/1979."))
        return born

    def clean_email(self) -> User:
        account = User.objects.proved().filter(email__iexact=self.cleaned_data["email"]).first()
        if account is None:
            raise ValidationError(
                _("There is no account whose owner proved this address. They can make one now, on their phone.")
            )
        return account

    def clean(self) -> dict[str, object]:
        data = self.cleaned_data
        if {"identifier", "name", "birth_date"} <= data.keys():
            if sentence := StandingRegister.why(self.cycle):
                raise ValidationError(sentence)
            found = Resident.matching(self.cycle, data["identifier"], data["name"], data["birth_date"])
            if found is None:
                raise ValidationError(
                    _("No line of the register has this identifier, name and date of birth together.")
                )
            data["resident"] = found
        return data


class JoiningForm(forms.Form):
    """Which two lines of the register are one person's."""

    ended = forms.IntegerField(label=_("Line that ends"), min_value=1, help_text=_("Its number, such as 12 for #12."))
    stays = forms.IntegerField(
        label=_("Line that stays"),
        min_value=1,
        help_text=_(
            "The one with the right identifier. If ballots were cast under both, the one cast under this counts."
        ),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("By what you know that both are one person. It goes into the audit log."),
    )

    def __init__(self, *args: Any, cycle: Cycle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = Resident.objects.filter(cycle=cycle)

    def clean_ended(self) -> int:
        return self._line("ended")

    def clean_stays(self) -> int:
        return self._line("stays")

    def _line(self, name: str) -> int:
        found = self.lines.filter(pk=self.cleaned_data[name]).values_list("pk", flat=True).first()
        if found is None:
            raise ValidationError(_("This cycle's register has no line of that number."))
        return found


class ClaimForm(forms.Form):
    """`held`: whether anybody holds the line, as is usual; whose it was may have another by now."""

    granted = forms.TypedChoiceField(label=_("Decision"), coerce=lambda value: value == "yes", widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1_000,
        widget=forms.Textarea,
        help_text=_("It goes into the audit log. A second person confirms the decision."),
    )

    def __init__(self, data: Any = None, *, held: bool) -> None:
        super().__init__(data)
        self.fields["granted"].choices = [(word, decision(word == "yes", held)) for word in ("yes", "no")]  # type: ignore[attr-defined]


def decision(granted: bool, held: bool) -> Any:
    """What becomes of the line, in words."""
    if granted:
        return _("Give the line to the second account")
    return _("Leave it with the first account") if held else _("Give it to neither")
