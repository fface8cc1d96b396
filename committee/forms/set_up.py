"""How a clerk sets up a committee."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgeting.people import RoleName, holders_of
from committee.models import Committee, Seat, StepIn
from committee.models.seat import LONGEST_GROUP
from committee.setting_up import who_may_lead
from lib.one_line import OneLineField

FIRST, THEN, LAST = "first", "then", "last"
NOBODY = [("", gettext_lazy("Nobody"))]


class CommitteeForm(forms.Form):
    """Everything may be left as it is."""

    quorum = forms.IntegerField(
        label=gettext_lazy("Quorum"),
        min_value=1,
        max_value=999,
        required=False,
        help_text=gettext_lazy(
            "How many members have to vote; one alone is a quorum only of a committee of one. Empty: more than half of "
            "those who may."
        ),
    )
    chair = forms.TypedChoiceField(label=gettext_lazy("Chair"), coerce=int, empty_value=None, required=False)
    deputies = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Deputies"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("By name: whoever comes first stands in first."),
    )
    chair_breaks_ties = forms.BooleanField(
        label=gettext_lazy("The chair breaks a tie"),
        required=False,
        help_text=gettext_lazy("When a vote closes with as many for as against, it is carried if the chair is for it."),
    )
    first = forms.ChoiceField(
        label=gettext_lazy("If recusals leave too few for a quorum, these decide with those who are left"),
        choices=[*NOBODY, *StepIn.choices],
        required=False,
    )
    then = forms.ChoiceField(
        label=gettext_lazy("If they are still too few, these too"), choices=[*NOBODY, *StepIn.choices], required=False
    )
    last = forms.ChoiceField(label=gettext_lazy("And at last"), choices=[*NOBODY, *StepIn.choices], required=False)

    def __init__(self, committee: Committee, data: Any = None) -> None:
        leading = list(committee.offices.order_by("rank").values_list("member", flat=True)) if committee.pk else []
        steps = dict(zip((FIRST, THEN, LAST), committee.order, strict=False))
        super().__init__(
            data,
            initial={
                "quorum": committee.quorum,
                "chair": leading[0] if leading else None,
                "deputies": leading[1:],
                "chair_breaks_ties": committee.chair_breaks_ties,
                **steps,
            },
        )
        members = [(each.pk, each.named) for each in who_may_lead(committee)]
        self.fields["chair"].choices = [("", _("No chair")), *members]  # type: ignore[attr-defined]
        self.fields["deputies"].choices = members  # type: ignore[attr-defined]
        if not members:
            del self.fields["deputies"]
            self.fields["chair"].help_text = _(
                "Nobody is a member everywhere this counts. Who chairs in one district is set for that district alone."
            )

    @property
    def set_up(self) -> dict[str, Any]:
        """What is to be set, as the verb takes it."""
        steps = [self.cleaned_data[place] for place in (FIRST, THEN, LAST)]
        rest = {name: value for name, value in self.cleaned_data.items() if name not in (FIRST, THEN, LAST)}
        return {"deputies": [], **rest, "steps_in": [step for step in steps if step]}


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, required=False)


class SeatForm(forms.Form):
    """For whom, and who sits there."""

    stands_for = OneLineField(
        label=gettext_lazy("For whom"),
        max_length=LONGEST_GROUP,
        help_text=gettext_lazy("In your own words: residents drawn by lot, the associations, the council."),
    )
    holder = forms.TypedChoiceField(label=gettext_lazy("Who"), coerce=int, empty_value=None, required=False)
    since = _day(gettext_lazy("From"))
    until = _day(gettext_lazy("Until"))

    def __init__(self, committee: Committee, data: Any = None, seat: Seat | None = None) -> None:
        said = {name: getattr(seat, name) for name in ("stands_for", "since", "until")} if seat else {}
        super().__init__(data, prefix="seat", initial={**said, "holder": seat and seat.holder_id})
        if seat and seat.holder:
            self.fields["holder"].choices = [(seat.holder_id, seat.holder.named)]  # type: ignore[attr-defined]
            return
        members = holders_of(RoleName.COMMITTEE, committee.district)
        self.fields["holder"].choices = [  # type: ignore[attr-defined]
            ("", _("Nobody yet")),
            *((each.pk, each.named) for each in members),
        ]
