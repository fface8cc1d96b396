"""With another SECRET_KEY a second factor is lost: its holder proves twice who they are, and everybody learns of it."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, validate_totp_code
from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time as counters
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.lost_factors import take_away
from accounts.models import User
from audit.acts import Done
from audit.models import AuditEvent
from notices.models import Mail
from tests.signing_up import code_in

PASSWORD = "correct horse battery"


@pytest.fixture
def clara(clara: User, settings) -> User:
    """A clerk with an authenticator app and recovery codes, all sealed with a key that is lost now."""
    RecoveryCodes.activate(clara)
    clara.set_password(PASSWORD)
    clara.save()
    settings.SECRET_KEY = "another"
    return clara


def with_password(client: Client, user: User) -> None:
    answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert answer.url == reverse("account_confirm_login_code")
    assert "_auth_user_id" not in client.session, "not with the password alone"
    client.post(answer.url, {"code": code_in(mail.outbox[-1])})


def with_mailed_code(client: Client, user: User) -> None:
    answer = client.post("/accounts/login/code/", {"email": user.email})
    client.post(answer.url, {"code": code_in(mail.outbox[-1])})


def set_up_a_new_one(client: Client):
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(iter(counters()))))
    return client.post(reverse("mfa_activate_totp"), {"code": code})


def test_a_lost_second_factor_counts_as_not_held(client: Client, clara: User) -> None:
    assert not clara.has_a_second_factor
    with_password(client, clara)
    assert client.session["_auth_user_id"] == str(clara.pk)
    assert client.get("/desk/").url == reverse("second_factor")


def test_a_wrong_secret_key_is_no_500_where_a_code_is_typed(clara: User) -> None:
    factor = TOTP(Authenticator.objects.get(user=clara, type=Authenticator.Type.TOTP))
    assert not factor.validate_code("123456")
    assert RecoveryCodes(Authenticator.objects.get(user=clara, type="recovery_codes")).generate_codes()


def test_no_code_that_anybody_can_reckon_fits_a_lost_factor(clara: User) -> None:
    factor = TOTP(Authenticator.objects.get(user=clara, type=Authenticator.Type.TOTP))
    assert validate_totp_code("", reckoned := format_hotp_value(hotp_value("", next(iter(counters())))))
    assert not factor.validate_code(reckoned)


def test_password_and_mailed_code_lead_to_a_new_one_on_record_and_everybody_is_told(
    client: Client, clara: User, otto: User, rosa: User
) -> None:
    with_password(client, clara)
    mail.outbox.clear()
    assert set_up_a_new_one(client).status_code == 302
    assert User.objects.get(pk=clara.pk).has_a_second_factor
    entry = AuditEvent.objects.get(action=Done.SECOND_FACTOR_LOST)
    assert (entry.actor, entry.facts) == (clara, {"types": ["recovery_codes", "totp"]})
    told = {to for message in mail.outbox if "sealed with a key" in message.body for to in message.to}
    assert told == {clara.email, otto.email}
    assert client.get("/desk/").status_code == 200


def test_d13_no_factor_goes_without_the_mails_about_it(clara: User, otto: User, settings, monkeypatch) -> None:
    settings.EMAIL_BACKEND = "notices.outbox.Outbox"
    with monkeypatch.context() as patch:
        patch.setattr(Mail, "save", die)
        with pytest.raises(SystemExit):
            take_away(clara, tell=True)
    assert Authenticator.objects.filter(user=clara).count() == 2
    assert not AuditEvent.objects.filter(action=Done.SECOND_FACTOR_LOST).exists()
    take_away(clara, tell=True)
    assert set(Mail.objects.values_list("to", flat=True)) == {clara.email, otto.email}, "written by then, and no later"


def test_a_name_in_several_lines_keeps_nobody_from_a_new_factor(clara: User) -> None:
    User.objects.filter(pk=clara.pk).update(name="Clara\nBcc: everybody@city.example")
    clara.refresh_from_db()
    take_away(clara, tell=True)
    assert mail.outbox[-1].subject.startswith("Clara Bcc: everybody@city.example sets up")


def die(*_: object, **__: object) -> None:
    raise SystemExit


def test_a_mailed_code_alone_is_not_enough_to_replace_a_lost_factor(client: Client, clara: User) -> None:
    with_mailed_code(client, clara)
    for name in ("mfa_activate_totp", "mfa_add_webauthn"):
        assert client.get(reverse(name)).url.startswith(reverse("account_reauthenticate"))
        assert client.post(reverse(name)).status_code == 302
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    assert not AuditEvent.objects.filter(action=Done.SECOND_FACTOR_LOST).exists()


def test_whoever_still_has_a_passkey_is_asked_for_it(client: Client, clara: User) -> None:
    Authenticator.objects.create(user=clara, type=Authenticator.Type.WEBAUTHN, data={"name": "key", "credential": {}})
    entry = AuditEvent.objects.get(action=Done.SECOND_FACTOR_LOST)
    assert entry.actor == clara, "what opens nothing goes when the passkey comes"
    answer = client.post("/accounts/login/", {"login": clara.email, "password": PASSWORD})
    assert answer.url == reverse("mfa_authenticate")


def test_with_the_right_key_nothing_more_is_asked(client: Client, clara: User, settings) -> None:
    settings.SECRET_KEY = "yet another"
    Authenticator.objects.filter(user=clara).delete()
    TOTP.activate(clara, "JBSWY3DPEHPK3PXP")
    answer = client.post("/accounts/login/", {"login": clara.email, "password": PASSWORD})
    assert answer.url == reverse("mfa_authenticate")
    assert not mail.outbox
