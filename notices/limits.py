"""How many mails anybody on the network can have sent to one address.

A code, a reset and a sign-up are asked for by people who have not signed in, for any address. So that nobody can flood
a mailbox, an address gets only so many a day; so that nobody can use these up for somebody else, a part of them is kept
for networks from which the address has signed in before, and a device on which it has counts by itself. All count
what stands in the outbox, whether or not the address has an account, and so tell nobody whether it has.
"""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from notices.counts import Limit
from notices.models import Mail, Mails

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FROM_ONE_PLACE_AN_HOUR = 6
A_DAY = 30
KEPT_FOR_KNOWN_NETWORKS = 10  # of those
TO_ANYBODY = Limit("mails from a network", 20, timedelta(minutes=1))  # to however many addresses


@dataclass(frozen=True, slots=True)
class Asker:
    """Where something is asked for, or tried, in the name of an address.

    `network`: see `network_of`. `is_known`: the address has signed in from there. `device`: a digest of the device, if
    the address has signed in on it; else empty.
    """

    network: str
    is_known: bool = False
    device: str = ""

    @property
    def place(self) -> str:
        return self.device or self.network


def network_of(address: str) -> str:
    """A keyed digest of the network of an IP address."""
    return salted_hmac("notices.network", within(address), algorithm="sha256").hexdigest()


def within(address: str) -> str:
    """The network of an IP address: /24, or /64 of IPv6, which no home, office or telephone has less of.

    Some have a /56 or /48, and so more networks than one: what must not grow with them has a count over all networks.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 64), strict=False))


@contextmanager
def in_turn(to: str) -> Iterator[None]:
    """A transaction, for each address one at a time: of many who ask at once, each sees what was asked before."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('mails'), hashtext(%s))", [to.lower()])
        yield


def refused_until(to: str, asker: Asker, *, at: datetime) -> datetime | None:
    """Until when this address gets no more mails that are asked for from there; None if it gets one now."""
    asked_for = Mail.objects.filter(to__iexact=to).exclude(asked_from="")
    until = _until(asked_for.filter(asked_from=asker.place), FROM_ONE_PLACE_AN_HOUR, HOUR, at)
    if until or asker.device:
        return until
    a_day = A_DAY if asker.is_known else A_DAY - KEPT_FOR_KNOWN_NETWORKS
    return _until(asked_for, a_day, DAY, at) or TO_ANYBODY.count(asker.network, at=at)


def _until(mails: Mails, most: int, within: timedelta, at: datetime) -> datetime | None:
    """When the oldest of the last so many is that long ago."""
    of_late = mails.filter(written_at__gt=at - within).order_by("-written_at").values_list("written_at", flat=True)
    oldest = list(of_late[most - 1 : most])
    return oldest[0] + within if oldest else None
