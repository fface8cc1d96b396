"""How often a password may be typed wrong: so that nobody guesses one, and nobody's guesses shut its owner out.

A right one does not count. Known or not, an address counts the same, so that a refusal tells nothing about it. Passkeys
are not counted: there is nothing to guess.
"""

import unicodedata
from datetime import datetime, timedelta

from notices.counts import Limit
from notices.limits import Asker

ON_A_DEVICE = Limit("passwords of an address on a device it has signed in on", 10, timedelta(hours=1))
FROM_A_NETWORK = Limit("passwords of an address from a network", 5, timedelta(minutes=5))
OF_A_NETWORK = Limit("passwords from a network", 10, timedelta(minutes=1))  # of however many addresses
OF_AN_ADDRESS = Limit("passwords of an address from strange networks", 50, timedelta(hours=1))

Counted = list[tuple[Limit, str]]


def counted_by(email: str, asker: Asker) -> Counted:
    """By what a try is counted: on a device of theirs by that alone; else by network, and for strangers over all."""
    address = folded(email)
    if asker.device:
        return [(ON_A_DEVICE, f"{address} {asker.device}")]
    by_network = [(FROM_A_NETWORK, f"{address} {asker.network}"), (OF_A_NETWORK, asker.network)]
    return by_network if asker.is_known else [*by_network, (OF_AN_ADDRESS, address)]


def count(counted: Counted, *, at: datetime) -> datetime | None:
    """One more try. Until when it is refused, if there were too many; what is refused is no guess, and counts for none.

    So whoever goes on in one network where they are refused uses up nothing of what other networks have.
    """
    for place, (limit, whose) in enumerate(counted):
        if until := limit.count(whose, at=at):
            take_back(counted[:place])
            return until
    return None


def take_back(counted: Counted) -> None:
    """It was right, or not even looked at."""
    for limit, whose in counted:
        limit.take_back(whose)


def forget(email: str, asker: Asker) -> None:
    """The password is another one now: what was guessed of the old one keeps nobody out, here or elsewhere."""
    for limit, whose in (*counted_by(email, asker), (OF_AN_ADDRESS, folded(email))):
        if limit is not OF_A_NETWORK:
            limit.forget(whose)


def folded(email: str) -> str:
    """The same for whatever the database takes for one address, and for accents too: another way of writing it that
    finds the same account gives no new tries."""
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", email.strip()).upper().casefold())
    return "".join(char for char in bare if not unicodedata.combining(char))
