"""The forms of a contest: its money, its ballot, and its counting rule with a field for everything that can be set.

What each field of the rule takes is declared in `tally.parameters`; here it gets its words. Left empty, a field says
what is usual. What does not go with the chosen rule or ballot is refused by the contest itself.
"""

from fractions import Fraction
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from audit.acts import Done
from budgeting.models import Contest, Cycle
from budgeting.people import Person
from budgeting.registry import Deed, why_not
from budgeting.rule_sentences import order
from budgeting.rules import LABELS
from lib.forms import MoneyField, ShareField
from tally import NotCountable
from tally.parameters import MOST, PARAMETERS, Kind

USUAL = ""  # of a choice
in_words = lazy(order, str)

WORDS = {
    "votes-per-cost": _("the most votes for its cost"),
    "cardinality": _("the same for every project"),
    "add1": _("every share is raised"),
    "add1-exhaustive": _("raised while another project fits"),
    "add1u": _("raised, then by the most votes"),
}
"""What can be chosen that is not usual."""

_FIRST: tuple[tuple[str, ...], ...] = (
    (),
    ("min-cost",),
    ("max-votes",),
    ("min-cost", "max-votes"),
    ("max-votes", "min-cost"),
)
ORDERS = {" ".join((*first, last)): (*first, last) for last in ("lot", "listed") for first in _FIRST}
"""The orders for ties there are: on a ballot paper the project's number is the order of the list."""

HELP = {
    "rank_by": _("Only with a count by most votes. By points, where the ballots give points or places."),
    "minimum_votes": _(
        "In points, where the ballots give points. Empty: 1. With 0, a project nobody chose can win too."
    ),
    "minimum_of_ballots": _("Such as 5 %, or 1/20. Empty: none."),
    "minimum_of_cost": _(
        "A dearer project then needs more votes: with 1/3, one that costs three tenths of the budget needs those of "
        "one tenth of the ballots. Empty: none."
    ),
    "cover": _(
        "Such as 80 %: the first project that does not fit is funded all the same if at least so much of its cost is "
        "left, the city pays the rest, and the count ends. Only with a count that stops there or has a threshold. "
        "Empty: never."
    ),
    "utility": _(
        "Only with the Method of Equal Shares. Its cost; or the points given, where the ballots give points or places."
    ),
    "completion": _(
        "Only with the Method of Equal Shares. Where every voter's share is raised, that goes on for as long as the "
        "whole stays within the budget."
    ),
    "increment": _("Only where every share is raised. Empty: one unit of the currency."),
    "compare": _(
        "Only with the Method of Equal Shares: the outcome more voters are better served by stands, this one or that "
        "of the most votes."
    ),
    "ties": _(
        "What decides where two have the same number of votes. Usual: the lower cost, then the greater number of "
        "votes, then a public lot."
    ),
}

USUALLY = {
    "rank_by": _("the most votes, or points"),
    "utility": _("its cost, or the points given"),
    "completion": _("it stays unspent"),
    "ties": _("the usual order"),
}


GROUPS = [
    (_("The ballot"), ("ballot_style", "most_choices", "points", "most_points")),
    (_("The count"), ("counting_rule", "rank_by", "cover")),
    (_("What a project needs"), ("minimum_votes", "minimum_of_ballots", "minimum_of_cost")),
    (_("Method of Equal Shares"), ("utility", "completion", "increment", "compare")),
    (_("Ties"), ("ties",)),
]


def _field(name: str) -> forms.Field:
    """The form's field of a parameter."""
    parameter = PARAMETERS[name]
    said: dict[str, Any] = {"label": LABELS[name], "help_text": HELP[name], "required": False}
    match parameter.kind:
        case Kind.NUMBER if name == "increment":  # an amount
            return MoneyField(least=parameter.least, most=MOST, **said)
        case Kind.NUMBER:
            return forms.IntegerField(min_value=parameter.least, max_value=MOST, **said)
        case Kind.SHARE:
            return ShareField(**said)
        case Kind.YES_OR_NO:
            return forms.BooleanField(**said)
        case Kind.ORDER:
            others = [(key, in_words(keys)) for key, keys in ORDERS.items() if keys != parameter.default]
            return forms.ChoiceField(choices=[(USUAL, USUALLY[name]), *others], **said)
        case _choice:
            choices = [(each, WORDS[each]) for each in parameter.choices if each not in ("points", parameter.default)]
            return forms.ChoiceField(choices=[(USUAL, USUALLY[name]), *choices], **said)


class ContestForm(forms.ModelForm[Contest]):
    """Amounts are typed as money, in the currency of the cycle."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = self["cycle"].value() if "cycle" in self.fields else None
        if cycle := Cycle.objects.filter(pk=chosen or self.instance.cycle_id).first():
            self.speak(cycle.currency)

    def speak(self, currency: str) -> None:
        for field in self.fields.values():
            if isinstance(field, MoneyField):
                field.currency = currency

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        joins = self.instance.pk is None or "cycle" in self.changed_data
        cycle = cleaned["cycle"].pk if cleaned.get("cycle") else self.instance.cycle_id
        if joins and cycle and (sentence := why_not(Deed.ADD_CONTEST, cycle)):
            self.add_error(None, sentence)
        return cleaned

    def _update_errors(self, errors: ValidationError) -> None:
        """What is wrong at a field that is not on this page is said above it."""
        for name in set(errors.error_dict) - self.fields.keys() - {NON_FIELD_ERRORS}:
            errors.error_dict.setdefault(NON_FIELD_ERRORS, []).extend(errors.error_dict.pop(name))
        super()._update_errors(errors)  # type: ignore[misc]


class MoneyForm(ContestForm):
    """The money of a contest, as a row of its cycle's page."""

    budget = MoneyField(label=_("Budget"), least=1)
    highest_cost = MoneyField(
        label=_("Highest cost of one project"), least=1, required=False, help_text=_("Empty: the whole budget.")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("district") and not cleaned.get("slug"):
            cleaned["slug"] = cleaned["district"].slug  # here too, so that the rows of one page are compared
        return cleaned


class RuleForm(ContestForm):
    """The ballot and the counting rule of a contest."""

    rank_by = _field("rank_by")
    minimum_votes = _field("minimum_votes")
    minimum_of_ballots = _field("minimum_of_ballots")
    minimum_of_cost = _field("minimum_of_cost")
    cover = _field("cover")
    utility = _field("utility")
    completion = _field("completion")
    increment = _field("increment")
    compare = _field("compare")
    ties = _field("ties")

    class Meta:
        model = Contest
        fields = ("ballot_style", "most_choices", "points", "most_points", "counting_rule")

    def __init__(self, *args: Any, instance: Contest | None = None, initial: Any = None, **options: Any) -> None:
        said = (_as_typed(instance) if instance else {}) | (initial or {})
        super().__init__(*args, instance=instance, initial=said, **options)

    def clean(self) -> dict[str, Any]:
        """Hand to the contest what was set in its rule. It judges that, and keeps it in its one form."""
        cleaned = super().clean() or {}
        said = {name: cleaned.get(name) for name in PARAMETERS}
        self.instance.rule_parameters = {
            name: _as_stored(value)
            for name, value in said.items()
            if value is not None and value is not False and value != USUAL
        }
        return cleaned

    @property
    def groups(self) -> list[tuple[Promise, list[forms.BoundField]]]:
        """The fields as a page shows them, under a heading each."""
        return [(heading, [self[name] for name in names]) for heading, names in GROUPS]

    def save_on_record(self, *, by: Person) -> Contest:
        """Save what was typed, with an entry in the audit log that names what it changed."""
        with transaction.atomic():
            contest = self.save()
            before, after = self.initial, self.cleaned_data
            changes = {name: [_brief(before.get(name)), _brief(after[name])] for name in self.changed_data}
            by.record(Done.CHANGED, on=contest, **changes)
        return contest


class WholeContestForm(RuleForm, MoneyForm):
    """Everything there is to a contest."""


def _as_typed(contest: Contest) -> dict[str, Any]:
    """What is set in its rule, by the names of the form's fields; nothing, if that makes no rule."""
    try:
        said = contest.rule.set_apart(scored=not contest.has_marks)
    except NotCountable:
        return {}
    for name, value in said.items():
        if PARAMETERS[name].kind is Kind.SHARE:
            said[name] = Fraction(value)
        elif PARAMETERS[name].kind is Kind.ORDER:
            said[name] = " ".join(value)
    return said


def _as_stored(value: Any) -> Any:
    """A cleaned value as JSON says it."""
    if isinstance(value, Fraction):
        return str(value)
    return list(ORDERS[value]) if value in ORDERS else value


def _brief(value: Any) -> str | None:
    return None if value in (None, USUAL) else str(value)
