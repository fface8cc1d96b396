"""The counting rules as a city knows them: their names, what is set in them, and what is refused in words."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tally.parameters import Fault, NotCountable, shown


class CountingRule(models.TextChoices):
    GREEDY = "greedy", gettext_lazy("Most votes first, passing over what does not fit")
    GREEDY_NO_SKIP = "greedy-no-skip", gettext_lazy("Most votes first, stopping at the first that does not fit")
    GREEDY_THRESHOLD = "greedy-threshold", gettext_lazy("Most votes first, with a minimum or a covered share")
    EQUAL_SHARES = "equal-shares", gettext_lazy("Method of Equal Shares")
    PHRAGMEN = "phragmen", gettext_lazy("Sequential Phragmén")


LABELS = {
    "rank_by": gettext_lazy("What the order goes by"),
    "minimum_votes": gettext_lazy("Votes a project needs"),
    "minimum_of_ballots": gettext_lazy("Share of the ballots a project needs"),
    "minimum_of_cost": gettext_lazy("Share of the votes a project needs for its cost"),
    "cover": gettext_lazy("Covered share"),
    "utility": gettext_lazy("What a funded project is worth to a voter"),
    "completion": gettext_lazy("What becomes of the money that is left"),
    "increment": gettext_lazy("By how much each share is raised at a time"),
    "compare": gettext_lazy("Compare with most votes first"),
    "ties": gettext_lazy("Between equal projects"),
}
"""What is set in a rule, by its name in `tally.parameters`."""


def objection(wrong: NotCountable) -> ValidationError:
    """Why a rule cannot be counted: a sentence, at the field of a contest that it is about."""
    if wrong.name in LABELS:
        return ValidationError({wrong.name: _sentence(wrong)})
    field = "counting_rule" if wrong.name == "counting rule" else "rule_parameters"
    return ValidationError({field: _sentence(wrong)})


def _sentence(wrong: NotCountable) -> str:
    label = LABELS.get(wrong.name, wrong.name)
    match wrong.fault:
        case Fault.OTHER_RULE:
            return _("“%(label)s” goes only with %(rules)s. Leave it empty, or choose another rule.") % {
                "label": label,
                "rules": _(" or ").join(_quoted(CountingRule(rule).label for rule in wrong.known)),
            }
        case Fault.NEEDS_ANOTHER:
            return _("“%(label)s” does nothing unless “%(other)s” is a raising of the shares.") % {
                "label": label,
                "other": LABELS[wrong.facts["other"]],
            }
        case Fault.OTHER_BALLOT:
            return _other_ballot(wrong)
        case Fault.OUT_OF_BOUNDS:
            least, most = (number_format(wrong.facts[bound], force_grouping=True) for bound in ("least", "most"))
            return _("“%(label)s” is at least %(least)s and at most %(most)s.") % {
                "label": label,
                "least": least,
                "most": most,
            }
        case Fault.NOT_A_SHARE:
            return _("“%s” is a share above 0 and at most 100 %%, such as 80 %% or 4/5.") % label
        case Fault.UNDECIDED:
            return _("An order for equal projects ends with what always decides, such as the lot.")
        case Fault.UNKNOWN:
            return _("A counting rule has no “%s”.") % wrong.name
        case _other:
            return _("“%(label)s” cannot be “%(value)s”.") % {"label": label, "value": shown(wrong.value)}


def _other_ballot(wrong: NotCountable) -> str:
    if wrong.name == "counting rule":
        return _(
            "This rule knows only whether a project was chosen: points and places would be thrown away. Choose another "
            "rule, or a ballot on which projects are marked."
        )
    if wrong.name == "ties":
        return _("On a ballot paper projects are told apart by their ballot number. Choose the lot or that order.")
    if wrong.value == "points":
        return _("On this ballot projects are marked, and have no points to go by.")
    return _("Points and places would be thrown away. With this ballot the count goes by points.")


def _quoted(words: Iterable[object]) -> list[str]:
    return [f"“{word}”" for word in words]
