"""How many codes that do not work came from a network, so that trying them is worth nobody's while."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from lib.refusal import Refused
from notices.counts import Limit, in_words

# A code has 80 bits: who guesses a million a second for a year has found none of a big city's. So nobody is refused a
# code that works, whatever came before it from the same network or account.
FROM_A_NETWORK = Limit("wrong codes of letters from a network", 300, timedelta(hours=1))
TOO_MANY = "too many"  # the code of the refusal


class WrongCode(Refused):
    """A code that does not work, be it wrong, used, worthless, too late or of a line with an account."""


@contextmanager
def counted(network: str, *, at: datetime) -> Iterator[None]:
    """Count a code that turns out not to work. Raises Refused with another sentence where there were too many."""
    try:
        yield
    except WrongCode as wrong:
        if until := FROM_A_NETWORK.count(network, at=at):
            said = _(
                "Too many codes that do not work came from your network: they are refused until %s. The code of a "
                "letter that does work is taken at any time."
            )
            raise Refused(said % in_words(until), code=TOO_MANY) from None
        raise wrong from None
