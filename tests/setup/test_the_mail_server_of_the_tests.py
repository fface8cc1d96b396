"""The mail server other tests send to does what it is told, as a sender sees it."""

import smtplib
import ssl
import threading
from typing import Any

import pytest
from django.core.mail import EmailMessage, get_connection

from tests.smtp import MailServer, mail_server
from tests.smtp_talk import Security, Step

SECONDS = 60  # far more than anything here takes

pytestmark = pytest.mark.long


def send(to: list[str] | None = None) -> int:
    """As Django sends; and what it leaves open when that fails is closed."""
    connection = get_connection()
    letter = EmailMessage("Your code", "123456\n" * 20, "city@city.example", to or ["ada@city.example"])
    letter.connection = connection
    try:
        return letter.send()
    finally:
        connection.close()


@pytest.fixture
def server(mail_server: MailServer, settings: Any) -> MailServer:
    use(mail_server, settings)
    return mail_server


def use(server: MailServer, settings: Any) -> None:
    for name, value in {**server.settings, "EMAIL_TIMEOUT": SECONDS}.items():
        setattr(settings, name, value)


def test_a_letter_is_kept_with_its_envelope(server: MailServer) -> None:
    assert send(["ada@city.example", "bo@city.example"]) == 1
    (letter,) = server.wait_for(1)
    assert letter.rcpt_tos == ["ada@city.example", "bo@city.example"]
    assert letter.mail_from == "city@city.example"
    assert letter.message["Subject"] == "Your code"
    assert letter.message_id.startswith("<")
    assert "123456" in letter.message.get_content()
    assert not letter.encrypted


@pytest.mark.parametrize("reply", ["421 4.3.2 Closing", "554 5.3.2 No service"])
def test_it_refuses_at_the_door(server: MailServer, reply: str) -> None:
    server.refuse(Step.CONNECT, reply)
    with pytest.raises(smtplib.SMTPConnectError) as refused:
        send()
    assert refused.value.smtp_code == int(reply[:3])
    assert (server.connections, server.received) == (1, [])


@pytest.mark.parametrize("reply", ["450 4.2.1 Later", "550 5.1.1 Nobody of this name"])
def test_it_refuses_one_recipient_as_often_as_it_is_told(server: MailServer, reply: str) -> None:
    server.refuse(Step.RCPT, reply, to="bo@city.example", times=1)
    assert send(["ada@city.example"]) == 1
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(["bo@city.example"])
    assert refused.value.recipients["bo@city.example"][0] == int(reply[:3])
    assert send(["bo@city.example"]) == 1
    assert [letter.rcpt_tos for letter in server.received] == [["ada@city.example"], ["bo@city.example"]]


def test_it_refuses_the_sender(server: MailServer) -> None:
    server.refuse(Step.MAIL, "550 5.7.1 Not you", to="city@city.example")
    with pytest.raises(smtplib.SMTPSenderRefused):
        send()


@pytest.mark.parametrize("at", [Step.DATA, Step.END])
def test_it_refuses_the_letter(server: MailServer, at: Step) -> None:
    server.refuse(at, "554 5.6.0 Looks like spam")
    with pytest.raises(smtplib.SMTPDataError):
        send()
    assert server.received == []


@pytest.mark.parametrize("at", [Step.CONNECT, Step.MAIL, Step.RCPT, Step.DATA, Step.BODY])
def test_it_hangs_up_before_it_has_the_letter(server: MailServer, at: Step) -> None:
    server.drop(at, times=1)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send()
    assert server.received == []
    assert send() == 1


def test_it_takes_the_letter_and_hangs_up_before_it_says_so(server: MailServer) -> None:
    server.drop(Step.END)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send()
    assert len(server.wait_for(1)) == 1


@pytest.mark.parametrize("at", [Step.CONNECT, Step.RCPT, Step.END])
def test_it_keeps_a_sender_waiting_until_it_is_told(server: MailServer, at: Step) -> None:
    hold = server.hold(at)
    sender = threading.Thread(target=send)
    sender.start()
    assert hold.reached.wait(SECONDS)
    assert sender.is_alive()
    hold.release()
    sender.join()
    assert len(server.received) == 1


def test_whoever_waits_for_so_long_gives_up(server: MailServer, settings: Any) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    server.hold(Step.MAIL)
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        send()


def test_it_is_well_again(server: MailServer) -> None:
    server.refuse(Step.RCPT, "450 4.2.1 Later")
    hold = server.hold(Step.MAIL)
    sender = threading.Thread(target=send)
    sender.start()
    assert hold.reached.wait(SECONDS)
    server.be_well()
    sender.join()
    assert len(server.received) == 1


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.IMPLICIT])
def test_it_speaks_tls_and_asks_who_one_is(security: Security, settings: Any, monkeypatch: Any) -> None:
    with mail_server(security, login=("purse", "secret")) as server:
        use(server, settings)
        with pytest.raises(ssl.SSLCertVerificationError):
            send()
        monkeypatch.setenv("SSL_CERT_FILE", server.environment["SSL_CERT_FILE"])
        assert send() == 1
        (letter,) = server.received
        assert (letter.encrypted, letter.user) == (True, "purse")
        settings.EMAIL_HOST_PASSWORD = "wrong"
        with pytest.raises(smtplib.SMTPAuthenticationError):
            send()
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        with pytest.raises(smtplib.SMTPSenderRefused, match="530"):
            send()
        assert len(server.received) == 1


def test_it_asks_who_one_is_without_tls(settings: Any) -> None:
    with mail_server(login=("purse", "secret")) as server:
        use(server, settings)
        assert send() == 1
        assert [letter.user for letter in server.received] == ["purse"]


def test_nothing_goes_in_clear_where_it_speaks_starttls(settings: Any) -> None:
    with mail_server(Security.STARTTLS) as server:
        use(server, settings)
        settings.EMAIL_USE_TLS = False
        with pytest.raises(smtplib.SMTPSenderRefused, match="530"):
            send()


def test_it_ends_while_somebody_is_connected() -> None:
    with smtplib.SMTP(timeout=SECONDS) as client, mail_server() as server:
        client.connect(server.host, server.port)


def test_it_ends_while_somebody_waits() -> None:
    with mail_server() as server:
        hold = server.hold(Step.CONNECT)
        ended = []

        def connect() -> None:
            with pytest.raises((smtplib.SMTPException, OSError)) as lost:
                smtplib.SMTP(server.host, server.port, timeout=SECONDS)
            ended.append(lost.value)

        waiting = threading.Thread(target=connect)
        waiting.start()
        assert hold.reached.wait(SECONDS)
    waiting.join()
    assert len(ended) == 1
