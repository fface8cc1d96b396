"""An account is closed by whoever it belongs to: at once, for good, and told beforehand what stays."""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Invitation, KnownNetwork, User
from audit.acts import Done
from budgeting.people import Person
from budgeting.registry import Leaving, leavings
from lib.refusal import allow
from notices.kinds import Kind
from notices.posting import post


def why_not(user: User) -> str:
    """Why this account cannot be closed yet, in a sentence; empty if it can."""
    return next((sentence for leaving in leavings() if (sentence := leaving.why_not(user))), "")


@transaction.atomic
def close(user: User, *, at: datetime) -> None:
    """Close the account, on record, and tell its owner. Raises Refused as `why_not` says.

    The row stays, so that what it did stays somebody's: without an address, a name or a way to sign in.
    """
    allow(why_not(user))
    post(Kind.ACCOUNT_CLOSED, to=user.email, language=user.language, says=dict)
    user.record(Done.ACCOUNT_CLOSED, on=user)
    for leaving in leavings():
        leaving.forget(user)
    user.email, user.name, user.language = f"{user.pk}@closed.invalid", "", ""
    user.is_active, user.closed_at = False, at
    user.set_unusable_password()
    user.save()
    user.end_sessions()


def _why_not(person: Person) -> str:
    """Of whoever works for the budget, others must be able to say who it was."""
    user = User.objects.get(pk=person.pk)
    if user.is_staff:
        return _("You may enter the set-up. Somebody else who may takes that away first.")
    return _("You hold a role. A clerk ends it first.") if user.holds_a_role else ""


def _forget(person: Person) -> None:
    of_theirs = {"user": person.pk}
    for model in (EmailAddress, Authenticator, SocialAccount, KnownNetwork):
        model._default_manager.filter(**of_theirs).delete()
    Invitation.objects.filter(accepted_by=person.pk).delete()
    LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk)).delete()


LEAVING = Leaving(
    goes=[
        gettext_lazy("Your address, your name, your password, passkeys and codes, and all sessions"),
    ],
    stays=[
        gettext_lazy("The mail that says so, and those of the last 30 days, for as long."),
        gettext_lazy(
            "In the city's log of acts what you did, by the number of your account, for good: nobody could check the "
            "log if entries could go. If you have held a role, also the address and the name it was given to."
        ),
    ],
    forget=_forget,
    why_not=_why_not,
)
