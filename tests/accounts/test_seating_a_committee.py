"""A clerk grants roles, each for a term, by address and name; whoever has no account is invited by one mail."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time as counters
from django.contrib import admin
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from accounts import invitations, new_roles
from accounts.invitations import TO_AN_ADDRESS
from accounts.models import Invitation, Role, User
from audit.acts import Done
from audit.models import AuditEvent
from budgeting import two
from budgeting.models import JointAct
from budgeting.people import RoleName, holders_of
from budgeting.two import Joint
from tests.cast import person, signed_in
from tests.keeping import kept
from tests.papers import words_on
from tests.roles import ROLES, code_of_the_mail, typed

FIVE = ("Ana", "Bo", "Cleo", "Dov", "Eve")
PASSWORD = "correct horse battery"


@kept
def now(at, clara):
    return at("reviewing")


def taken_up(browser: Client, code: str, name: str = "Ana", changes: dict[str, str] | None = None):
    """The one page, as whoever is invited sees and fills it in."""
    secret = browser.get("/invitation/en/").context["secret"]
    digits = format_hotp_value(hotp_value(secret, next(iter(counters()))))
    filled_in = {"code": code, "name": name, "password": PASSWORD, "app_code": digits}
    return browser.post("/invitation/en/", filled_in | (changes or {}))


def offered(clara: User, name: str = "Ana", **changes: object):
    return signed_in(clara).post(ROLES, typed(name, **changes))


# The walk ------------------------------------------------------------------------------------------------------------


def test_a_clerk_seats_a_committee_of_five_without_the_set_up(clara: User, riverside, hillside, now) -> None:
    desk, browsers = signed_in(clara), {}
    for name in FIVE:
        answer = desk.post(ROLES, typed(name, district=riverside.pk))
        assert answer.status_code == 302
        assert mail.outbox[-1].to == [f"{name.lower()}@city.example"]
        browsers[name] = Client()
        answer = taken_up(browsers[name], code_of_the_mail(), name)
        assert answer.status_code == 302
    assert [str(user) for user in holders_of(RoleName.COMMITTEE, riverside)] == list(FIVE)
    for name, browser in browsers.items():
        member = User.objects.get(email=f"{name.lower()}@city.example")
        assert member.is_committee_for(riverside)
        assert not member.is_committee_for(hillside)
        assert browser.get("/desk/").status_code == 200, "signed in, with the factor given"
    page = desk.get(ROLES).content.decode()
    assert all(f"{name} &lt;{name.lower()}@city.example&gt;" in page for name in FIVE)
    assert "until 31 December 2027" in page
    assert len(mail.outbox) == 5, "one mail each"


def test_the_set_up_knows_no_roles_and_no_factors(db) -> None:
    assert not {Role, Invitation, Authenticator} & set(admin.site._registry)


# An invitation -------------------------------------------------------------------------------------------------------


def test_an_invitation_is_one_mail_in_one_language_and_its_page_too(clara: User, now) -> None:
    offered(clara, language="fr")
    body = mail.outbox[-1].body
    assert "vous invite" in body
    link = re.search(r"/invitation/fr/", body)[0]
    page = Client(headers={"Accept-Language": "en"}).get(link).content.decode()
    assert 'lang="fr"' in page
    assert "Votre invitation" in page


def test_its_code_is_in_no_address_a_proxy_logs_and_not_in_the_database(clara: User, now) -> None:
    offered(clara)
    code = code_of_the_mail()
    assert f"#{code}" in mail.outbox[-1].body
    assert code.encode() not in bytes(Invitation.objects.get().code_digest)


def test_it_works_once(clara: User, now) -> None:
    offered(clara)
    code = code_of_the_mail()
    assert taken_up(Client(), code).status_code == 302
    again = taken_up(Client(), code)
    assert again.status_code == 422
    assert "does not work" in words_on(again)
    assert User.objects.filter(email="ana@city.example").count() == 1


@pytest.mark.parametrize("days", [8, 30])
def test_it_is_good_for_seven_days(clara: User, now, monkeypatch, days: int) -> None:
    offered(clara)
    monkeypatch.setattr("lib.clock.now", lambda: now + timedelta(days=days))
    assert "does not work" in words_on(taken_up(Client(), code_of_the_mail()))
    assert not User.objects.filter(email="ana@city.example").exists()


def test_one_that_is_withdrawn_or_replaced_works_no_more(clara: User, now) -> None:
    offered(clara)
    first = code_of_the_mail()
    offered(clara)
    second = code_of_the_mail()
    signed_in(clara).post(f"/desk/invitations/{Invitation.objects.last().pk}/withdrawal/")
    for code in (first, second):
        assert taken_up(Client(), code).status_code == 422
    assert AuditEvent.objects.filter(action=Done.INVITATION_WITHDRAWN).count() == 1


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    "changes", [{"app_code": "000000"}, {"password": "short"}, {"name": "\u202e"}, {"code": "AAAA"}]
)
def test_what_needs_correcting_on_its_page_loses_nothing(clara: User, now, changes: dict[str, str]) -> None:
    offered(clara)
    answer = taken_up(browser := Client(), code_of_the_mail(), changes=changes)
    assert answer.status_code == 422
    assert "_auth_user_id" not in browser.session
    assert not User.objects.filter(email="ana@city.example").exists()
    secret = answer.context["secret"]
    digits = format_hotp_value(hotp_value(secret, next(iter(counters()))))
    right = {"code": code_of_the_mail(), "name": "Ana", "password": PASSWORD, "app_code": digits}
    assert browser.post("/invitation/en/", right).status_code == 302, "the app set up before goes on"


def test_s1_whoever_signed_up_with_the_address_before_has_nothing_of_it(clara: User, now) -> None:
    stranger = Client()
    stranger.post("/accounts/signup/", {"email": "ana@city.example", "name": "Mallory", "password1": "of another one"})
    offered(clara)
    taken_up(Client(), code_of_the_mail())
    ana = User.objects.get(email="ana@city.example")
    assert (ana.name, ana.check_password(PASSWORD), ana.is_proved) == ("Ana", True, True)
    assert EmailAddress.objects.filter(email="ana@city.example").count() == 1


def test_whoever_has_an_account_by_then_is_told_so(clara: User, now) -> None:
    offered(clara)
    code = code_of_the_mail()
    EmailAddress.objects.create(
        user=User.objects.create_user("ana@city.example"), email="ana@city.example", verified=True, primary=True
    )
    assert "You have an account by now" in words_on(taken_up(Client(), code))


# Whom ----------------------------------------------------------------------------------------------------------------


def test_s20_c27_an_account_is_granted_a_role_by_address_and_name_together(clara: User, tomas: User, now) -> None:
    wrong = offered(clara, "Thomas", email=tomas.email)
    assert wrong.status_code == 422
    assert "has another name" in words_on(wrong)
    assert not tomas.roles.exists()
    assert offered(clara, "Tomas", email=tomas.email).status_code == 302
    assert tomas.roles.get().granted_by == clara
    assert mail.outbox[-1].to == [tomas.email]
    assert not Invitation.objects.exists()


def test_nobody_grants_a_role_to_themselves(clara: User, now) -> None:
    answer = offered(clara, "Clara", email=clara.email.upper(), kind="auditor")
    assert "for another clerk" in words_on(answer)
    assert clara.roles.count() == 1


@pytest.mark.parametrize("who", ["rosa", "martin", "ines", "otto"])
def test_only_a_clerk_gives_roles(request, who: str, now) -> None:
    browser = signed_in(request.getfixturevalue(who))
    assert browser.get(ROLES).status_code == 404
    assert browser.post(ROLES, typed("Ana")).status_code == 404
    role = Role.objects.first().pk
    assert browser.post(f"{ROLES}{role}/end/").status_code == 403
    assert Role.objects.filter(pk=role).exists()


def test_whoever_sets_the_site_up_makes_the_first_clerk(db, at) -> None:
    at("preparing")
    sam = person("Sam", RoleName.AUDITOR)
    sam.roles.all().delete()
    User.objects.filter(pk=sam.pk).update(is_superuser=True)
    browser = signed_in(sam)
    assert browser.post(ROLES, typed("Ana", kind="clerk", begins="2026-11-01")).status_code == 302
    taken_up(Client(), code_of_the_mail())
    assert User.objects.get(email="ana@city.example").is_clerk


def test_a_clerk_ends_a_role_and_nobody_is_left_without_a_clerk(clara: User, otto: User, now) -> None:
    desk, role = signed_in(clara), otto.roles.get()
    for _ in range(2):
        assert desk.post(f"{ROLES}{role.pk}/end/").status_code == 302
    assert AuditEvent.objects.filter(action=Done.ROLE_REVOKED).count() == 1
    page = desk.post(f"{ROLES}{clara.roles.get().pk}/end/", follow=True)
    assert "No clerk would be left" in words_on(page)
    assert User.objects.get(pk=clara.pk).is_clerk


def test_nobody_is_flooded_with_invitations_and_what_was_typed_stays(clara: User, now) -> None:
    for _time in range(TO_AN_ADDRESS.most):
        assert offered(clara).status_code == 302
    sent, invited = len(mail.outbox), Invitation.objects.count()
    for clerk in (clara, person("Karl", RoleName.CLERK)):  # nor by another clerk
        for address in ("ana@city.example", "ANA@City.Example"):
            answer = offered(clerk, email=address)
            assert answer.status_code == 422
            assert "mails about roles within a day" in words_on(answer)
            assert f'value="{address}"' in answer.content.decode()
    assert (len(mail.outbox), Invitation.objects.count()) == (sent, invited)
    assert offered(clara, "Bo").status_code == 302


def test_one_clerk_does_not_flood_the_whole_city(clara: User, now, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitations, "BY_A_PERSON", replace(invitations.BY_A_PERSON, most=2))
    assert [offered(clara, name).status_code for name in FIVE[:3]] == [302, 302, 422]


def test_an_account_that_is_suspended_is_neither_granted_a_role_nor_invited(clara: User, tomas: User, now) -> None:
    User.objects.filter(pk=tomas.pk).update(is_active=False)
    assert "is suspended" in words_on(offered(clara, "Tomas", email=tomas.email))
    assert not Invitation.objects.exists()
    assert mail.outbox == []


# For how long --------------------------------------------------------------------------------------------------------


def test_a_role_whose_term_is_over_or_has_not_begun_is_no_role_anywhere(otto: User, ines: User, clara, now) -> None:
    day = timedelta(days=1)
    Role.objects.filter(user=otto).update(ends=now)
    Role.objects.filter(user=ines).update(begins=now + day)
    for user in (otto, ines):
        user = User.objects.get(pk=user.pk)
        assert not user.holds_a_role
        assert not user.must_use_a_second_factor
        assert user.why_not_confirm(now)
        assert signed_in(user).get("/desk/").status_code == 404
        assert all(user not in holders_of(kind) for kind in RoleName)
    new_roles.tell()
    assert {message.to[0] for message in mail.outbox} == {clara.email}


def test_the_last_day_of_a_term_is_the_whole_day_in_the_city(clara: User, tomas: User, now, monkeypatch) -> None:
    offered(clara, "Tomas", email=tomas.email, ends="2027-06-30")
    role = tomas.roles.get()
    assert role.ends.isoformat() == "2027-06-30T22:00:00+00:00", "midnight in Brussels"
    assert role.stands(role.ends - timedelta(seconds=1))
    assert not role.stands(role.ends)


def test_a_term_is_prolonged_and_one_that_was_over_begins_anew(clara: User, otto: User, now, at) -> None:
    desk = signed_in(clara)
    otto_s = {"email": otto.email, "kind": "auditor"}
    granted = otto.roles.get().granted_at
    desk.post(ROLES, typed("Otto", **otto_s, ends="2027-06-30"))
    desk.post(ROLES, typed("Otto", **otto_s, ends="2027-07-31"))
    role = otto.roles.get()
    assert (role.ends.month, role.granted_at) == (7, granted), "a role that stands stays as old as it is"
    Role.objects.filter(pk=role.pk).update(begins=None, ends=now)
    desk.post(ROLES, typed("Otto", **otto_s))
    role = otto.roles.get()
    assert role.granted_at == now
    assert not role.told
    assert "24 hours" in User.objects.get(pk=otto.pk).why_not_confirm(now)


@pytest.mark.parametrize(("begins", "ends"), [("2027-05-02", "2027-05-01"), ("2026-01-01", "2026-12-31")])
def test_a_term_that_is_over_before_it_begins_is_granted_to_nobody(clara, tomas, now, begins, ends) -> None:
    answer = offered(clara, "Tomas", email=tomas.email, begins=begins, ends=ends)
    assert "over before it begins" in words_on(answer)
    assert not tomas.roles.exists()


def test_the_database_takes_no_such_term(tomas: User, now) -> None:
    with pytest.raises(IntegrityError, match="a_term_ends_after_it_begins"), transaction.atomic():
        Role.objects.create(user=tomas, kind=RoleName.CLERK, begins=now, ends=now)


# A lost factor -------------------------------------------------------------------------------------------------------


@kept
def second(db, now) -> User:
    """Another clerk, for a while now."""
    user = person("Nadia", RoleName.CLERK)
    long_ago = now - timedelta(days=30)
    Role.objects.update(granted_at=long_ago)
    Authenticator.objects.update(created_at=long_ago)
    return user


def test_a_lost_second_factor_is_taken_away_by_two(clara: User, second: User, martin: User, now) -> None:
    theirs = signed_in(martin)
    Authenticator.objects.update(created_at=now - timedelta(days=30))
    act = signed_in(clara).post(f"{ROLES}people/{martin.pk}/second-factor/").url
    assert User.objects.get(pk=martin.pk).has_a_second_factor, "not by one"
    page = words_on(signed_in(second).get(act))
    assert "martin@example.org" in page
    signed_in(second).post(f"{act}confirmation/")
    assert not User.objects.get(pk=martin.pk).has_a_second_factor
    entry = AuditEvent.objects.get(action=Done.SECOND_FACTOR_TAKEN)
    assert (entry.actor, entry.facts) == (clara, {"types": ["totp"], "confirmed_by": second.pk})
    assert mail.outbox[-1].to == [martin.email]
    assert theirs.get("/me/").url.startswith("/accounts/login/")


def test_nobody_takes_part_in_taking_away_their_own(clara: User, second: User, now) -> None:
    signed_in(clara).post(f"{ROLES}people/{clara.pk}/second-factor/")
    assert not JointAct.objects.exists()
    act = two.propose(two.sketch(Joint.TAKE_FACTOR, on=second, cycle=None), by=clara, at=now)
    with pytest.raises(ValidationError, match="for others"):
        two.confirm(act, by=second, at=now)
    assert second.has_a_second_factor


def test_whoever_holds_no_role_is_not_for_the_desk(clara: User, rosa: User, now) -> None:
    page = signed_in(clara).post(f"{ROLES}people/{rosa.pk}/second-factor/", follow=True)
    assert "They hold no role" in words_on(page)


def test_whoever_sets_the_site_up_proposes_it_sees_it_and_takes_it_back(martin: User, second: User, now) -> None:
    root = person("Root", RoleName.CLERK)
    root.roles.all().delete()
    User.objects.filter(pk=root.pk).update(is_superuser=True)
    browser = signed_in(User.objects.get(pk=root.pk))
    act = browser.post(f"{ROLES}people/{martin.pk}/second-factor/").url
    assert "Take it back" in words_on(browser.get(act))
    others = signed_in(second).post(f"{ROLES}people/{root.pk}/second-factor/")
    assert others.url == ROLES, "they hold no role"
    assert "will not be done" in words_on(browser.post(f"{act}withdrawal/", follow=True))
    assert signed_in(martin).get(act).status_code == 404
