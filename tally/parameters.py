"""What can be set in a counting rule: each parameter declared once, and read in one way wherever it comes from.

A form, a stored rule, the ballot's explanation and the count go by this table. What cannot be counted is refused when
it is read, by `NotCountable`, which says what is wrong so that others can put it in their own words.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

GREEDY = ("greedy", "greedy-no-skip", "greedy-threshold")
NAMES = (*GREEDY, "equal-shares", "phragmen")
KNOWS_POINTS = (*GREEDY, "equal-shares")
"""The rules that use the points or places of a ballot; the others would throw them away."""
RANKINGS = ("votes", "points", "votes-per-cost")
UTILITIES = ("cost", "cardinality", "points")
COMPLETIONS = ("none", "add1", "add1-exhaustive", "add1u")
DECIDERS = ("lot", "listed", "id")
"""What leaves no two projects equal. An order for ties ends with one of them."""
TIE_KEYS = ("min-cost", "max-votes", *DECIDERS)
MOST = 10**12
"""No number in a rule is above it."""
SHARE = re.compile(r"[0-9]{1,9}(/[0-9]{1,9}|\.[0-9]{1,9})?")


class Kind(StrEnum):
    """What a value of a parameter is."""

    NUMBER = "number"  # whole
    SHARE = "share"  # above 0, at most 1
    CHOICE = "choice"
    YES_OR_NO = "yes or no"
    ORDER = "order"  # of choices, each once


class Fault(StrEnum):
    """What is wrong with a value; `NotCountable.facts` has the rest."""

    UNKNOWN = "unknown"  # there is no such parameter
    EMPTY = "empty"
    NOT_A_NUMBER = "not a number"
    OUT_OF_BOUNDS = "out of bounds"
    NOT_A_SHARE = "not a share"
    NOT_A_CHOICE = "not a choice"
    NOT_YES_OR_NO = "not yes or no"
    NOT_AN_ORDER = "not an order"
    UNDECIDED = "undecided"
    OTHER_RULE = "other rule"
    NEEDS_ANOTHER = "needs another"
    OTHER_BALLOT = "other ballot"
    NOT_A_SEED = "not a seed"


SENTENCES = {
    Fault.UNKNOWN: "A counting rule has no {name}.",
    Fault.EMPTY: "{name} has no value; leave it out.",
    Fault.NOT_A_NUMBER: "{name} takes whole numbers, not {value}.",
    Fault.OUT_OF_BOUNDS: "{name} is at least {least} and at most {most}, not {value}.",
    Fault.NOT_A_SHARE: '{value} is not a share for {name}: give it as text such as "4/5", not as a float. '
    "It is above 0, so not negative, and at most 1.",
    Fault.NOT_A_CHOICE: "{value} is not a known {name}; known are {known}.",
    Fault.NOT_YES_OR_NO: "{name} is true or false, not {value}.",
    Fault.NOT_AN_ORDER: "{value} is not a known order for ties; it lists some of {known}, each once.",
    Fault.UNDECIDED: "An order for ties ends with what always decides: {known}.",
    Fault.OTHER_RULE: "{name} goes with {known}.",
    Fault.NEEDS_ANOTHER: "{name} goes with {other} {known}.",
    Fault.OTHER_BALLOT: "{value} does not go with these ballots; {known} would.",
    Fault.NOT_A_SEED: "The seed of the lot is a text that is not empty.",
}


class NotCountable(ValueError):
    """A rule that cannot be counted: at which parameter (or "name", "seed"), and what is wrong with it."""

    def __init__(self, fault: Fault, name: str, value: Any = None, known: tuple[str, ...] = (), **facts: Any) -> None:
        self.fault, self.name, self.value, self.known, self.facts = fault, name, value, known, facts
        super().__init__(SENTENCES[fault].format(name=name, value=shown(value), known=", ".join(known), **facts))


def shown(value: Any) -> str:
    """A value in a sentence, whatever it is."""
    text = value if isinstance(value, str) else repr(value)
    return (text if text.isprintable() else ascii(text))[:80]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing a city sets: what it may be, which rules it goes with, and what holds where nothing is said.

    `needs` names another parameter and the values of it without which this one would do nothing. Of `choices` that have
    "points" among them, this one is for ballots that give points or places and the others for ballots that mark.
    """

    name: str
    kind: Kind
    rules: tuple[str, ...] = NAMES
    default: Any = None
    least: int = 0
    choices: tuple[str, ...] = ()
    needs: tuple[str, tuple[str, ...]] | None = None

    def read(self, value: Any) -> Any:
        """The value in its one form. Raises NotCountable."""
        return _READERS[self.kind](self, value)

    def choices_on(self, scored: bool) -> tuple[str, ...]:
        """The choices for ballots that give points or places (`scored`), or else for those that mark."""
        if "points" not in self.choices:
            return self.choices
        return tuple(choice for choice in self.choices if (choice == "points") is scored)

    def default_on(self, scored: bool) -> Any:
        """What holds in a contest with such ballots where nothing is said."""
        if self.name == "minimum_votes":
            return 1  # a project that nobody chose is not funded
        return "points" if scored and "points" in self.choices else self.default


def _number(parameter: Parameter, value: Any) -> int:
    if type(value) is not int:  # True is an int, too
        raise NotCountable(Fault.NOT_A_NUMBER, parameter.name, value)
    if not parameter.least <= value <= MOST:
        raise NotCountable(Fault.OUT_OF_BOUNDS, parameter.name, value, least=parameter.least, most=MOST)
    return value


def _share(parameter: Parameter, value: Any) -> Fraction:
    is_written = isinstance(value, str) and SHARE.fullmatch(value) is not None
    if not is_written and type(value) not in (int, Fraction):
        raise NotCountable(Fault.NOT_A_SHARE, parameter.name, value)
    try:
        share = Fraction(value)
    except ZeroDivisionError:
        raise NotCountable(Fault.NOT_A_SHARE, parameter.name, value) from None
    if not 0 < share <= 1:
        raise NotCountable(Fault.NOT_A_SHARE, parameter.name, value)
    return share


def _choice(parameter: Parameter, value: Any) -> str:
    if not isinstance(value, str) or value not in parameter.choices:
        raise NotCountable(Fault.NOT_A_CHOICE, parameter.name, value, parameter.choices)
    return value


def _yes_or_no(parameter: Parameter, value: Any) -> bool:
    if type(value) is not bool:
        raise NotCountable(Fault.NOT_YES_OR_NO, parameter.name, value)
    return value


def _order(parameter: Parameter, value: Any) -> tuple[str, ...]:
    keys = tuple(value) if isinstance(value, list | tuple) else ()
    for key in keys:
        if not isinstance(key, str) or key not in parameter.choices or keys.count(key) > 1:
            raise NotCountable(Fault.NOT_AN_ORDER, parameter.name, key, parameter.choices)
    if not isinstance(value, list | tuple):
        raise NotCountable(Fault.NOT_AN_ORDER, parameter.name, value, parameter.choices)
    if not keys or keys[-1] not in DECIDERS or any(key in DECIDERS for key in keys[:-1]):
        raise NotCountable(Fault.UNDECIDED, parameter.name, value, DECIDERS)
    return keys


_READERS: dict[Kind, Callable[[Parameter, Any], Any]] = {
    Kind.NUMBER: _number,
    Kind.SHARE: _share,
    Kind.CHOICE: _choice,
    Kind.YES_OR_NO: _yes_or_no,
    Kind.ORDER: _order,
}

PARAMETERS = {
    each.name: each
    for each in (
        Parameter("rank_by", Kind.CHOICE, GREEDY, "votes", choices=RANKINGS),
        Parameter("minimum_votes", Kind.NUMBER, default=0),
        Parameter("minimum_of_ballots", Kind.SHARE),
        Parameter("minimum_of_cost", Kind.SHARE),
        Parameter("cover", Kind.SHARE, GREEDY[1:]),
        Parameter("utility", Kind.CHOICE, ("equal-shares",), "cost", choices=UTILITIES),
        Parameter("completion", Kind.CHOICE, ("equal-shares",), "none", choices=COMPLETIONS),
        Parameter("increment", Kind.NUMBER, ("equal-shares",), least=1, needs=("completion", COMPLETIONS[1:])),
        Parameter("compare", Kind.YES_OR_NO, ("equal-shares",), False),
        Parameter("ties", Kind.ORDER, default=("min-cost", "max-votes", "lot"), choices=TIE_KEYS),
    )
}
