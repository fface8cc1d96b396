"""The last step of a mail: over SMTP, and knowing where it was when the line broke, and whether it may have arrived."""

import select
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

END = b"\r\n.\r\n"  # with this the server may have taken the mail (RFC 5321, 4.2.5)
LONGEST_ANSWER = 64 * 1024  # bytes; a server's longest, to EHLO, has two thousand


class _Knows:
    """Knows how far a mail has come: whether its recipient was named, and when its last line goes out."""

    before_the_end: Callable[[], None] = staticmethod(lambda: None)
    recipient_was_named = False
    file: Any
    sock: Any

    def mail(self, sender: str, options: Sequence[str] = ()) -> tuple[int, bytes]:
        self.recipient_was_named = False
        return super().mail(sender, options)  # type: ignore[misc]

    def rcpt(self, recip: str, options: Sequence[str] = ()) -> tuple[int, bytes]:
        self.recipient_was_named = True
        return super().rcpt(recip, options)  # type: ignore[misc]

    def getreply(self) -> tuple[int, bytes]:
        """An answer of the server; all its lines within the time-out, which smtplib has begin anew with each."""
        self.file = _Answer(self.sock, self.file)
        return super().getreply()  # type: ignore[misc]

    def send(self, s: Any) -> None:
        """smtplib sends the whole content at once: its end goes by itself, once the rest is out."""
        content = s if isinstance(s, bytes) else b""
        if not content.endswith(END):
            return super().send(s)  # type: ignore[misc]
        super().send(content[: -len(END)])  # type: ignore[misc]
        self.before_the_end()
        if _has_hung_up(self.sock):
            raise NotHandedOver
        return super().send(END)  # type: ignore[misc]


class _Answer:
    """What smtplib reads an answer from, in place of a file. Raises OSError if it takes too long or has no end."""

    def __init__(self, line: socket.socket, before: Any) -> None:
        self.line, self.seconds = line, line.gettimeout()
        self.ends = None if self.seconds is None else time.monotonic() + self.seconds
        self.unread, self.length = before.unread if before else b"", 0

    def readline(self, most: int) -> bytes:
        while b"\n" not in self.unread and len(self.unread) < most and (more := self._receive()):
            self.unread += more
        length = min(self.unread.find(b"\n") + 1 or most, most)
        text, self.unread = self.unread[:length], self.unread[length:]
        self.length += len(text)
        if self.length > LONGEST_ANSWER:
            raise OSError("an answer without an end")
        return text

    def _receive(self) -> bytes:
        if self.ends is None:
            return self.line.recv(4096)
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self.line.settimeout(left)
        try:
            return self.line.recv(4096)
        finally:
            self.line.settimeout(self.seconds)

    def close(self) -> None:
        """smtplib closes the socket beside it."""


class NotHandedOver(smtplib.SMTPServerDisconnected):
    """The server hung up, and cannot have taken the mail; or `words` say why else."""

    def __init__(self, words: str = "the mail server hung up in the middle of a mail") -> None:
        super().__init__(words)


def _has_hung_up(line: socket.socket) -> bool:
    if isinstance(line, ssl.SSLSocket) or not select.select([line], [], [], 0)[0]:
        return False
    return line.recv(1, socket.MSG_PEEK) == b""


class _Plain(_Knows, smtplib.SMTP):
    pass


class _Secured(_Knows, smtplib.SMTP_SSL):
    pass


class Smtp(EmailBackend):
    """Django's, with connections that tell when a mail may have arrived."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _Secured if self.use_ssl else _Plain

    def carry(self, message: "Stored", before_the_end: Callable[[], None]) -> None:
        """Send over the open connection. `before_the_end` is called while the mail cannot have arrived yet."""
        line: Any = self.connection
        line.before_the_end = before_the_end
        self.send_messages([message])

    @property
    def recipient_was_named(self) -> bool:
        """Has the server heard to whom the last mail goes? Then what went wrong may be the fault of that mail alone."""
        line: Any = self.connection
        return line is not None and line.recipient_was_named

    def hang_up(self) -> None:
        """Close without waiting for an answer: a server that is in the middle of a mail gives none."""
        lines: list[Any] = [self.connection, self._partial_connection]  # type: ignore[has-type]
        for line in lines:
            if line is not None:
                with suppress(OSError, smtplib.SMTPException):
                    line.putcmd("quit")
                line.close()
        self.connection = self._partial_connection = None


class Stored(EmailMessage):
    """A message as it was written, for any of Django's backends to carry."""

    def __init__(self, content: bytes, sender: str, to: str) -> None:
        super().__init__(from_email=sender, to=[to])
        self.content = content

    def message(self, **_more: Any) -> Any:
        return _Written(self.content)


class _Written:
    """What Django's backends ask of a message: its bytes, with one or the other end of lines."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def as_bytes(self, linesep: str = "\n") -> bytes:
        return linesep.encode().join(self.content.splitlines())
