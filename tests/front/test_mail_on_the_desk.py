"""What a mail server will not take stands on the clerk's desk in words, and a clerk decides what becomes of it."""

import pytest
from django.test import Client

from accounts.models import User
from front.views.desk import MOST_MAILS
from lib import clock
from notices.models import KEPT_FOR, LATE, Mail
from tests.cast import signed_in
from tests.papers import words_on

DESK = "/desk/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed() -> Mail:
    at = clock.now()
    mail = Mail.objects.create(
        message_id="<1@city.example>",
        to="rosa@city.example",
        subject="Your proposal",
        content=b"Subject: Your proposal\n\nIt is returned.",
        written_at=at,
        next_try_at=at,
    )
    mail.fail("550 5.1.1 Nobody of this name", at=at)
    return mail


def test_a_clerk_reads_why_a_mail_did_not_arrive(failed: Mail, clara: User) -> None:
    told = words_on(signed_in(clara).get(DESK))
    assert "Mail that did not arrive" in told
    assert "rosa@city.example : Your proposal" in told or "rosa@city.example: Your proposal" in told
    assert "550 5.1.1 Nobody of this name" in told
    assert "It is returned" not in told


def test_a_clerk_sends_it_again(failed: Mail, clara: User) -> None:
    answer = signed_in(clara).post(f"{DESK}mail/{failed.pk}/again/", follow=True)
    assert "The mail to rosa@city.example is on its way again." in words_on(answer)
    assert list(Mail.objects.due(clock.now())) == [failed]
    assert "Mail that did not arrive" not in words_on(answer)


def test_a_clerk_throws_it_away(failed: Mail, clara: User) -> None:
    answer = signed_in(clara).post(f"{DESK}mail/{failed.pk}/give-up/", follow=True)
    assert "The mail to rosa@city.example was thrown away." in words_on(answer)
    assert not Mail.objects.exists()


@pytest.fixture
def many_failed() -> None:
    at = clock.now()
    for number in range(MOST_MAILS + 3):
        mail = Mail.objects.create(
            message_id=f"<{number}@many.example>",
            to=f"resident{number}@city.example",
            subject="Your proposal",
            content=b"Subject: Your proposal\n\nIt is returned.",
            written_at=at,
            next_try_at=at,
        )
        mail.fail("550 5.1.1 Nobody of this name", at=at)


def test_d16_a_clerk_reads_how_many_there_are_and_sends_all_again(many_failed, failed: Mail, clara: User) -> None:
    told = words_on(signed_in(clara).get(DESK))
    assert f"{MOST_MAILS + 4} mails were refused" in told
    assert f"thrown away after {KEPT_FOR.days} days" in told
    answer = signed_in(clara).post(f"{DESK}mail/again/", follow=True)
    assert f"{MOST_MAILS + 4} mails are on their way again." in words_on(answer)
    assert Mail.objects.due(clock.now()).count() == MOST_MAILS + 4


def test_d16_a_clerk_throws_all_away_but_not_what_is_on_its_way(many_failed, failed: Mail, clara: User) -> None:
    failed.try_again(at=clock.now())
    answer = signed_in(clara).post(f"{DESK}mail/give-up/", follow=True)
    assert f"{MOST_MAILS + 3} mails were thrown away." in words_on(answer)
    assert Mail.objects.get() == failed


@pytest.mark.parametrize("act", ["again", "give-up"])
def test_d16_nobody_else_touches_all(failed: Mail, rosa: User, martin: User, clara: User, act: str) -> None:
    address = f"{DESK}mail/{act}/"
    assert Client().post(address).status_code == 302
    assert [signed_in(who).post(address).status_code for who in (rosa, martin)] == [403, 403]
    assert signed_in(clara).get(address).status_code == 405
    assert Mail.objects.failed().get().content


@pytest.mark.parametrize("act", ["again", "give-up"])
def test_nobody_else_touches_it_and_what_is_on_its_way_is_left_alone(
    failed: Mail, clara: User, rosa: User, martin: User, act: str
) -> None:
    address = f"{DESK}mail/{failed.pk}/{act}/"
    assert Client().post(address).status_code == 302
    assert [signed_in(who).post(address).status_code for who in (rosa, martin)] == [403, 403]
    assert signed_in(clara).get(address).status_code == 405
    failed.try_again(at=clock.now())
    assert signed_in(clara).post(address).status_code == 404
    assert Mail.objects.get().content


def test_a_clerk_reads_that_mail_waits_and_why(failed: Mail, clara: User, martin: User) -> None:
    failed.try_again(at=clock.now() - LATE * 2)
    failed.left_here("[Errno 111] Connection refused")
    told = words_on(signed_in(clara).get(DESK))
    assert "1 mail has been waiting since" in told
    assert "The last answer was: [Errno 111] Connection refused" in told
    assert "mail" not in words_on(signed_in(martin).get(DESK)).lower()


def test_what_has_just_been_written_is_not_late(failed: Mail, clara: User) -> None:
    failed.try_again(at=clock.now())
    assert "Mail that did not arrive" not in words_on(signed_in(clara).get(DESK))
