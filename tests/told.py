"""What people have been told by mail: a worker that spreads what happened, and a server that takes the mails."""

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from typing import Any

import pytest

from notices.courier import Courier
from notices.spreading import spread
from tests.smtp import MailServer

Told = Callable[[datetime], list[EmailMessage]]


@pytest.fixture
def told(mail_server: MailServer, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Told:
    """told(moment): the worker has its turn at that moment. What has been delivered in it."""
    for name, value in mail_server.settings.items():
        setattr(settings, name, value)
    settings.EMAIL_BACKEND = "notices.outbox.Outbox"
    settings.MAIL_TRANSPORT = "notices.transport.Smtp"
    settings.PUBLIC_URL = "https://budget.city.example"
    settings.DEFAULT_FROM_EMAIL = "Halverne <budget@city.example>"

    def deliver(moment: datetime) -> list[EmailMessage]:
        before = len(mail_server.received)
        with monkeypatch.context() as patch:
            patch.setattr("lib.clock.now", lambda: moment)
            spread(moment)
            Courier(lambda: moment).go()
        return [letter.message for letter in mail_server.received[before:]]

    return deliver


def to(mails: list[EmailMessage], address: str) -> list[EmailMessage]:
    return [mail for mail in mails if mail["To"] == address]


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return part.get_content()
