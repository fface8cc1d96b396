"""Who holds a role signs in with a second factor, or gets nowhere (ASVS 6.3.3)."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time as counters
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from accounts.models import User
from budgeting.people import RoleName
from tests.cast import FIRST_DAY, give_a_factor, given, signed_in


def without_second_factor(user: User) -> User:
    Authenticator.objects.filter(user=user).delete()
    return user


@pytest.mark.sampled(6)
@pytest.mark.parametrize("who", ["clara", "martin", "ines", "otto"])
@pytest.mark.parametrize("path", ["/", "/admin/", "/accounts/email/", "/accounts/2fa/", "/nowhere/"])
def test_whoever_holds_a_role_is_led_to_the_second_factor_first(client: Client, request, who: str, path: str) -> None:
    client.force_login(without_second_factor(request.getfixturevalue(who)))
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.url == reverse("second_factor")
    assert client.post(path).status_code == 302


def test_someone_of_the_staff_without_a_role_is_led_there_too(client: Client, db) -> None:
    client.force_login(User.objects.create_superuser("sam@example.org"))
    assert client.get("/admin/").url == reverse("second_factor")


def test_the_pages_that_set_it_up_are_open(client: Client, clara: User) -> None:
    client.force_login(without_second_factor(clara))
    page = client.get(reverse("second_factor")).content.decode()
    assert reverse("mfa_activate_totp") in page
    assert reverse("mfa_add_webauthn") in page
    for name in ("mfa_activate_totp", "mfa_add_webauthn"):
        answer = client.get(reverse(name))
        assert answer.status_code == 200 or answer.url.startswith(reverse("account_reauthenticate"))
    assert client.post(reverse("account_logout")).url == "/"


def test_recovery_codes_alone_are_no_second_factor(client: Client, clara: User) -> None:
    without_second_factor(clara)
    Authenticator.objects.create(user=clara, type=Authenticator.Type.RECOVERY_CODES, data={})
    client.force_login(clara)
    assert client.get("/").url == reverse("second_factor")


def test_s2_a_role_that_is_granted_ends_the_sessions_there_are(rosa: User, clara: User) -> None:
    browsers = [signed_in(rosa), signed_in(rosa)]
    assert all(browser.get("/me/").status_code == 200 for browser in browsers)
    rosa.grant(RoleName.AUDITOR, by=clara, at=FIRST_DAY)
    assert all(browser.get("/me/").url.startswith("/accounts/login/") for browser in browsers)


def test_s2_a_session_that_never_gave_the_factor_shows_no_page_of_a_role(clara: User) -> None:
    """Somebody else sets the factor up; this session was there before."""
    browser = signed_in(without_second_factor(clara))
    TOTP.activate(clara, generate_totp_secret())
    for path in ("/desk/", "/admin/", "/"):
        assert browser.get(path).url == reverse("second_factor")
    answer = browser.get(reverse("second_factor"))
    assert answer.url.startswith(reverse("mfa_reauthenticate"))
    assert browser.get(answer.url).status_code == 200
    give_a_factor(browser, clara)
    assert browser.get("/desk/").status_code == 200


def test_s2_whoever_sets_a_factor_up_goes_on_where_they_are_and_nowhere_else(clara: User) -> None:
    here, elsewhere = signed_in(without_second_factor(clara)), signed_in(clara)
    given(here, clara, "code")
    secret = here.get(reverse("mfa_activate_totp")).context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(iter(counters()))))
    assert here.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
    assert here.get("/desk/").status_code == 200
    assert elsewhere.get("/desk/").url.startswith("/accounts/login/")


def test_a_resident_needs_none(client: Client, rosa: User) -> None:
    client.force_login(rosa)
    assert client.get("/").status_code == 200


def test_a_clerk_with_the_right_password_is_not_in_until_the_code_is_right(client: Client, clara: User) -> None:
    without_second_factor(clara)
    secret = generate_totp_secret()
    TOTP.activate(clara, secret)
    clara.set_password("correct horse battery")
    clara.save()
    answer = client.post("/accounts/login/", {"login": clara.email, "password": "correct horse battery"})
    assert answer.url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    before = client.cookies["session"].value
    client.post(answer.url, {"code": "000000"})
    assert "_auth_user_id" not in client.session
    code = format_hotp_value(hotp_value(secret, next(iter(counters()))))
    client.post(answer.url, {"code": code})
    assert client.session["_auth_user_id"] == str(clara.pk)
    assert client.cookies["session"].value != before, "T-13: a new session at sign-in"


def test_the_secret_of_an_authenticator_app_is_not_in_the_database(clara: User) -> None:
    secret = generate_totp_secret()
    without_second_factor(clara)
    TOTP.activate(clara, secret)
    kept = Authenticator.objects.get(user=clara, type=Authenticator.Type.TOTP).data["secret"]
    assert secret not in kept
    assert TOTP(Authenticator.objects.get(user=clara, type="totp")).validate_code(
        format_hotp_value(hotp_value(secret, next(iter(counters()))))
    )


def test_the_set_up_has_no_door_of_its_own(client: Client, db) -> None:
    assert client.get("/admin/login/").url.startswith(reverse("account_login"))
    assert client.get("/admin/").status_code == 302
    answer = client.post("/admin/login/", {"username": "x", "password": "y"})
    assert answer.url.startswith(reverse("account_login"))


def test_a_resident_is_refused_the_set_up(client: Client, rosa: User) -> None:
    client.force_login(rosa)
    assert client.get("/admin/", follow=True).status_code == 403


def test_the_user_model_is_ours() -> None:
    assert get_user_model() is User
