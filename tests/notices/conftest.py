"""An outbox, a mail server to bring mails to, and the one who goes."""

from collections.abc import Iterator

import pytest

from notices.courier import Courier
from tests.notices.going import Clock, use
from tests.smtp import MailServer, mail_server


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    hands = Clock()
    monkeypatch.setattr("lib.clock.now", hands)
    return hands


@pytest.fixture
def outbox(settings) -> None:
    settings.EMAIL_BACKEND = "notices.outbox.Outbox"
    settings.MAIL_TRANSPORT = "notices.transport.Smtp"
    settings.EMAIL_TIMEOUT = 30
    settings.PUBLIC_URL = "https://budget.city.example"
    settings.DEFAULT_FROM_EMAIL = "Halverne <budget@city.example>"


@pytest.fixture
def server(settings, outbox) -> Iterator[MailServer]:
    with mail_server() as found:
        use(found, settings)
        yield found


@pytest.fixture
def courier(clock: Clock) -> Courier:
    return Courier(clock)
