"""Brings what is in the outbox to the mail server. tasks.py has the worker call it.

A mail arrives once. After a crash, or a line that breaks between its last byte and the server's answer, it is sent once
more under the same Message-ID. While the server is away everything waits, for as long as it takes. A mail at which the
server hangs up, once it has heard to whom that goes, goes behind the others.
"""

import logging
import smtplib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.utils.translation import gettext, override

from lib.mail_address import is_a_sender
from notices.marks import comes_back_to
from notices.models import Mail, Mails
from notices.transport import NotHandedOver, Smtp, Stored
from notices.writing import written

MINUTE = timedelta(minutes=1)
SHORTEST_REST, LONGEST_REST = timedelta(seconds=2), timedelta(minutes=1)
CLOSING = 421  # the service is closing (RFC 5321, 3.8)
NO_ROOM, TOO_LARGE = 452, 552  # already at the envelope, where else only the sender is refused
SEVERAL = 3  # mails at which the line breaks, and none between that the server answers: it is away for all
AT_ONCE = 200  # mails over one connection: some servers close it after so many

logger = logging.getLogger(__name__)


@dataclass
class Courier:
    """The one who goes. Kept by the worker, so that a server that is away is not asked for each mail."""

    clock: Callable[[], datetime]
    rest: timedelta = SHORTEST_REST
    rests_until: datetime | None = None
    trouble: str = ""
    gone: deque[datetime] = field(default_factory=deque)  # when each of the last minute was handed over
    lost_in_a_row: int = 0  # mails at which the line broke, in this turn and since the last answer to one

    def go(self) -> int:
        """Send what is due. How many mails arrived."""
        if self.rests_until and self.clock() < self.rests_until:
            return 0
        mails = deque(self._at_our_pace(Mail.objects.due(self.clock())))
        arrived: list[Mail] = []
        self.lost_in_a_row = 0
        with override(settings.LANGUAGE_CODE):  # what is noted, clerks read
            try:
                while mails:
                    self._go_with(mails, arrived)
            except _Away as away:
                self._rest(str(away))
        return len(arrived)

    def _at_our_pace(self, due: Mails) -> Iterator[Mail]:
        """As many as the server takes a minute; of those a tenth is left to what is not written to many."""
        while self.gone and self.gone[0] <= self.clock() - MINUTE:
            self.gone.popleft()
        if not (pace := settings.MAIL_PER_MINUTE):
            yield from due[:AT_ONCE]
            return
        # What a worker before this one sent, or another beside it, counts too: but for what leaves no row.
        left = pace - max(len(self.gone), Mail.objects.filter(sent_at__gt=self.clock() - MINUTE).count())
        for mail in due[: max(0, min(left, AT_ONCE))]:
            if mail.rank == Mail.Rank.TO_MANY and left <= pace // 10:
                return
            left -= 1
            yield mail

    def _go_with(self, mails: deque[Mail], arrived: list[Mail]) -> None:
        """Hand over what is due, until the line breaks at one of them."""
        with self._line(mails[0]) as server:
            while mails:
                mail = mails.popleft()
                if not mail.may_go(at=self.clock()):
                    continue
                if not self._is_written(mail):
                    continue
                try:
                    self.gone.append(self.clock())
                    if self._hand_over(mail, server):
                        arrived.append(mail)
                except _Lost as lost:
                    return self._set_aside(mail, str(lost))
                self._is_well()

    def _is_written(self, mail: Mail) -> bool:
        """Has it words to go with? What is told a reader is written now; there may be nothing to tell any more."""
        if mail.reader_id is None:
            return True
        try:
            mail.content = written(mail, at=self.clock())
        except Exception as fault:  # of one kind's words: that keeps no other mail waiting
            logger.exception("Mail %s cannot be written.", mail.pk)
            mail.put_off(gettext("it could not be written (%s)") % type(fault).__name__, at=self.clock())
            return False
        if mail.content is None:
            mail.let_go()
        return mail.content is not None

    @contextmanager
    def _line(self, first: Mail) -> Iterator[Any]:
        """A connection to the mail server. Raises _Away if there is none; what would have been first says why."""
        server = get_connection(settings.MAIL_TRANSPORT)
        try:
            if not is_a_sender(sender := settings.DEFAULT_FROM_EMAIL):
                raise ImproperlyConfigured(gettext("no mail can come from “%s”, as MAIL_FROM has it") % sender)
            server.open()
        except (OSError, smtplib.SMTPException, ImproperlyConfigured, ValueError) as trouble:
            _close(server)
            first.left_here(_words(trouble))
            raise _Away(_words(trouble)) from trouble
        try:
            yield server
        finally:
            _close(server)

    def _hand_over(self, mail: Mail, server: Any) -> bool:
        """Whether the server took it. Raises _Lost if it hung up at this mail, and _Away if it would at any."""
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
            self._broken_at(mail, server, trouble)
        else:
            mail.arrived(at=self.clock())
            return True
        return False

    def _carry(self, mail: Mail, server: Any) -> None:
        message = Stored(bytes(mail.content or b""), comes_back_to(mail.message_id), mail.to)
        if isinstance(server, Smtp):
            server.carry(message, before_the_end=lambda: mail.begin(at=self.clock()))
        else:
            mail.begin(at=self.clock())
            try:
                server.send_messages([message])
            except OSError as why:  # a file that cannot be written has not arrived, say on a full disk
                raise NotHandedOver(why.strerror or str(why)) from why

    def _refused(self, mail: Mail, code: int, words: str) -> None:
        if code == CLOSING:
            raise _Lost(words)
        if code >= 500:
            mail.fail(words, at=self.clock())
        else:
            mail.put_off(words, at=self.clock())

    def _broken_at(self, mail: Mail, server: Any, trouble: Exception) -> None:
        words, code = _words(trouble), getattr(trouble, "smtp_code", None)
        if code == TOO_LARGE:
            return mail.fail(words, at=self.clock())
        if code == NO_ROOM:  # perhaps for one of this size
            raise _Lost(words) from trouble
        if mail.begun_at and not isinstance(trouble, NotHandedOver):
            mail.broken_off(words, at=self.clock())
        elif isinstance(server, Smtp) and server.recipient_was_named:
            raise _Lost(words) from trouble
        else:  # a sender that is refused is refused for every mail: that is the city's setting, not this mail's fault
            mail.left_here(words)
        raise _Away(words) from trouble

    def _set_aside(self, mail: Mail, words: str) -> None:
        """The line broke at this mail: it goes behind the others. Raises _Away if it broke at several in a row."""
        mail.put_off(words, at=self.clock())
        self.lost_in_a_row += 1
        if self.lost_in_a_row >= SEVERAL:
            raise _Away(words)

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
        self.lost_in_a_row = 0


class _Away(Exception):
    """The mail server is not there, or not for us."""


class _Lost(Exception):
    """The mail server hung up at one mail, after it had heard to whom that goes."""


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
