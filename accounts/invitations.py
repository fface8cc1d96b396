"""How somebody without an account comes to a role: one mail, one page, one second factor.

The code of the mail proves the address, so what is set on that page is set and proved in one session (proving.py).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import Invitation, Role, User
from accounts.proving import void
from audit.acts import Done
from budgeting.models import District
from budgeting.people import RoleName
from lib.refusal import Refused, require
from lib.typed import in_fours, letters_and_digits
from notices.counts import Limit, in_words
from notices.kinds import Kind
from notices.posting import post

GOOD_FOR = timedelta(days=7)
DAY = timedelta(days=1)
TO_AN_ADDRESS = Limit("roles offered to an address", 10, DAY)  # one person may be of many committees
BY_A_PERSON = Limit("roles offered by a person", 200, DAY)
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # 30 signs nobody confuses: 28 of them are 137 bits
SIGNS = 28


@dataclass(frozen=True, slots=True)
class Offer:
    """A role for a term, as a clerk types it: to whom, by address and name."""

    email: str
    name: str
    kind: RoleName
    district: District | None
    begins: datetime
    ends: datetime

    def why_not(self, *, by: User, at: datetime) -> str:
        """Why this is offered to nobody, in a sentence; empty if it may be."""
        if self.email.lower() == by.email.lower():
            return _("Your own roles are for another clerk.")
        if self.ends <= max(at, self.begins):
            return _("The term is over before it begins.")
        if self.kind == RoleName.DEPARTMENT and self.district:
            return _("A department is the whole city’s: leave the district at “All districts”.")
        return ""


@transaction.atomic
def offer(what: Offer, *, by: User, at: datetime, language: str) -> Role | Invitation:
    """Grant a role to the account of this address and name; if there is none, invite its owner by mail, on record.

    Raises Refused if the account is called otherwise or is suspended, if it may not be, or after too many in a day.
    """
    if sentence := what.why_not(by=by, at=at):
        raise Refused(sentence)
    suspended = User.objects.filter(email__iexact=what.email, is_active=False).exists()
    require(not suspended, _("The account of %s is suspended: whoever sets the site up lets it in first.") % what.email)
    _count(what.email, by=by, at=at)
    account = User.objects.proved().filter(email__iexact=what.email).first()
    if account is None:
        return _invite(what, by=by, at=at, language=language)
    require(
        account.name.casefold() == what.name.casefold(),
        _("The account of %s has another name. Ask whom you mean for their public name, and type both.") % what.email,
    )
    role = account.grant(what.kind, by=by, at=at, district=what.district, begins=what.begins, ends=what.ends)
    _tell(account, role)
    return role


def _count(email: str, *, by: User, at: datetime) -> None:
    """Each offer is a mail, and its reader has not asked for it. Raises Refused."""
    if until := TO_AN_ADDRESS.count(email.lower(), at=at):
        sentence = _("%(email)s has had %(most)d mails about roles within a day. Offer this one from %(moment)s on.")
        raise Refused(sentence % {"email": email, "most": TO_AN_ADDRESS.most, "moment": in_words(until)})
    if until := BY_A_PERSON.count(str(by.pk), at=at):
        sentence = _("You have offered %(most)d roles within a day. You can go on from %(moment)s on.")
        raise Refused(sentence % {"most": BY_A_PERSON.most, "moment": in_words(until)})


def _invite(what: Offer, *, by: User, at: datetime, language: str) -> Invitation:
    """A newer invitation takes the place of an older one to the same role."""
    same = {"email": what.email.lower(), "kind": what.kind, "district": what.district}
    Invitation.objects.waiting(at).filter(**same).update(withdrawn_at=at)
    code = "".join(secrets.choice(ALPHABET) for _place in range(SIGNS))
    invitation = Invitation.objects.create(
        **same,
        name=what.name,
        begins=what.begins,
        ends=what.ends,
        language=language,
        code_digest=digest(code),
        invited_by=by,
        invited_at=at,
        expires_at=at + GOOD_FOR,
    )
    by.record(Done.INVITED, on=invitation, **facts(invitation))
    _send(invitation, code)
    return invitation


def facts(invitation: Invitation) -> dict[str, object]:
    district = invitation.district.slug if invitation.district else None
    return {"role": invitation.kind, "district": district, "ends": invitation.ends.isoformat()}


def digest(typed: str) -> bytes:
    """Of the code alone, which is long enough to need no key: nobody can try them all."""
    return hashlib.sha256(letters_and_digits(typed).encode()).digest()


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User, at: datetime) -> None:
    """Nobody takes it up any more. Raises Refused if it no longer waits."""
    taken_back = Invitation.objects.waiting(at).filter(pk=invitation.pk).update(withdrawn_at=at)
    require(taken_back == 1, _("This invitation no longer waits."))
    by.record(Done.INVITATION_WITHDRAWN, on=invitation, **facts(invitation))


@transaction.atomic
def take_up(code: str, *, name: str, password: str, secret: str, at: datetime) -> User:
    """Make the account, with its second factor and the role, once. Raises Refused.

    What somebody set before for this address without proving it is void.
    """
    invitation = Invitation.objects.waiting(at).select_for_update(of=("self",)).filter(code_digest=digest(code)).first()
    if invitation is None:
        raise Refused(_("This code does not work. Copy all of it from the newest mail, or ask for another invitation."))
    has_account = User.objects.proved().filter(email__iexact=invitation.email).exists()
    require(not has_account, _("You have an account by now. Tell the clerk its address and public name instead."))
    user = User.objects.filter(email__iexact=invitation.email).first() or User.objects.create_user(invitation.email)
    void(user)
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    user.name, user.language = name, invitation.language  # not before: a proof voids what was set
    user.set_password(password)
    user.save()
    TOTP.activate(user, secret)
    invitation.accepted_at, invitation.accepted_by = at, user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    user.grant(
        RoleName(invitation.kind),
        by=invitation.invited_by,
        at=at,
        district=invitation.district,
        begins=invitation.begins,
        ends=invitation.ends,
    )
    return user


def _send(invitation: Invitation, code: str) -> None:
    path = f"{reverse('invitation', args=[invitation.language])}#{code}"

    def says() -> dict[str, object]:
        return {
            "inviter": invitation.invited_by.named,
            "role": invitation.role,
            "until": last_day(invitation.ends),
            "code": "-".join(in_fours(code)),
            "expires": date_format(localtime(invitation.expires_at), "j F Y, H:i"),
        }

    post(Kind.INVITED, to=invitation.email, language=invitation.language, says=says, path=path)


def _tell(user: User, role: Role) -> None:
    says = lambda: {"role": role, "until": last_day(role.ends)}  # noqa: E731  (asked once the language is active)
    post(Kind.ROLE_GIVEN, to=user.email, language=user.language, says=says)


def last_day(ends: datetime | None) -> str:
    """The last day of a term, in the city's zone; a term ends at midnight."""
    return date_format(localtime(ends) - timedelta(microseconds=1), "j F Y") if ends else ""
