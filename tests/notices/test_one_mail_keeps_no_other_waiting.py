"""A mail at which the server hangs up goes behind the others; a city set up wrong loses no mail (d3, d10, d15)."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count

import pytest

from lib.mail_address import is_a_sender
from notices.courier import SEVERAL, Courier
from notices.models import GIVE_UP_AFTER, LONGEST_PAUSE, PAUSE, Mail
from notices.transport import LONGEST_ANSWER
from tests.notices.going import MINUTE, until_all_is_said, use, write
from tests.smtp import Step, mail_server

POISON = "poison@city.example"
DAY = timedelta(days=1)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]

HANGS_UP = [
    pytest.param(lambda server, **which: server.drop(Step.RCPT, **which), id="hangs up at the recipient"),
    pytest.param(lambda server, **which: server.drop(Step.DATA, **which), id="hangs up before the body"),
    pytest.param(lambda server, **which: server.refuse(Step.RCPT, "421 4.7.0 Too many", **which), id="421 there"),
    pytest.param(lambda server, **which: server.refuse(Step.END, "421 4.7.0 Too many", **which), id="421 at the end"),
]


def arrived(server) -> list[str]:
    return sorted(letter.rcpt_tos[0] for letter in server.received)


@pytest.mark.parametrize("ails", HANGS_UP)
def test_d3_one_mail_at_which_the_server_hangs_up_keeps_no_other_waiting(server, clock, courier, ails) -> None:
    ails(server, to=POISON)
    mail = write(POISON)
    write("rosa@city.example"), write("tomas@city.example")
    assert courier.go() == 2, "in the same turn"
    assert arrived(server) == ["rosa@city.example", "tomas@city.example"]
    mail.refresh_from_db()
    assert mail.put_offs == 1
    assert mail.next_try_at > clock.now + PAUSE / 2
    assert mail.failure


def test_d3_nor_one_in_whose_body_it_hangs_up(server, clock, courier) -> None:
    """There we may learn too late that it did: then the mail may have arrived, and is tried once more."""
    server.drop(Step.BODY, to=POISON)
    write(POISON), write("rosa@city.example"), write("tomas@city.example")
    for _ in range(4):
        courier.go()
        clock.passes(10 * MINUTE)
    assert arrived(server) == ["rosa@city.example", "tomas@city.example"]


def test_d3_nor_one_over_which_it_falls_silent(settings, server, clock, courier) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    hold = server.hold(Step.RCPT)
    mail = write(POISON)
    assert courier.go() == 0
    hold.release()
    server.be_well()
    mail.refresh_from_db()
    assert mail.put_offs == 1
    write("rosa@city.example")
    assert courier.go() == 1, "the server is not taken for away"


@pytest.mark.long
@pytest.mark.sampled(1)
@pytest.mark.parametrize("ails", HANGS_UP[:1] + HANGS_UP[3:])
def test_d3_it_is_tried_at_growing_distances_and_fails_after_three_days(server, clock, courier, ails) -> None:
    ails(server, to=POISON)
    mail = write(POISON)
    pauses = []
    for number in range(4):
        courier.go()
        mail.refresh_from_db()
        pauses.append(round((mail.next_try_at - clock.now) / PAUSE))
        write(f"resident{number}@city.example")
        courier.go()
        clock.now = mail.next_try_at
    assert pauses == [1, 2, 4, 8]
    while not mail.failed_at:
        courier.go()
        write()
        courier.go()
        clock.passes(LONGEST_PAUSE)
        mail.refresh_from_db()
    assert GIVE_UP_AFTER < mail.failed_at - mail.written_at < GIVE_UP_AFTER + 3 * LONGEST_PAUSE


@pytest.mark.long
@pytest.mark.sampled(1)
@pytest.mark.parametrize("ails", HANGS_UP[:1] + HANGS_UP[3:])
def test_d3_a_server_that_hangs_up_at_every_mail_is_away_and_none_is_lost_by_that(server, clock, courier, ails) -> None:
    ails(server)
    for number in range(5):
        write(f"resident{number}@city.example")
    courier.go()
    assert server.connections == SEVERAL
    assert courier.rests_until, "it is not asked for each mail"
    for _ in range(20):
        courier.go()
        clock.passes(DAY / 4)
    assert Mail.objects.waiting().count() == 5
    server.be_well()
    for _ in range(3):
        clock.passes(LONGEST_PAUSE)
        courier.go()
    assert len(server.received) == 5


def test_d3_many_such_mails_at_the_head_keep_the_rest_for_seconds_only(server, clock, courier) -> None:
    for number in range(2 * SEVERAL):
        server.drop(Step.RCPT, to=f"{number}-{POISON}")
        write(f"{number}-{POISON}")
    write("rosa@city.example")
    for _ in range(4):
        courier.go()
        clock.passes(timedelta(seconds=5))
    assert arrived(server) == ["rosa@city.example"]


def test_d3_a_server_without_room_for_one_mail_gets_the_others(server, clock, courier) -> None:
    """452 at the envelope, where the size is said: for this one, or for all."""
    server.refuse(Step.MAIL, "452 4.3.1 Insufficient storage", times=1)
    large, _ = write(), write("tomas@city.example")
    assert courier.go() == 1
    large.refresh_from_db()
    assert large.put_offs == 1


# What the city has set -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sender", ["Halverne <no-reply@>", "Halverne", "", "a@b..c", "é@city.example", "a@b.c, d@e.f"])
def test_d10_a_sender_that_is_no_address_fails_no_mail(settings, server, courier, clock, sender: str) -> None:
    settings.DEFAULT_FROM_EMAIL = "Halverne <budget@city.example>"
    mail = write()
    settings.DEFAULT_FROM_EMAIL = sender
    until_all_is_said(courier, clock, 5)
    mail.refresh_from_db()
    assert Mail.objects.waiting().get() == mail
    assert "MAIL_FROM" in mail.failure
    assert server.connections == 0
    assert not is_a_sender(sender)
    settings.DEFAULT_FROM_EMAIL = "Halverne <budget@city.example>"
    assert courier.go() == 1


@pytest.mark.parametrize(
    "sender", ["a@b.c", "Ville d’Évry <a@évry.example>", "no-reply@localhost", "Common Purse <no-reply@localhost>"]
)
def test_whatever_mails_can_come_from_is_a_sender(settings, server, courier, sender: str) -> None:
    assert is_a_sender(sender)
    settings.DEFAULT_FROM_EMAIL = sender
    write()
    assert courier.go() == 1


def test_d10_a_mail_server_by_no_name_is_told_on_the_desk_and_loses_nothing(settings, courier) -> None:
    settings.EMAIL_HOST = "mail..example"
    mail = write()
    assert courier.go() == 0
    mail.refresh_from_db()
    assert "label empty or too long" in mail.failure
    assert courier.rests_until


# Answers without an end ----------------------------------------------------------------------------------------------


@contextmanager
def who_says(line: bytes, pause: float) -> Iterator[int]:
    """The port of a server that says this again and again, as often as somebody hears it."""
    over = threading.Event()

    def talk(door: socket.socket) -> None:
        for _ in count():
            with door.accept()[0] as heard:
                while not over.wait(pause):
                    try:
                        heard.sendall(line)
                    except OSError:
                        break
            if over.is_set():
                return

    with socket.create_server(("127.0.0.1", 0)) as door:
        speaker = threading.Thread(target=talk, args=[door], daemon=True)
        speaker.start()
        try:
            yield door.getsockname()[1]
        finally:
            over.set()
            socket.create_connection(door.getsockname()).close()
            speaker.join()


def ask_at(port: int, settings, courier: Courier) -> str:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    mail = write()
    assert courier.go() == 0
    assert courier.rests_until
    mail.refresh_from_db()
    return mail.failure


@pytest.mark.parametrize("line", [b"220-hello\r\n", b"2"], ids=["lines without a last one", "a line without an end"])
def test_d15_the_time_out_bounds_an_answer_and_not_each_piece_of_it(settings, courier, line: bytes) -> None:
    settings.EMAIL_TIMEOUT = 0.5
    with who_says(line, pause=0.01) as port:
        assert "timed out" in ask_at(port, settings, courier)


def test_d15_an_answer_without_an_end_does_not_fill_the_memory(settings, courier) -> None:
    settings.EMAIL_TIMEOUT = 60
    with who_says(b"220-hello\r\n" * (LONGEST_ANSWER // 100), pause=0) as port:
        assert "an answer without an end" in ask_at(port, settings, courier)


def test_a_long_answer_that_has_an_end_is_read(settings, courier) -> None:
    with mail_server() as server:
        use(server, settings)
        server.refuse(Step.RCPT, "550-" + "\r\n550-".join(["No"] * 100) + "\r\n550 Nobody", times=1)
        mail = write()
        courier.go()
    mail.refresh_from_db()
    assert mail.failure.startswith("550 No No")
