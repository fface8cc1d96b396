"""Brings what is in the outbox to the mail server. tasks.py has the worker call it.

A mail arrives once. After a crash, or a line that breaks between its last byte and the server's answer, it is sent once
more under the same Message-ID. While the server is away everything waits, for as long as it takes.
"""

import logging
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.utils.translation import gettext, override

from notices.models import Mail
from notices.transport import NotHandedOver, Smtp, Stored

SHORTEST_REST, LONGEST_REST = timedelta(seconds=2), timedelta(minutes=1)
TOO_LARGE = 552  # already at the envelope, where else only the sender is refused
AT_ONCE = 200  # mails over one connection: some servers close it after so many

logger = logging.getLogger(__name__)


@dataclass
class Courier:
    """The one who goes. Kept by the worker, so that a server that is away is not asked for each mail."""

    clock: Callable[[], datetime]
    rest: timedelta = SHORTEST_REST
    rests_until: datetime | None = None
    trouble: str = ""

    def go(self) -> int:
        """Send what is due. How many mails arrived."""
        if self.rests_until and self.clock() < self.rests_until:
            return 0
        mails = list(Mail.objects.due(self.clock())[:AT_ONCE])
        if not mails:
            return 0
        with override(settings.LANGUAGE_CODE):  # what is noted, clerks read
            return self._go_with(mails)

    def _go_with(self, mails: list[Mail]) -> int:
        server = get_connection(settings.MAIL_TRANSPORT)
        try:
            server.open()
        except (OSError, smtplib.SMTPException, ImproperlyConfigured) as trouble:
            _close(server)
            mails[0].left_here(_words(trouble))
            self._rest(_words(trouble))
            return 0
        arrived = 0
        try:
            for mail in mails:
                if mail.may_go(at=self.clock()):
                    arrived += self._hand_over(mail, server)
            self._is_well()
        except _Away as away:
            self._rest(str(away))
        finally:
            _close(server)
        return arrived

    def _hand_over(self, mail: Mail, server: Any) -> bool:
        """Whether the server took it. Raises _Away if the server is not there for any mail."""
        try:
            self._carry(mail, server)
        except smtplib.SMTPRecipientsRefused as refusal:
            code, words = next(iter(refusal.recipients.values()))
            self._refused(mail, code, _reply(code, words))
        except smtplib.SMTPDataError as refusal:
            self._refused(mail, refusal.smtp_code, _words(refusal))
        except (ValueError, smtplib.SMTPNotSupportedError) as fault:  # an address that this server cannot write down
            mail.fail(_words(fault), at=self.clock())
        except (OSError, smtplib.SMTPException) as trouble:
            if getattr(trouble, "smtp_code", None) == TOO_LARGE:
                mail.fail(_words(trouble), at=self.clock())
                return False
            # A sender that is refused is refused for every mail: that is the city's setting, not this mail's fault.
            if mail.begun_at and not isinstance(trouble, NotHandedOver):
                mail.broken_off(_words(trouble), at=self.clock())
            else:
                mail.left_here(_words(trouble))
            raise _Away(_words(trouble)) from trouble
        else:
            mail.arrived(at=self.clock())
            return True
        return False

    def _carry(self, mail: Mail, server: Any) -> None:
        message = Stored(bytes(mail.content or b""), settings.DEFAULT_FROM_EMAIL, mail.to)
        if isinstance(server, Smtp):
            server.carry(message, before_the_end=lambda: mail.begin(at=self.clock()))
        else:
            mail.begin(at=self.clock())
            server.send_messages([message])

    def _refused(self, mail: Mail, code: int, words: str) -> None:
        if code == 421:  # the service is closing (RFC 5321, 3.8)
            mail.left_here(words)
            raise _Away(words)
        if code >= 500:
            mail.fail(words, at=self.clock())
        else:
            mail.put_off(words, at=self.clock())

    def _rest(self, trouble: str) -> None:
        if trouble != self.trouble:
            logger.error("Mail waits, the mail server does not take it: %s", trouble)
        self.trouble = trouble
        self.rests_until = self.clock() + self.rest
        self.rest = min(2 * self.rest, LONGEST_REST)

    def _is_well(self) -> None:
        if self.trouble:
            logger.warning("The mail server takes mail again.")
        self.rest, self.rests_until, self.trouble = SHORTEST_REST, None, ""


class _Away(Exception):
    """The mail server is not there, or not for us."""


def _words(trouble: Exception) -> str:
    """In a line, for a clerk and the log; nothing of the mail."""
    if isinstance(trouble, smtplib.SMTPResponseException):
        return _reply(trouble.smtp_code, trouble.smtp_error)
    if isinstance(trouble, TimeoutError):
        return gettext("the mail server did not answer in time")
    return str(trouble) or type(trouble).__name__


def _reply(code: int, words: bytes | str) -> str:
    return f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"


def _close(server: Any) -> None:
    """Say good-bye, but do not wait for an answer from one who may be in the middle of a mail."""
    if isinstance(server, Smtp):
        server.hang_up()
    else:
        server.close()
