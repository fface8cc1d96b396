"""Who took part: counted by district, age band and channel, never crossed with what was chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise

from ballots.models import Envelope
from ballots.roll import voters_by_age
from residents.statistics import registered_by_age
from results.disclosure import LEAST, withhold_small
from results.result import Result

Registered = list[tuple[str, str, int]]  # code and name of an age band, and how many are on the register


@dataclass(frozen=True, slots=True)
class Group:
    """Part of the voters. None: too few to publish, or needed to hide another. `share`: of the registered, 0 to 1."""

    name: str | Promise
    voters: int | None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many of the registered residents voted in a contest. `registered` 0: there was no register (an old vote)."""

    voters: int | None
    registered: int
    ages: list[Group]
    channels: list[Group]
    ages_on: date | None = None  # the day of the register's ages

    @property
    def share(self) -> float | None:
        return self.voters / self.registered if self.registered and self.voters is not None else None

    @property
    def hides_numbers(self) -> bool:
        return any(group.voters is None for group in (*self.ages, *self.channels))


def turnouts_of(results: Sequence[Result]) -> list[Turnout]:
    """Turnout in contests of one cycle, every number fit to be published; in three queries, however many there are."""
    if not results:
        return []
    districts = {result.contest.district for result in results}
    registered = registered_by_age(results[0].cycle, districts)
    voted = voters_by_age(result.contest for result in results)
    return [
        _turnout(result, registered.bands[result.contest.district], voted[result.contest.pk], registered.on)
        for result in results
    ]


def _turnout(result: Result, registered: Registered, voted: dict[str, int], ages_on: date | None) -> Turnout:
    voters = result.envelopes or sum(voted.values()) or result.ballots.all
    return Turnout(
        voters=voters if voters == 0 or voters >= LEAST else None,
        registered=sum(number for _band, _name, number in registered),
        ages=_ages(voted, registered) if voters >= LEAST else [],
        channels=_channels(result) if voters >= LEAST else [],
        ages_on=ages_on,
    )


def _ages(voted: dict[str, int], registered: Registered) -> list[Group]:
    """Each age band with its turnout, where the box still holds the envelopes."""
    if not voted:
        return []
    bands = [(band, name, number) for band, name, number in registered if number or voted.get(band)]
    numbers = [voted.get(band, 0) for band, _name, _number in bands]
    # Where nearly everybody voted, the number of voters would tell of the few who did not.
    telling = {place for place, (_band, _name, number) in enumerate(bands) if 0 < number - numbers[place] < LEAST}
    published, _total = withhold_small(numbers, telling)
    return [
        Group(name, shown, shown / number if shown is not None and number else None)
        for (_band, name, number), shown in zip(bands, published, strict=True)
    ]


def _channels(result: Result) -> list[Group]:
    names = dict(Envelope.Channel.choices)
    numbers = [result.channels.get(channel, {}).get("envelopes", 0) for channel in names]
    if not any(numbers):
        return []
    published, _total = withhold_small(numbers)
    return [Group(name, shown) for name, shown in zip(names.values(), published, strict=True)]
