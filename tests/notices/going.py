"""Time that passes while mails go out, and mails to go."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.mail import send_mail

from notices.courier import Courier
from notices.models import LONGEST_PAUSE, Mail
from tests.smtp import MailServer

MORNING = datetime(2027, 7, 1, 9, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class Clock:
    """Goes on a second whenever it is read, and when it is told to."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        self.now += SECOND
        return self.now

    def passes(self, time: timedelta) -> None:
        self.now += time


def use(server: MailServer, settings: Any) -> None:
    for name, value in server.settings.items():
        if name != "EMAIL_BACKEND":
            setattr(settings, name, value)


def write(to: str = "rosa@city.example", subject: str = "Your code") -> Mail:
    send_mail(subject, "It is 1234.\n.\nGrüße", None, [to])
    return Mail.objects.latest("pk")


def until_all_is_said(courier: Courier, clock: Clock, turns: int = 200) -> None:
    """Let the worker go on, for as many turns as it takes hours or days to give up."""
    for _ in range(turns):
        courier.go()
        clock.passes(LONGEST_PAUSE)
