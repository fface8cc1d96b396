"""How many mails anybody on the network can have sent to one address.

A code, a reset and a sign-up are asked for by people who have not signed in, for any address. So that nobody can flood
a mailbox, an address gets only so many a day; so that nobody can use these up for somebody else, a part of them is kept
for networks from which the address has signed in before. Both count what stands in the outbox, whether or not the
address has an account, and so tell nobody whether it has.
"""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from notices.models import Mail

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FROM_ONE_NETWORK_AN_HOUR = 6
A_DAY = 30
KEPT_FOR_KNOWN_NETWORKS = 10  # of those


@dataclass(frozen=True, slots=True)
class Asker:
    """Where a mail was asked for. `network`: see `network_of`. `is_known`: the address has signed in from there."""

    network: str
    is_known: bool


def network_of(address: str) -> str:
    """A keyed digest of the network of an IP address."""
    return salted_hmac("notices.network", within(address), algorithm="sha256").hexdigest()


def within(address: str) -> str:
    """The network of an IP address: /24, or /56 of IPv6, which one household or office has."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 56), strict=False))


@contextmanager
def in_turn(to: str) -> Iterator[None]:
    """A transaction, for each address one at a time: of many who ask at once, each sees what was asked before."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('mails'), hashtext(%s))", [to.lower()])
        yield


def is_too_much(to: str, asker: Asker, *, at: datetime) -> bool:
    """Whether this address has got all it gets, for one who asks from there."""
    asked_for = Mail.objects.filter(to__iexact=to).exclude(asked_from="")
    if asked_for.filter(asked_from=asker.network, written_at__gt=at - HOUR).count() >= FROM_ONE_NETWORK_AN_HOUR:
        return True
    today = asked_for.filter(written_at__gt=at - DAY).count()
    return today >= (A_DAY if asker.is_known else A_DAY - KEPT_FOR_KNOWN_NETWORKS)
