"""For how long nothing has been done in a session of whoever holds a role."""

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext as _

from lib import clock

LAST_SEEN = "last_seen"  # in a session: when its last page was asked for
A_MINUTE = 60


def left(session: SessionBase) -> int:
    """For how many more seconds it lasts if nothing is done."""
    now = clock.of_sessions()
    return int(session.get(LAST_SEEN, now) + settings.STAFF_IDLE.total_seconds() - now)


def touch(session: SessionBase) -> None:
    """Something is done in it. Written down once a minute: it costs a query."""
    now = clock.of_sessions()
    if now - session.get(LAST_SEEN, 0) > A_MINUTE:
        session[LAST_SEEN] = now


def said(*, sent: bool) -> str:
    minutes = int(settings.STAFF_IDLE.total_seconds() // 60)
    sentence = _("You are signed out, because nothing was done here for %d minutes.") % minutes
    return sentence + " " + _("What you have just sent was not taken.") if sent else sentence
