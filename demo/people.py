"""The people of the demo city: whoever appears in its texts, whoever votes, and the sign-ins for every role."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password

from accounts.models import Role, User
from audit.acts import Done
from audit.models import AuditEvent
from budgeting.people import RoleName
from demo.content import City
from demo.electorate import Line, email_of

PASSWORD = "halverne-demo"  # noqa: S105  everyone's, in an invented city; staff need a second factor besides
DOMAIN = "halverne.example"
COMMITTEE = ("committee", "committee2", "committee3")
ROLES = {
    "clerk": RoleName.CLERK,
    **dict.fromkeys(COMMITTEE, RoleName.COMMITTEE),
    "council": RoleName.COUNCIL,
    "auditor": RoleName.AUDITOR,
    "department": RoleName.DEPARTMENT,
    "keyholder1": RoleName.COUNCIL,
    "keyholder2": RoleName.COUNCIL,
    "keyholder3": RoleName.COUNCIL,
}
KEY_HOLDERS = ("keyholder1", "keyholder2", "keyholder3")


@dataclass(frozen=True)
class SignIn:
    key: str
    name: str

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"

    @property
    def needs_a_code(self) -> bool:
        return self.key in ROLES or self.key == "admin"


def sign_ins(city: City) -> list[SignIn]:
    return [SignIn(key, name) for key, name in city.sign_ins.items()]


def settle(city: City, voters: Iterable[Line], at: datetime) -> dict[str, User]:
    """Make the accounts. By name for who appears in the texts or has a sign-in, by identifier for the voters."""
    password = make_password(PASSWORD)
    signing_in = {one.name: one for one in sign_ins(city)}
    written = sorted(set(_who_writes(city)) - set(signing_in))
    made = {one.name: User(email=one.email, name=one.name, password=password) for one in signing_in.values()}
    made |= {name: User(email=email_of(name), name=_public(city, name), password=password) for name in written}
    made |= {line.identifier: User(email=line.email, name=line.name) for line in voters if line.name not in made}
    for user in made.values():
        user.joined_at = at
        if not user.password:
            user.set_unusable_password()
    made[city.sign_ins["admin"]].is_staff = made[city.sign_ins["admin"]].is_superuser = True
    User.objects.bulk_create(made.values())
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in made.values()
    )
    return made


def appoint(city: City, people: dict[str, User], at: datetime) -> None:
    """Give the roles, on record, and each sign-in that needs one a second factor, as they were given back then."""
    admin = people[city.sign_ins["admin"]]
    AuditEvent.append(Done.MADE, by=None, on=admin, is_staff=True, is_superuser=True)
    for name in city.staff:
        people[name].grant(RoleName.CLERK, by=admin, at=at)
    for one in sign_ins(city):
        if one.key in ROLES:
            people[one.name].grant(ROLES[one.key], by=admin, at=at)
        if one.needs_a_code:
            factor = TOTP.activate(people[one.name], generate_totp_secret()).instance
            Authenticator.objects.filter(pk=factor.pk).update(created_at=at)
    Role.objects.update(told=True)  # in this city nobody was told when its past was invented


def _who_writes(city: City) -> Iterable[str]:
    yield from city.staff
    for contests in city.rounds.values():
        for contest in contests:
            for proposal in contest.proposals:
                yield proposal.author
                yield from (comment.by for comment in proposal.comments)


def _public(city: City, name: str) -> str:
    """Staff sign with their service."""
    return f"{name}, {city.staff[name]}" if name in city.staff else name


# Whose city this is --------------------------------------------------------------------------------------------------


def is_demo() -> bool:
    """Was this city made by the demo? The first entry of its audit log, which nothing can change, says so."""
    return AuditEvent.objects.filter(number=1, action=Done.DEMO_LOADED).exists()


def authenticator_of(email: str) -> Authenticator | None:
    """The demo's own second factor of that sign-in, if there is one."""
    return Authenticator.objects.filter(
        user__email__iexact=email, user__email__endswith=f"@{DOMAIN}", type=Authenticator.Type.TOTP
    ).first()
