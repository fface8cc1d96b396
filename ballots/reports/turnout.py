"""Who took part: counted by district, age band and channel, never crossed with what was chosen."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count as Number
from django.utils.functional import Promise

from ballots.models import Envelope
from ballots.reports.disclosure import LEAST, withhold_small
from ballots.reports.result import Result

RESIDENT: Any = Envelope._meta.get_field("resident").related_model


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

    @property
    def share(self) -> float | None:
        return self.voters / self.registered if self.registered and self.voters is not None else None

    @property
    def withholds(self) -> bool:
        return any(group.voters is None for group in (*self.ages, *self.channels))


def turnout_of(result: Result) -> Turnout:
    """Turnout in a contest, every number fit to be published."""
    contest = result.contest
    residents = RESIDENT._default_manager.filter(cycle=result.cycle, removed_at=None)
    if not contest.district.city_wide:
        residents = residents.filter(district=contest.district)
    registered = _by_age(residents.values_list("age_band").annotate(Number("pk")))
    # Someone may have left the register after voting; the vote stands.
    voted = _by_age(
        Envelope.objects.filter(contest=contest).values_list("resident__age_band").annotate(Number("resident"))
    )
    voters = result.envelopes or sum(voted.values()) or result.ballots.all
    return Turnout(
        voters=voters if voters == 0 or voters >= LEAST else None,
        registered=sum(registered.values()),
        ages=_ages(voted, registered) if voters >= LEAST else [],
        channels=_channels(result) if voters >= LEAST else [],
    )


def _by_age(rows: object) -> dict[str, int]:
    return dict(rows)  # type: ignore[call-overload]


def _ages(voted: dict[str, int], registered: dict[str, int]) -> list[Group]:
    """Each age band with its turnout, where the box still holds the envelopes."""
    if not voted:
        return []
    bands = [
        (band, name)
        for band, name in RESIDENT._meta.get_field("age_band").choices
        if registered.get(band) or voted.get(band)
    ]
    numbers = [voted.get(band, 0) for band, _name in bands]
    # Where nearly everybody voted, the number of voters would tell of the few who did not.
    telling = {
        place for place, (band, _name) in enumerate(bands) if 0 < registered.get(band, 0) - numbers[place] < LEAST
    }
    published, _total = withhold_small(numbers, telling)
    return [
        Group(name, shown, shown / registered[band] if shown is not None and registered.get(band) else None)
        for (band, name), shown in zip(bands, published, strict=True)
    ]


def _channels(result: Result) -> list[Group]:
    names = dict(Envelope.Channel.choices)
    numbers = [result.channels.get(channel, {}).get("envelopes", 0) for channel in names]
    if not any(numbers):
        return []
    published, _total = withhold_small(numbers)
    return [Group(name, shown) for name, shown in zip(names.values(), published, strict=True)]
