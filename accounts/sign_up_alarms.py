"""What an auditor is told about accounts that were begun lately: an alarm says look, not that anything is wrong."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import CharField, Count, F, Func, QuerySet, Value
from django.db.models.functions import TruncDate, TruncHour
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from accounts.models import KnownNetwork, User
from budgeting.retention import DAYS

IN_AN_HOUR = 100  # a town's newspaper brings some dozens
IN_ONE_NIGHT = 50
NIGHT = range(5)  # the hours from midnight on, in the city
FROM_ONE_NETWORK = 30  # a library or a home for the aged may have as many, and then somebody knows of it
AT_ONE_PROVIDER = 20  # in a day, where there had been fewer: what gives addresses to everybody for ten minutes
MOST = 10  # sentences of one kind


@dataclass(frozen=True, slots=True)
class SignUps:
    """The accounts begun in the last 30 days; `unproved`: of how many nobody has proved the address."""

    begun: int
    unproved: int
    alarms: list[str]


def lately(at: datetime) -> SignUps:
    begun = User.objects.filter(joined_at__gt=at - DAYS)
    unproved = begun.exclude(emailaddress__verified=True).filter(closed_at=None).count()
    hours = dict(begun.annotate(hour=TruncHour("joined_at")).values_list("hour").annotate(Count("pk")))
    alarms = [*_in_an_hour(hours), *_in_one_night(hours), *_from_one_network(begun), *_at_one_provider(begun)]
    return SignUps(sum(hours.values()), unproved, alarms)


def _in_an_hour(hours: dict[datetime, int]) -> list[str]:
    return [
        _("%(n)d accounts were begun within the hour from %(hour)s on %(day)s.")
        % {"n": number, "hour": time_format(hour), "day": date_format(hour)}
        for hour, number in sorted(hours.items())
        if number >= IN_AN_HOUR
    ]


def _in_one_night(hours: dict[datetime, int]) -> list[str]:
    nights = Counter[date]()
    for hour, number in hours.items():
        if hour.hour in NIGHT:
            nights[hour.date()] += number
    return [
        _("%(n)d accounts were begun in one night, before five in the morning of %(day)s.")
        % {"n": number, "day": date_format(day)}
        for day, number in sorted(nights.items())
        if number >= IN_ONE_NIGHT
    ]


def _from_one_network(begun: QuerySet[User]) -> list[str]:
    used = KnownNetwork.objects.filter(user__in=begun).values_list("network").annotate(n=Count("pk"))
    many = used.filter(n__gte=FROM_ONE_NETWORK).order_by("-n", "network")
    return [
        _("%(n)d accounts begun lately are used from one network (%(network)s). Is it a library, or a home?")
        % {"n": number, "network": network[:8]}
        for network, number in many[:MOST]
    ]


def _at_one_provider(begun: QuerySet[User]) -> Iterator[str]:
    """One that hardly anybody had an address at before: on a busy day there are more of the usual ones too."""
    provider = Func(F("email"), Value("@"), Value(-1), function="split_part", output_field=CharField())
    of_a_day = begun.filter(closed_at=None).annotate(provider=provider, day=TruncDate("joined_at"))
    many = of_a_day.values_list("provider", "day").annotate(n=Count("pk")).filter(n__gte=AT_ONE_PROVIDER)
    for name, day, number in many.order_by("-n", "provider", "day")[:MOST]:
        before = User.objects.filter(email__iendswith=f"@{name}", joined_at__date__lt=day).count()
        if before < AT_ONE_PROVIDER:
            yield _(
                "%(n)d accounts were begun on %(day)s with addresses at %(name)s, and %(before)d before. Does anybody "
                "get an address there, for some minutes?"
            ) % {"n": number, "day": date_format(day), "name": name, "before": before}
