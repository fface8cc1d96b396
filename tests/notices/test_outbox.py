"""A mail is written with the act it tells of, leaves by itself, and arrives once."""

import socket
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import connection, transaction
from django.test import Client

from notices.courier import Courier
from notices.models import GIVE_UP_AFTER, KEPT_FOR, LONGEST_PAUSE, PAUSE, Mail
from tests.notices.going import MINUTE, Clock, until_all_is_said, use, write
from tests.smtp import MailServer, Security, Step, mail_server

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]


# Written -------------------------------------------------------------------------------------------------------------


def test_a_mail_is_a_row_of_the_transaction_it_tells_of(clock: Clock) -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert not Mail.objects.exists()
    with transaction.atomic():
        write()
    assert Mail.objects.get().to == "rosa@city.example"


def test_a_mail_to_three_is_three_mails_of_which_each_names_one(server: MailServer, courier: Courier) -> None:
    addresses = ["rosa@city.example", "tomas@city.example", "clara@city.example"]
    EmailMessage("Hello", "All", to=addresses[:1], cc=addresses[1:2], bcc=addresses[2:]).send()
    assert courier.go() == 3
    assert [letter.rcpt_tos for letter in server.received] == [[address] for address in addresses]
    assert len({letter.message_id for letter in server.received}) == 3


def test_it_comes_from_the_city_and_says_that_a_machine_wrote_it(server: MailServer, courier: Courier) -> None:
    message = EmailMultiAlternatives("Déjà vu", "Plain", to=["rosa@city.example"])
    message.attach_alternative("<p>Rich</p>", "text/html")
    message.send()
    courier.go()
    (letter,) = server.received
    assert letter.mail_from == "budget@city.example"
    assert letter.message["From"] == "Halverne <budget@city.example>"
    assert letter.message["Auto-Submitted"] == "auto-generated"
    assert letter.message["Subject"] == "Déjà vu"
    assert letter.message["Message-ID"].endswith("@budget.city.example>")
    assert [part.get_content().strip() for part in letter.message.iter_parts()] == ["Plain", "<p>Rich</p>"]


def test_a_line_that_is_a_dot_ends_no_mail(server: MailServer, courier: Courier) -> None:
    write()
    courier.go()
    assert server.received[0].message.get_content().splitlines() == ["It is 1234.", ".", "Grüße"]


def test_a_subject_writes_no_header(clock: Clock) -> None:
    with pytest.raises(ValueError, match="newlines"):
        write(subject="Hello\nBcc: everybody@city.example")
    assert not Mail.objects.exists()


# On its way ----------------------------------------------------------------------------------------------------------


def test_what_is_sent_is_not_sent_again_and_its_content_is_gone(server: MailServer, courier: Courier) -> None:
    mail = write()
    assert (courier.go(), courier.go()) == (1, 0)
    mail.refresh_from_db()
    assert mail.sent_at is not None
    assert mail.content is None
    assert len(server.received) == 1


@pytest.mark.parametrize("security", Security)
@pytest.mark.parametrize("login", [None, ("purse", "secret")])
def test_c7_every_kind_of_tls_is_spoken(
    settings, courier: Courier, monkeypatch: pytest.MonkeyPatch, security: Security, login: tuple[str, str] | None
) -> None:
    with mail_server(security, login=login) as server:
        use(server, settings)
        monkeypatch.setenv("SSL_CERT_FILE", server.environment["SSL_CERT_FILE"])
        write()
        assert courier.go() == 1
    (letter,) = server.received
    assert letter.encrypted == (security is not Security.NONE)
    assert letter.user == (login and login[0])


def test_a_certificate_nobody_vouches_for_gets_no_mail(settings, courier: Courier) -> None:
    with mail_server(Security.STARTTLS) as server:
        use(server, settings)
        mail = write()
        assert courier.go() == 0
    mail.refresh_from_db()
    assert not server.received
    assert "certificate" in mail.failure.lower()
    assert Mail.objects.waiting().get() == mail


@pytest.mark.long
def test_a_server_that_is_away_loses_nothing_and_is_not_asked_for_each_mail(settings, clock, courier) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", door.getsockname()[1]
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    for number in range(5):
        write(f"resident{number}@city.example")
    for _ in range(300):  # days
        assert courier.go() == 0
        clock.passes(timedelta(minutes=20))
    assert Mail.objects.waiting().count() == 5
    assert "refused" in Mail.objects.due(clock()).first().failure
    with mail_server() as server:
        use(server, settings)
        clock.passes(2 * MINUTE)
        assert courier.go() == 5
    assert len({letter.message_id for letter in server.received}) == 5


@pytest.mark.parametrize("step", [Step.CONNECT, Step.MAIL, Step.RCPT, Step.DATA, Step.BODY])
def test_a_server_that_hangs_up_before_it_has_the_mail_gets_it_later_once(server, clock, courier, step) -> None:
    server.drop(step, times=1 if step is Step.BODY else 3)  # in the middle of the body we may not notice in time
    write()
    for _ in range(6):
        courier.go()
        clock.passes(10 * MINUTE)
    assert len(server.received) == 1


def test_a_server_that_takes_a_mail_and_hangs_up_gets_it_at_most_twice_under_one_name(server, clock, courier) -> None:
    server.drop(Step.END)
    mail = write()
    until_all_is_said(courier, clock)
    mail.refresh_from_db()
    assert len(server.received) == 2
    assert {letter.message_id for letter in server.received} == {mail.message_id}
    assert "may have arrived" in mail.failure
    assert mail.failed_at


def test_a_server_that_hangs_up_once_at_the_very_end_gets_it_twice_under_one_name(server, clock, courier) -> None:
    server.drop(Step.END, times=1)
    mail = write()
    until_all_is_said(courier, clock)
    mail.refresh_from_db()
    assert mail.sent_at
    assert [letter.message_id for letter in server.received] == [mail.message_id] * 2


def die(*_: object, **__: object) -> None:
    raise SystemExit


def test_a_worker_that_dies_after_a_mail_repeats_it_once_under_its_name(server, clock, courier, monkeypatch) -> None:
    mail = write()
    with monkeypatch.context() as patch:
        patch.setattr(Mail, "arrived", die)
        for _ in range(2):
            with pytest.raises(SystemExit):
                courier.go()
    until_all_is_said(courier, clock, 3)
    mail.refresh_from_db()
    assert [letter.message_id for letter in server.received] == [mail.message_id] * 2
    assert "the worker died on it" in mail.failure
    assert mail.failed_at


def test_a_worker_that_dies_before_the_last_line_of_a_mail_repeats_nothing(server, clock, courier, monkeypatch) -> None:
    mail = write()
    with monkeypatch.context() as patch:
        patch.setattr(Mail, "begin", die)
        for _ in range(5):
            with pytest.raises(SystemExit):
                courier.go()
    assert courier.go() == 1
    assert [letter.message_id for letter in server.received] == [mail.message_id]


def test_a_mail_that_is_put_off_is_tried_at_growing_distances_until_it_goes(server, clock, courier) -> None:
    server.refuse(Step.RCPT, "450 4.2.0 Greylisted", times=3)
    mail = write()
    pauses = []
    for _ in range(3):
        courier.go()
        mail.refresh_from_db()
        pauses.append(round((mail.next_try_at - clock.now) / PAUSE))
        assert courier.go() == 0, "not before its time"
        clock.now = mail.next_try_at
    assert pauses == [1, 2, 4]
    assert courier.go() == 1
    assert mail.failure == "450 4.2.0 Greylisted"


@pytest.mark.parametrize(
    ("step", "reply"), [(Step.RCPT, "550 5.1.1 Nobody of this name"), (Step.END, "554 5.7.1 Not this")]
)
def test_what_is_refused_for_good_is_not_tried_again_and_keeps_no_other_waiting(
    server, clock, courier, step, reply
) -> None:
    server.refuse(step, reply, to="gone@city.example")
    gone, rosa = write("gone@city.example"), write()
    assert courier.go() == 1
    until_all_is_said(courier, clock, 5)
    gone.refresh_from_db()
    rosa.refresh_from_db()
    assert (gone.failure, bool(gone.failed_at), bool(rosa.sent_at)) == (reply, True, True)
    assert server.connections == 1


@pytest.mark.long
def test_what_is_put_off_for_days_fails(server, clock, courier) -> None:
    server.refuse(Step.END, "452 4.3.1 No room")
    mail = write()
    until_all_is_said(courier, clock)
    mail.refresh_from_db()
    assert mail.failed_at - mail.written_at < GIVE_UP_AFTER + LONGEST_PAUSE * 2
    assert not server.received


@pytest.mark.parametrize("reply", ["530 5.7.0 Authentication required", "553 5.7.1 Not your address", "421 4.3.2 Away"])
def test_a_city_whose_sender_is_refused_loses_no_mail(server, clock, courier, reply) -> None:
    server.refuse(Step.MAIL, reply, times=2)
    write(), write("tomas@city.example")
    for _ in range(5):
        courier.go()
        clock.passes(10 * MINUTE)
    assert len(server.received) == 2


def test_one_mail_that_is_too_large_stops_no_other(server, clock, courier) -> None:
    server.refuse(Step.MAIL, "552 5.3.4 Too large", times=1)
    large, rosa = write(), write("tomas@city.example")
    courier.go()
    courier.go()
    assert Mail.objects.failed().get() == large
    assert server.received[0].rcpt_tos == [rosa.to]


def test_d16_mail_is_forgotten_a_month_after_it_was_sent_or_failed_and_not_while_it_waits(
    server, clock, courier
) -> None:
    server.refuse(Step.RCPT, "550 5.1.1 Nobody of this name", to="gone@city.example")
    server.refuse(Step.RCPT, "450 4.2.0 Later", to="later@city.example")
    write(), write("gone@city.example"), write("later@city.example")
    courier.go()
    assert Mail.objects.forget_old(clock()) == 0
    assert Mail.objects.forget_old(clock() + KEPT_FOR) == 2
    assert Mail.objects.get().to == "later@city.example"


def test_d16_what_an_address_has_been_sent_is_looked_up_in_an_index(clock) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    asked = Mail.objects.filter(to__iexact="rosa@city.example", written_at__gt=clock())
    assert "mails_of_an_address" in asked.explain()


def test_without_a_mail_server_mail_is_written_to_files(settings, clock, courier, tmp_path) -> None:
    settings.MAIL_TRANSPORT = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    write()
    assert courier.go() == 1
    (file,) = tmp_path.iterdir()
    message = message_from_bytes(file.read_bytes())
    assert (message["To"], message["Subject"]) == ("rosa@city.example", "Your code")


# What a visitor notices ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ails", [lambda s: s.hold(Step.CONNECT), lambda s: s.refuse(Step.RCPT, "550 No"), None])
def test_c7_no_page_waits_for_a_mail_server_or_meets_its_failure(
    settings, clock, ails: Callable[[MailServer], object] | None
) -> None:
    with mail_server() as server:
        use(server, settings)
        if ails:
            ails(server)
        else:
            settings.EMAIL_PORT = 9  # nobody is there
        page = Client().post(
            "/accounts/signup/", {"email": "rosa@city.example", "name": "Rosa", "password1": "correct horse battery"}
        )
        assert page.status_code == 302
        assert Mail.objects.get().to == "rosa@city.example"
        assert server.connections == 0, "nobody goes there while the visitor waits"
        server.be_well()
