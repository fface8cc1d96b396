"""Whose account it is: whoever proves its address, and not whoever typed that address first.

Anybody can sign up with somebody else's address, choose a name and a password, and wait until its owner proves it by a
mailed code. So what was set for an account before, in another session than the one that proves its address, is void
from that moment (docs/decisions/0021).
"""

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core import context as allauth
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acts import Done

SET_HERE = "account_set_here"  # in a session: the account whose name, password and factors were set in it


def set_here(request: HttpRequest, user: User, **more: Any) -> None:
    """Remember in this session that what this account has was set in it. Called by allauth at a sign-up, too."""
    request.session[SET_HERE] = user.pk


def before_a_proof(instance: EmailAddress, **kwargs: Any) -> None:
    """Called by Django before an address is saved; what is void goes first, so that nothing outlives the proof.

    Only a request proves anything: what a command writes, it answers for itself.
    """
    request = allauth.request
    if not instance.verified or request is None or _was_proved(instance):
        return
    user = instance.user
    if not _set_it(request, user) and void(user):
        messages.info(request, _said())


def _was_proved(address: EmailAddress) -> bool:
    return EmailAddress.objects.filter(pk=address.pk, verified=True).exists()


def _set_it(request: HttpRequest, user: User) -> bool:
    """Was what this account has set in this session? Its owner, signed in, may also be changing its address.

    The first account comes from the command line, from no session: for it, having given what was set there is enough.
    """
    if request.user.pk == user.pk or request.session.get(SET_HERE) == user.pk:
        return True
    return user.is_superuser and _was_given(request, user)


def _was_given(request: HttpRequest, user: User) -> bool:
    given = {record["method"] for record in get_authentication_records(request, user)}
    return "password" in given and ("mfa" in given or not user.has_a_second_factor)


@transaction.atomic
def void(user: User) -> bool:
    """Make void what was set for an account: name, password, factors, connected sign-ins, and every session.

    False if nothing was.
    """
    factors = Authenticator.objects.filter(user=user)
    connected = SocialAccount.objects.filter(user=user)
    had = {
        "name": bool(user.name),
        "password": user.has_usable_password(),
        "factors": factors.exists(),
        "sign_ins": connected.exists(),
    }
    if not any(had.values()):
        return False
    user.record(Done.SET_BEFORE_VOIDED, on=user, what=[name for name, there in had.items() if there])
    factors.delete()
    connected.delete()
    user.name = ""
    user.set_unusable_password()  # the key of every session is made from it: they end
    user.save(update_fields=["name", "password"])
    return True


def _said() -> str:
    return _(
        "Your address is confirmed. The name and the password that were chosen for it before, elsewhere, no longer "
        "hold: choose your own on “My page”."
    )
