"""Mails go at the pace the city's mail server takes, and what goes to many leaves room for what does not."""

from datetime import timedelta

import pytest

from notices.courier import Courier
from notices.models import Mail
from tests.notices.going import Clock, write
from tests.smtp import MailServer

MINUTE = timedelta(minutes=1)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]


def test_no_more_go_in_a_minute_than_it_takes(server: MailServer, courier: Courier, clock: Clock, settings) -> None:
    settings.MAIL_PER_MINUTE = 5
    for _ in range(8):
        write()
    assert (courier.go(), courier.go()) == (5, 0)
    clock.passes(MINUTE)
    assert courier.go() == 3


def test_a_worker_that_is_started_anew_keeps_it(server: MailServer, courier: Courier, clock: Clock, settings) -> None:
    settings.MAIL_PER_MINUTE = 5
    for _ in range(8):
        write()
    assert courier.go() == 5
    assert Courier(clock).go() == 0
    clock.passes(MINUTE)
    assert Courier(clock).go() == 3


def test_a_tenth_is_left_to_what_is_not_for_many(server: MailServer, courier: Courier, settings) -> None:
    settings.MAIL_PER_MINUTE = 10
    for _ in range(12):
        write()
    Mail.objects.update(rank=Mail.Rank.TO_MANY)
    assert (courier.go(), courier.go()) == (9, 0)
    write("clara@city.example")
    assert courier.go() == 1


def test_without_a_pace_all_go_and_none_is_remembered_for_longer_than_a_minute(
    server: MailServer, courier: Courier, clock: Clock
) -> None:
    for _ in range(4):
        write()
    assert courier.go() == 4
    clock.passes(2 * MINUTE)
    courier.go()
    assert not courier.gone
