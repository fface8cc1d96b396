"""A counting rule as a value: which one, with which minimum, ranking, completion and order for ties."""

from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any, Self

from tally.parameters import KNOWS_POINTS, NAMES, PARAMETERS, Fault, NotCountable, shown

_ONCE_STORED = {"rank_by", "minimum_votes", "utility", "completion", "compare", "ties"}
"""An earlier version stored these with every rule, also those that have no part in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """How a contest is counted. `tally.parameters` declares what each setting may be; what has no part in the rule, and
    what is not set, is None. Shares may be given as Fraction, "4/5", "0.8" or 1, never as a float.

    name
        ``greedy`` passes over what does not fit; ``greedy-no-skip`` stops there; ``greedy-threshold`` is greedy with
        thresholds: a minimum (so Pabulib means it), or a covered share, and then it stops; ``equal-shares``;
        ``phragmen``.
    rank_by
        what greedy goes by: ``votes``, ``points`` or ``votes-per-cost``. A minimum is in the same measure
        (votes for ``votes-per-cost``).
    minimum_votes, minimum_of_ballots, minimum_of_cost
        what a project needs to be considered; reaching it exactly is enough, and all that are set must be met.
        Of ballots: votes >= share x ballots. Of cost: votes / ballots >= share x cost / budget.
    cover
        not with ``greedy``: the first project that does not fit is funded all the same when at least this share of
        its cost is left (Poznan: 4/5), and the count stops. The city pays the rest from its reserve.
    utility, completion, increment, compare
        only ``equal-shares``. Under the utility ``points`` all that goes by votes goes by points: a minimum, what
        follows add-one, and the comparison. ``increment`` is what each step of add-one gives each voter, in minor
        units; None is one unit of the currency. With ``compare`` the greedy outcome wins if more voters prefer it.
    ties, seed
        what decides between equals, in this order. ``lot`` is drawn from ``seed``, which must be public.
    """

    name: str = "greedy"
    rank_by: str | None = None
    minimum_votes: int = 0
    minimum_of_ballots: Fraction | None = None
    minimum_of_cost: Fraction | None = None
    cover: Fraction | None = None
    utility: str | None = None
    completion: str | None = None
    increment: int | None = None
    compare: bool | None = None
    ties: tuple[str, ...] = PARAMETERS["ties"].default
    seed: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or self.name not in NAMES:
            raise NotCountable(Fault.NOT_A_CHOICE, "counting rule", self.name, NAMES)
        for name, parameter in PARAMETERS.items():
            value = getattr(self, name)
            if self.name not in parameter.rules:
                if value is not None:
                    raise NotCountable(Fault.OTHER_RULE, name, value, parameter.rules)
            elif value is not None:
                object.__setattr__(self, name, parameter.read(value))
            else:
                object.__setattr__(self, name, parameter.default)
        self._check_needs()
        if self.seed is not None and not _is_seed(self.seed):
            raise NotCountable(Fault.NOT_A_SEED, "seed", self.seed)

    def _check_needs(self) -> None:
        for name, parameter in PARAMETERS.items():
            if parameter.needs and getattr(self, name) is not None:
                other, values = parameter.needs
                if getattr(self, other) not in values:
                    raise NotCountable(Fault.NEEDS_ANOTHER, name, getattr(self, name), values, other=other)

    @property
    def measure(self) -> str:
        """In what the minimum and a shortfall are told: ``votes`` or ``points``."""
        return "points" if "points" in (self.rank_by, self.utility) else "votes"

    @property
    def stops(self) -> bool:
        """Whether greedy ends at the first project that does not fit."""
        return self.name == "greedy-no-skip" or self.cover is not None

    def as_greedy(self) -> "Rule":
        """Plain greedy in the same measure, with the same minimums: what may follow equal shares, or be compared."""
        return Rule(
            rank_by=self.measure,
            minimum_votes=self.minimum_votes,
            minimum_of_ballots=self.minimum_of_ballots,
            minimum_of_cost=self.minimum_of_cost,
            ties=self.ties,
            seed=self.seed,
        )

    def to_dict(self) -> dict[str, Any]:
        """The complete rule, every setting that is set, ready for JSON; `from_dict` reads it back."""
        plain = {item.name: _plain(getattr(self, item.name)) for item in fields(self)}
        return {name: value for name, value in plain.items() if value is not None}

    @classmethod
    def from_dict(cls, stored: Any) -> Self:
        """Raises NotCountable for whatever cannot be counted."""
        name = stored.get("name", "greedy") if isinstance(stored, dict) else "greedy"
        return cls._of(name, {each: value for each, value in _given(name, stored).items() if each != "name"})

    @classmethod
    def of_contest(cls, name: str, parameters: Any, *, scored: bool) -> Self:
        """The complete rule of a contest: by its name, with the parameters that were set; the lot has no seed yet.

        `scored`: its ballots give points or places, which must not be thrown away. Raises NotCountable.
        """
        given = _given(name, parameters)
        for each in ("name", "seed"):  # these are chosen elsewhere
            if each in given:
                raise NotCountable(Fault.UNKNOWN, each)
        if scored and name in NAMES and name not in KNOWS_POINTS:
            raise NotCountable(Fault.OTHER_BALLOT, "counting rule", name, KNOWS_POINTS)
        usual = {each: kind.default_on(scored) for each, kind in PARAMETERS.items() if name in kind.rules}
        rule = cls._of(name, usual | given)
        for each, kind in PARAMETERS.items():
            value, choices = getattr(rule, each), kind.choices_on(scored)
            if choices != kind.choices and value not in (None, *choices):
                raise NotCountable(Fault.OTHER_BALLOT, each, value, choices)
        return rule

    @classmethod
    def _of(cls, name: str, given: dict[str, Any]) -> Self:
        unknown = sorted(each for each in given if each not in PARAMETERS and each != "seed")
        if unknown:
            raise NotCountable(Fault.UNKNOWN, ", ".join(map(shown, unknown[:5])))
        return cls(name=name, **given)

    def set_apart(self, *, scored: bool) -> dict[str, Any]:
        """The parameters in which it differs from what is usual with such ballots, ready for JSON."""
        values = {each: getattr(self, each) for each in PARAMETERS}
        return {
            each: _plain(value)
            for each, value in values.items()
            if value is not None and value != PARAMETERS[each].default_on(scored)
        }


def _plain(value: Any) -> Any:
    """As JSON says it."""
    if isinstance(value, Fraction):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _given(rule: Any, stored: Any) -> dict[str, Any]:
    """What is set, without what an earlier version stored beside it."""
    if not isinstance(stored, dict):
        raise NotCountable(Fault.NOT_A_CHOICE, "set of parameters", stored, ("names with values",))
    for name, value in stored.items():
        if not isinstance(name, str):
            raise NotCountable(Fault.UNKNOWN, shown(name))
        if value is None:
            raise NotCountable(Fault.EMPTY, shown(name))
    if not stored.keys() >= _ONCE_STORED:
        return dict(stored)
    return {name: value for name, value in stored.items() if not _says_nothing(rule, name, value)}


def _says_nothing(rule: Any, name: str, value: Any) -> bool:
    """Is it the usual value of a setting that has no part in the rule?"""
    parameter = PARAMETERS.get(name)
    return parameter is not None and rule not in parameter.rules and value == parameter.default


def _is_seed(seed: Any) -> bool:
    """A text that can be hashed."""
    if not isinstance(seed, str) or not seed:
        return False
    return not any("\ud800" <= letter <= "\udfff" for letter in seed)
