"""A changed address, password or factor is on record, is told to the address there was, and ends other sessions.

What changed is seen by comparing the account before and after a request, in the transaction of that request: so it does
not depend on which of allauth's pages did it, and nothing is changed of which nobody is told.
"""

from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.sessions import end_sessions, set_up_a_factor
from audit.acts import Done
from notices.kinds import Kind
from notices.posting import post

# Pages on which one of them is changed; before each the person shows that it is still them.
CHANGES = frozenset(
    {
        "account_change_password",
        "closing",
        "account_email",
        "account_set_password",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_deactivate_totp",
        "mfa_download_recovery_codes",
        "mfa_edit_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_remove_webauthn",
        "mfa_view_recovery_codes",
        "openid_connect_callback",
        "socialaccount_connections",
    }
)
# A change of address ends here, with the code that was sent to the new one.
ENDS_A_CHANGE = frozenset({"account_email_verification_sent"})


@dataclass(frozen=True)
class Account:
    """What somebody signs in with."""

    email: str
    password: str
    factors: frozenset[tuple[int, str]]
    sign_ins: frozenset[tuple[int, str]]

    @classmethod
    def of(cls, key: int) -> "Account":
        user = User.objects.get(pk=key)
        factors = Authenticator.objects.filter(user=user).values_list("pk", "type")
        sign_ins = SocialAccount.objects.filter(user=user).values_list("pk", "provider")
        return cls(user.email, user.password, frozenset(factors), frozenset(sign_ins))


def settle(before: Account, user: User, *, request: HttpRequest) -> None:
    """Put on record what a request changed of this account, tell its owner, and end the other sessions."""
    if user.closed_at:  # which is told by itself
        return
    after = Account.of(user.pk)
    changes = [
        (Done.ADDRESS_CHANGED, before.email != after.email, {}),
        (Done.PASSWORD_CHANGED, before.password != after.password, {}),
        (Done.FACTOR_ADDED, after.factors - before.factors, {"types": _types(after.factors - before.factors)}),
        (Done.SIGN_IN_CONNECTED, after.sign_ins - before.sign_ins, {}),
        (Done.SIGN_IN_DISCONNECTED, before.sign_ins - after.sign_ins, {}),
        (Done.FACTOR_REMOVED, before.factors - after.factors, {"types": _types(before.factors - after.factors)}),
    ]
    done: list[tuple[Done, dict[str, Any]]] = [(what, facts) for what, happened, facts in changes if happened]
    if not done:
        return
    for what, facts in done:
        user.record(what, on=user, **facts)
    tell(user, [what for what, _facts in done], to=before.email)
    for key, kind in after.factors - before.factors:
        set_up_a_factor(request, user, key, kind)
    end_sessions(user, but=request)


def _types(factors: frozenset[tuple[int, str]]) -> list[str]:
    return sorted({kind for _key, kind in factors})


@transaction.atomic
def password_set_anew(user: User, **more: Any) -> None:
    """Called by allauth once a lost password is replaced."""
    user.record(Done.PASSWORD_CHANGED, on=user)
    tell(user, [Done.PASSWORD_CHANGED], to=user.email)


def tell(user: User, done: list[Done], *, to: str) -> None:
    """Nobody asked for this mail, so it does not count among those an address gets."""

    def says() -> dict[str, object]:
        return {"changes": "\n".join(f"- {_SAID[each]()}" for each in done)}

    post(Kind.ACCOUNT_CHANGED, to=to, language=user.language, says=says)


_SAID = {
    Done.ADDRESS_CHANGED: lambda: _("the e-mail address, which is no longer this one"),
    Done.PASSWORD_CHANGED: lambda: _("the password"),
    Done.FACTOR_ADDED: lambda: _("a second factor or recovery codes were added"),
    Done.SIGN_IN_CONNECTED: lambda: _("a sign-in of the city was connected with it"),
    Done.SIGN_IN_DISCONNECTED: lambda: _("a sign-in of the city was disconnected from it"),
    Done.FACTOR_REMOVED: lambda: _("a second factor or recovery codes were taken away"),
}
