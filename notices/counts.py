"""How often something may be tried or done within a time: the one way of counting it, whatever is counted.

A password typed wrong, a code that does not work, a comment written: each is a `Limit`, and what is counted is kept of
a digest of whose it is, until its time is over. Nobody waits for an answer: whoever is refused is told until when.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils.crypto import salted_hmac

from budgeting.templatetags.dates import words
from notices.models import Count


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many of one thing `within` a time that begins with the first of them."""

    of: str  # what is counted; stands in the digest, so it stays as it is
    most: int
    within: timedelta

    def count(self, whose: str, *, at: datetime) -> datetime | None:
        """One more. Until when it is refused, if that is too many; the moment stays, however many more there are.

        One statement, so that many at once get no more than one after the other. Within a transaction that is rolled
        back, nothing was counted.
        """
        with connection.cursor() as cursor:
            cursor.execute(ONE_MORE, {"whose": self._digest(whose), "at": at, "until": at + self.within})
            times, until = cursor.fetchone()
        return until if times > self.most else None

    def take_back(self, whose: str) -> None:
        """It was none of those that count."""
        with connection.cursor() as cursor:
            cursor.execute(ONE_LESS, [self._digest(whose)])

    def forget(self, whose: str) -> None:
        Count.objects.filter(whose=self._digest(whose)).delete()

    def _digest(self, whose: str) -> bytes:
        return salted_hmac(f"notices.counts|{self.of}", whose, algorithm="sha256").digest()


def in_words(until: datetime) -> str:
    """A moment until which something is refused, at the next full minute: one that is read off is never too early."""
    return words(until + timedelta(minutes=1, microseconds=-1))


# Of many at once, who looked at the clock first may come last: by a minute, and more only if it was put back.
ONE_MORE = """
    INSERT INTO notices_count AS c (whose, times, until) VALUES (%(whose)s, 1, %(until)s)
    ON CONFLICT (whose) DO UPDATE SET (times, until) = (
        SELECT CASE WHEN goes_on THEN c.times + 1 ELSE 1 END, CASE WHEN goes_on THEN c.until ELSE excluded.until END
        FROM (SELECT c.until > %(at)s AND c.until <= excluded.until + interval '1 minute' AS goes_on) AS found
    )
    RETURNING times, until
"""
ONE_LESS = "UPDATE notices_count SET times = greatest(times - 1, 0) WHERE whose = %s"
