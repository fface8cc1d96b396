"""How many codes that do not work came from a network, so that trying them is worth nobody's while."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, models
from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.refusal import Refused
from residents.digests import network_digest

HOUR = timedelta(hours=1)
MOST = 300  # an hour. A code has 80 bits: who guesses a million a second for a year has found none of a big city's


class WrongCode(Refused):
    """A code that does not work, be it wrong, used, worthless, too late or of a line with an account."""


class WrongCodes(models.Model):
    """What came from one network within the hour; gone once it is over. A right code is never refused for it."""

    network = models.BinaryField(max_length=32, unique=True)  # residents.digests.network_digest
    tries = models.PositiveIntegerField()
    since = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("wrong codes")
        verbose_name_plural = gettext_lazy("wrong codes")

    def __str__(self) -> str:
        return f"{self.tries}, {self.since:%H:%M}"

    @staticmethod
    def count(network: str, *, at: datetime) -> datetime | None:
        """One more came from there. Until when such codes are refused, if there were too many; nobody waits here."""
        WrongCodes.objects.filter(since__lte=at - HOUR).delete()
        with connection.cursor() as cursor:
            cursor.execute(ONE_MORE, [network_digest("wrong-codes/v1", network), at])
            tries, since = cursor.fetchone()
        until: datetime = since + HOUR
        return until if tries > MOST else None


ONE_MORE = """
    INSERT INTO residents_wrongcodes AS w (network, tries, since) VALUES (%s, 1, %s)
    ON CONFLICT (network) DO UPDATE SET tries = w.tries + 1 RETURNING tries, since
"""
TOO_MANY = "too many"  # the code of the refusal


@contextmanager
def counted(network: str, *, at: datetime) -> Iterator[None]:
    """Count a code that turns out not to work. Raises Refused with another sentence where there were too many."""
    try:
        yield
    except WrongCode as wrong:
        if until := WrongCodes.count(network, at=at):
            said = _(
                "Too many codes that do not work came from your network: they are refused until %s. The code of a "
                "letter that does work is taken at any time."
            )
            raise Refused(said % time_format(localtime(until)), code=TOO_MANY) from None
        raise wrong from None
