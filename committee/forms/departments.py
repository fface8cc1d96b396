"""How a clerk sets up a department."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgeting.people import RoleName, holders_of
from committee.models import Department
from committee.models.department import LONGEST_NAME
from lib.one_line import OneLineField


class DepartmentForm(forms.Form):
    """Its name, its people, and to which others it may hand work on."""

    name = OneLineField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)
    people = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Who works for it"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    hands_to = forms.TypedMultipleChoiceField(
        label=gettext_lazy("It may hand work on to"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: it answers itself, or gives the question back."),
    )

    def __init__(self, department: Department, data: Any = None) -> None:
        is_new = department.pk is None
        staff = [] if is_new else list(department.members.values_list("member", flat=True))
        ways = [] if is_new else list(department.may_hand.values_list("to", flat=True))
        super().__init__(data, initial={"name": department.name, "people": staff, "hands_to": ways})
        self._offer("people", _who_may_work_for_one(staff))
        others = Department.objects.filter(Q(ended_at=None) | Q(pk__in=ways)).exclude(pk=department.pk)
        self._offer("hands_to", [(each.pk, _as_offered(each)) for each in others])

    def _offer(self, name: str, choices: list[tuple[int, str]]) -> None:
        """Nothing to choose where there is nobody, or no other."""
        if choices:
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields[name]

    @property
    def set_up(self) -> dict[str, Any]:
        """What is to be set, as the verb takes it."""
        return {"people": [], "hands_to": [], **self.cleaned_data}


def _who_may_work_for_one(staff: list[int]) -> list[tuple[int, str]]:
    """Whoever holds the role; and who has worked for it so far, though their term is over."""
    holders = list(holders_of(RoleName.DEPARTMENT))
    gone = get_user_model().objects.filter(pk__in=staff).exclude(pk__in=[each.pk for each in holders])
    over = [(each.pk, _("%s: the role has ended") % each.named) for each in gone.order_by("name", "pk")]
    return [(each.pk, each.named) for each in holders] + over


def _as_offered(department: Department) -> str:
    return _("%s: asked nothing more") % department if department.ended_at else str(department)
