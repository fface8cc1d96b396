"""Second factors that were lost with SECRET_KEY: their holders prove twice who they are, and set up new ones.

Password and a mailed code stand in for the lost factor: adapter.py asks for the code, and allauth for the password
before anybody changes their factors. That the account did without it is on record, and everybody who holds a role is
told, so that whoever has read somebody's mail does not get in unseen.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.mfa import is_held
from accounts.models import Role, User
from audit.acts import Done
from lib import clock
from notices.kinds import Kind
from notices.posting import post


def lost(user: User) -> list[Authenticator]:
    """The second factors and recovery codes of this person that count as not held."""
    return [factor for factor in Authenticator.objects.filter(user=user) if not is_held(factor)]


def has_only_lost_ones(user: User) -> bool:
    return not user.has_a_second_factor and bool(lost(user))


@transaction.atomic
def take_away(user: User, *, tell: bool) -> None:
    """Take a person's lost factors away, on record, and with `tell` by mail to everybody who holds a role.

    The mails are written in the same transaction (notices/outbox.py): no factor goes without them.
    """
    if not (factors := lost(user)):
        return
    user.record(Done.SECOND_FACTOR_LOST, on=user, types=sorted(factor.type for factor in factors))
    Authenticator.objects.filter(pk__in=[factor.pk for factor in factors]).delete()
    if tell:
        _tell(user)


def _tell(user: User) -> None:
    standing = Role.objects.standing(clock.now())
    for holder in User.objects.filter(is_active=True, pk__in=standing.values("user")):
        post(Kind.FACTOR_LOST, to=holder.email, language=holder.language, says=lambda: {"name": user})


def before_a_new_one(instance: Authenticator, **kwargs: Any) -> None:
    """Called by Django before a second factor is saved: a new one takes the place of the lost ones."""
    if instance._state.adding and instance.type != Authenticator.Type.RECOVERY_CODES:
        take_away(instance.user, tell=True)


def at_sign_in(user: User) -> None:
    """Whoever came with a passkey loses recovery codes that open nothing."""
    if user.has_a_second_factor:
        take_away(user, tell=False)
