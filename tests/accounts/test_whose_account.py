"""An account is whose address it is: what somebody else set for it before is void once its owner proves it (S1)."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time as counters
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import Role, User
from accounts.proving import void
from audit.acts import Done
from audit.models import AuditEvent
from budgeting.people import RoleName, holders_of
from residents.forms import DeskVerificationForm
from residents.models import Verification
from tests.cast import FIRST_DAY, enrol, person
from tests.papers import words_on
from tests.signing_up import ROSA, code_in

pytestmark = pytest.mark.django_db
BEFORE = {"email": ROSA["email"], "name": "Attacker", "password1": "a password of another"}


def signs_up(browser: Client, **changes: str):
    return browser.post("/accounts/signup/", ROSA | changes)


def signs_in(browser: Client, password: str = ROSA["password1"]):
    return browser.post("/accounts/login/", {"login": ROSA["email"], "password": password})


def signs_in_by_code(browser: Client):
    answer = browser.post("/accounts/login/code/", {"email": ROSA["email"]})
    return browser.post(answer.url, {"code": code_in(mail.outbox[-1])}, follow=True)


def sets_the_password_anew(browser: Client, password: str) -> None:
    answer = browser.post("/accounts/password/reset/", {"email": ROSA["email"]})
    answer = browser.post(answer.url, {"code": code_in(mail.outbox[-1])})
    browser.post(answer.url, {"password1": password, "password2": password})


def rosa() -> User:
    return User.objects.get(email=ROSA["email"])


def is_in(browser: Client) -> bool:
    return bool(browser.session.get("_auth_user_id"))


# What is void --------------------------------------------------------------------------------------------------------


def test_s1_a_password_and_a_name_set_before_by_another_are_void_once_the_owner_signs_in_by_code() -> None:
    other, owner = Client(), Client()
    signs_up(other, **BEFORE)
    page = signs_in_by_code(owner)
    assert is_in(owner)
    assert "Attacker" not in page.content.decode()
    assert "no longer hold" in words_on(page)
    assert rosa().name == ""
    signs_in(other, BEFORE["password1"])
    assert not is_in(other)
    assert AuditEvent.objects.get(action=Done.SET_BEFORE_VOIDED).facts == {"what": ["name", "password"]}


def test_s1_a_code_typed_in_the_waiting_page_of_the_other_lets_nobody_in_afterwards() -> None:
    other, owner = Client(), Client()
    waiting = signs_up(other, **BEFORE).url
    signs_in_by_code(owner)
    for data in ({"code": "AAAA-AAAA"}, {"action": "resend"}):
        other.post(waiting, data)
        other.get(waiting)
    assert not is_in(other)
    assert rosa().is_proved


def test_s1_nor_does_what_was_set_before_survive_a_password_that_is_set_anew() -> None:
    other, owner = Client(), Client()
    signs_up(other, **BEFORE)
    sets_the_password_anew(owner, "a better staple")
    assert rosa().name == ""
    assert rosa().check_password("a better staple")
    signs_in(other, BEFORE["password1"])
    assert not is_in(other)


def test_s1_nor_a_password_given_in_another_session_than_the_one_that_set_it() -> None:
    signs_up(Client())
    browser = Client()
    answer = signs_in(browser)
    browser.post(answer.url, {"code": code_in(mail.outbox[-1])})
    assert is_in(browser)
    assert not rosa().has_usable_password()


def test_s1_factors_connected_sign_ins_and_sessions_set_before_are_void_too() -> None:
    other = Client()
    signs_up(other, **BEFORE)
    other.force_login(rosa())
    TOTP.activate(rosa(), generate_totp_secret())
    SocialAccount.objects.create(user=rosa(), provider="openid_connect", uid="attacker")
    owner = Client()
    signs_in_by_code(owner)
    assert is_in(owner)
    assert not Authenticator.objects.exists()
    assert not SocialAccount.objects.exists()
    assert other.get("/me/").status_code == 302


# What is kept --------------------------------------------------------------------------------------------------------


def test_s1_whoever_signs_up_and_proves_it_in_one_session_keeps_it_all(client: Client) -> None:
    answer = signs_up(client)
    client.post(answer.url, {"code": code_in(mail.outbox[-1])})
    assert is_in(client)
    assert (rosa().name, rosa().check_password(ROSA["password1"])) == ("Rosa", True)
    assert not AuditEvent.objects.filter(action=Done.SET_BEFORE_VOIDED).exists()


def test_s1_a_proved_account_loses_nothing_at_its_next_sign_in(client: Client) -> None:
    answer = signs_up(client)
    client.post(answer.url, {"code": code_in(mail.outbox[-1])})
    signs_in_by_code(Client())
    assert (rosa().name, rosa().check_password(ROSA["password1"])) == ("Rosa", True)


@pytest.mark.parametrize("has_factor", [False, True])
def test_s1_the_first_account_keeps_what_the_command_line_gave_it(client: Client, has_factor: bool) -> None:
    sam = User.objects.create_superuser(ROSA["email"], ROSA["password1"], name="Sam")
    secret = generate_totp_secret()
    if has_factor:
        TOTP.activate(sam, secret)
    answer = signs_in(client)
    if has_factor:
        code = format_hotp_value(hotp_value(secret, next(iter(counters()))))
        answer = client.post(answer.url, {"code": code})
    client.post(answer.url, {"code": code_in(mail.outbox[-1])})
    assert get_user(client) == sam
    assert (rosa().name, rosa().check_password(ROSA["password1"])) == ("Sam", True)
    assert rosa().has_a_second_factor == has_factor


def test_s1_the_first_account_too_is_proved_by_more_than_a_code() -> None:
    User.objects.create_superuser(ROSA["email"], ROSA["password1"])
    browser = Client()
    signs_in_by_code(browser)
    browser.post("/accounts/confirm-email/", {"code": code_in(mail.outbox[-1])})
    assert is_in(browser)
    assert not rosa().has_usable_password()


def test_s1_what_is_void_is_void_before_the_address_counts_as_proved(monkeypatch) -> None:
    """A machine that goes down in between leaves no proved account with somebody else's password."""
    signs_up(Client(), **BEFORE)
    monkeypatch.setattr(EmailAddress, "save_base", lambda *_, **__: 1 / 0)
    monkeypatch.setattr("accounts.proving.void", lambda user: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        signs_in_by_code(Client())
    assert not rosa().is_proved


def test_s1_nothing_is_on_record_where_nothing_was_set() -> None:
    user = User.objects.create_user("nobody@example.org")
    assert not void(user)
    assert not AuditEvent.objects.exists()


# Only a proved address -----------------------------------------------------------------------------------------------


@pytest.fixture
def unproved() -> User:
    user = person("Mallory")
    EmailAddress.objects.filter(user=user).update(verified=False)
    return user


def test_s1b_only_a_proved_address_carries_a_role(unproved: User, clara: User) -> None:
    with pytest.raises(ValidationError, match="Nobody has proved"):
        unproved.grant(RoleName.AUDITOR, by=clara, at=FIRST_DAY)
    Role.objects.create(user=unproved, kind=RoleName.AUDITOR)
    assert unproved not in holders_of(RoleName.AUDITOR)


def test_s1b_no_clerk_ties_a_resident_to_an_account_whose_address_nobody_proved(unproved: User, cycle) -> None:
    form = DeskVerificationForm({"email": unproved.email}, cycle=cycle)
    assert "whose owner proved this address" in form.errors["email"][0]


def test_s1b_nor_does_a_letter_s_code(unproved: User, tomas: User, cycle, riverside, at) -> None:
    moment = at("voting")
    resident = enrol(tomas, cycle, riverside)
    Verification.objects.all().delete()
    with pytest.raises(ValidationError, match="Nobody has proved"):
        Verification.tie(resident, unproved, Verification.Method.LETTER, by=unproved, at=moment)


def test_s1b_nor_does_it_vote(tomas: User, cycle, riverside) -> None:
    enrol(tomas, cycle, riverside)
    assert Verification.of(tomas, cycle)
    EmailAddress.objects.filter(user=tomas).update(verified=False)
    assert not Verification.of(tomas, cycle)
