"""When mails nobody waits for go: not at night, and digests at one hour of the day, both in the city's zone."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.utils.timezone import localtime, make_aware


def awake(at: datetime) -> datetime:
    """This moment, or the end of the quiet hours it falls into."""
    begins, ends = settings.MAIL_QUIET_FROM, settings.MAIL_QUIET_UNTIL
    hour = localtime(at).hour
    quiet = begins <= hour < ends if begins <= ends else hour >= begins or hour < ends
    return _next(ends, at) if quiet else at


def next_digest(at: datetime) -> datetime:
    return _next(settings.MAIL_DIGEST_AT, at)


def _next(hour: int, at: datetime) -> datetime:
    """The next moment, after this one, at which it strikes that hour in the city."""
    day = localtime(at).date()
    today = make_aware(datetime.combine(day, time(hour)))
    return today if today > at else make_aware(datetime.combine(day + timedelta(days=1), time(hour)))
