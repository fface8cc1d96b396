"""What is kept of accounts only for a time."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils.translation import gettext_lazy as _

from accounts.models import Invitation, KnownNetwork
from budgeting.retention import DAYS, Kept


def forget_sessions(at: datetime) -> int:
    """What is kept of a session goes with it."""
    Session.objects.filter(expire_date__lte=at).delete()
    ended = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key"))
    return ended.delete()[0]


def forget_networks(at: datetime) -> int:
    return KnownNetwork.objects.filter(last_used_at__lte=at - DAYS).delete()[0]


def forget_invitations(at: datetime) -> int:
    """An address and a name of somebody who never had an account."""
    return Invitation.objects.filter(accepted_at=None, expires_at__lte=at - DAYS).delete()[0]


KEPT = [
    Kept(
        "sessions",
        _("Sessions: when each began, with what browser, and from which network as a keyed digest"),
        _("until they end"),
        forget_sessions,
    ),
    Kept(
        "networks",
        _("From which networks somebody has signed in, as keyed digests"),
        _("30 days after the last time"),
        forget_networks,
    ),
    Kept(
        "invitations",
        _("Addresses and names of people who were invited to a role and never took it up"),
        _("30 days after the invitation has run out"),
        forget_invitations,
    ),
]
