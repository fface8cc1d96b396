"""How this session signed in: asked of the session and never of the account, which others may hold open elsewhere."""

from ipaddress import IPv6Address
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from lib import clock
from notices.limits import network_of

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def gave_a_factor(request: HttpRequest, user: User) -> bool:
    """Has this session given a second factor, be it a code for the day the phone is lost?"""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, user))


def set_up_a_factor(request: HttpRequest, user: User, key: int, kind: str) -> None:
    """Whoever has just set up a factor has shown that they hold it, as freshly as can be."""
    if kind in FACTORS:
        record_authentication(request, user, "mfa", id=key, type=kind, reauthenticated=True)


def is_proved_freshly(request: HttpRequest, user: User) -> bool:
    """Was it shown in the last minutes that it is still them, by the strongest they hold?

    A factor before a password, either given for this and not at the sign-in; without both the sign-in itself counts.
    """
    strongest = _strongest(user)
    since = clock.of_sessions() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return any(
        record["at"] > since and record["method"] in strongest
        for record in get_authentication_records(request, user)
        if record.get("reauthenticated") or strongest == BY_MAIL
    )


BY_MAIL = frozenset({"code", "password_reset", "socialaccount"})


def _strongest(user: User) -> frozenset[str]:
    if user.has_a_second_factor:
        return frozenset({"mfa"})
    return frozenset({"password"}) if user.has_usable_password() else BY_MAIL


def where_to_prove(user: User, *, then: str) -> str:
    """The page on which they show it, and go on from there."""
    ways = get_adapter().get_reauthentication_methods(user)
    return f"{ways[0]['url'] if ways else reverse('prove_by_mail')}?{urlencode({'next': then})}"


def end_sessions(user: User, *, but: HttpRequest | None = None) -> None:
    """Every session of this person ends, wherever it is kept; but for that of the request, if it is theirs."""
    user.end_sessions()
    if but is not None and but.user.pk == user.pk:
        update_session_auth_hash(but, User.objects.get(pk=user.pk))


def before_it_is_kept(sender: Any, instance: UserSession, **_: Any) -> None:
    """Of where a session is, a keyed digest of the network is kept and nothing else."""
    if not UserSession.objects.filter(pk=instance.pk, ip=instance.ip).exists():
        instance.ip = as_kept(instance.ip)


def as_kept(address: str) -> str:
    """The digest, written as an address, since the column holds one: of fc00::/7, where nobody on the Internet is."""
    return str(IPv6Address(b"\xfd" + bytes.fromhex(network_of(address))[:15]))
