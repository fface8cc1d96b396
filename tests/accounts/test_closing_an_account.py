"""Whoever closes their account is told before what goes and what stays, and that is what happens."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.db import connection
from django.test import Client

from accounts import closing
from accounts.models import KnownNetwork, User
from audit.models import AuditEvent
from ballots.models import Envelope, KeyShare
from budgeting import registry
from budgeting.people import RoleName
from lib.refusal import Refused
from proposals.models import Comment, Endorsement, Proposal
from tests.cast import drafted, enrol, given, middle_of, person, picture, propose, signed_in
from tests.databases import lifted
from tests.vote import cast

CLOSING = "/me/closing/"
SURE = {"sure": "on"}


@pytest.fixture
def ysolde(riverside_contest, cycle, riverside) -> User:
    """Somebody of whom the site keeps all that it can keep of a resident."""
    user = person("Ysolde")
    user.set_password("four plain words here")
    user.save()
    at = middle_of("proposing")
    TOTP.activate(user, generate_totp_secret())
    SocialAccount.objects.create(user=user, provider="city", uid="ysolde-at-the-city", extra_data={"mail": user.email})
    KnownNetwork.remember(user, "n" * 64, at=at)
    LogEntry.objects.create(
        user=person("Sam"),
        content_type=ContentType.objects.get_for_model(User),
        object_id=user.pk,
        object_repr=str(user),
        action_flag=CHANGE,
    )
    submitted = propose(riverside_contest, (1_000_00,))[0]
    Proposal.objects.filter(pk=submitted.pk).update(author=user)
    drafted(user, riverside_contest).add_photo(by=user, at=at, file=picture(), alt="The quay")
    Comment.objects.create(proposal=submitted, author=user, at=at, text="Good.")
    Endorsement.objects.create(proposal=submitted, by=user, at=at)
    enrol(user, cycle, riverside)
    return user


def browser_of(user: User) -> Client:
    """In which they have just shown that it is them."""
    browser = signed_in(user)
    given(browser, user, "mfa", reauthenticated=True)
    return browser


def where(word: str) -> set[str]:
    """The columns of the whole database in which it stands."""
    found = set()
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            for column in (field.column for field in model._meta.concrete_fields):
                cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE %s', [f"%{word}%"])
                if cursor.fetchone()[0]:
                    found.add(f"{table}.{column}")
    return found


def test_s22_nothing_in_the_database_names_somebody_who_has_left(ysolde: User, at) -> None:
    at("proposing")
    browser = browser_of(ysolde)
    assert {"accounts_user.name", "accounts_user.email", "django_admin_log.object_repr"} <= where("ysolde")
    assert browser.post(CLOSING, SURE).url == "/"
    assert where("ysolde") == set()
    ysolde.refresh_from_db()
    assert (str(ysolde), ysolde.is_active, ysolde.has_usable_password()) == ("A former resident", False, False)
    assert not EmailAddress.objects.filter(user=ysolde).exists()
    assert AuditEvent.objects.get(action="account closed").actor == ysolde


def test_what_others_have_answered_stays_without_a_name(ysolde: User, client: Client, at) -> None:
    at("proposing")
    browser_of(ysolde).post(CLOSING, SURE)
    proposal = Proposal.objects.get()
    assert proposal.submitted_at, "the draft is gone, the proposal is not"
    page = client.get(proposal.get_absolute_url()).content.decode()
    assert "A former resident" in page
    assert "Good." in page
    assert "Ysolde" not in page
    assert Endorsement.objects.filter(proposal=proposal).count() == 1


def test_they_are_told_by_mail_and_signed_out_everywhere(ysolde: User, at) -> None:
    at("proposing")
    elsewhere, browser = signed_in(ysolde), browser_of(ysolde)
    browser.post(CLOSING, SURE)
    assert [(each.to, each.subject) for each in mail.outbox] == [(["ysolde@example.org"], "Your account is closed")]
    for each in (elsewhere, browser):
        assert each.get("/me/").status_code == 302


def test_nobody_gets_in_again_and_the_address_is_free(ysolde: User, client: Client, at) -> None:
    at("proposing")
    browser_of(ysolde).post(CLOSING, SURE)
    client.post("/accounts/login/", {"login": "ysolde@example.org", "password": "four plain words here"})
    assert client.get("/me/").status_code == 302
    mail.outbox.clear()
    sign_up = {"email": "ysolde@example.org", "name": "Ysolde", "password1": "five other plain words here"}
    client.post("/accounts/signup/", sign_up)
    assert User.objects.filter(email="ysolde@example.org").exists()
    assert "code" in mail.outbox[0].body


def test_a_ballot_that_was_cast_stays_and_the_line_is_taken(
    voting, ysolde: User, rosa: User, riverside_contest, at
) -> None:
    cast(riverside_contest, {1: 1}, by=ysolde)
    browser_of(ysolde).post(CLOSING, SURE)
    envelope = Envelope.objects.get()
    assert envelope.resident.verification.user == ysolde


def test_the_page_says_it_all_and_closes_nothing_unless_one_is_sure(ysolde: User, at) -> None:
    at("proposing")
    browser = browser_of(ysolde)
    page = " ".join(browser.get(CLOSING).content.decode().split())
    for leaving in registry.leavings():
        for sentence in (*leaving.goes, *leaving.stays):
            assert str(sentence).replace("'", "&#x27;") in page
    answer = browser.post(CLOSING, {"sure": ""})
    assert answer.status_code == 422
    assert "it cannot be taken back" in answer.content.decode()
    ysolde.refresh_from_db()
    assert ysolde.is_active


def test_s8_it_is_asked_first_whether_it_is_still_them(ysolde: User, at) -> None:
    at("proposing")
    browser = signed_in(ysolde)
    for answer in (browser.get(CLOSING), browser.post(CLOSING, SURE)):
        assert answer.url.startswith("/accounts/2fa/reauthenticate/")
    ysolde.refresh_from_db()
    assert ysolde.is_active


@pytest.mark.parametrize("role", list(RoleName))
def test_whoever_holds_a_role_cannot_leave_with_it(riverside, role: RoleName, at) -> None:
    at("proposing")
    nora = person("Nora", role, district=riverside if role == RoleName.COMMITTEE else None)
    browser = browser_of(nora)
    assert "You hold a role" in browser.get(CLOSING).content.decode()
    assert browser.post(CLOSING, SURE).status_code == 422
    nora.refresh_from_db()
    assert nora.is_active


@pytest.mark.long
def test_nor_with_the_set_up_or_a_share_of_a_key(ysolde: User, box_key, at) -> None:
    moment = at("voting")
    ysolde.is_staff = True
    ysolde.save()
    with pytest.raises(Refused, match="set-up"):
        closing.close(ysolde, at=moment)
    ysolde.is_staff = False
    ysolde.save()
    with lifted("ballots_keyshare", "shares_stay"):
        KeyShare.objects.create(key=box_key, number=4, holder=ysolde, commitment="0" * 64)
    with pytest.raises(Refused, match="share of the key"):
        closing.close(ysolde, at=moment)
