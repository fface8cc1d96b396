"""The last step of a mail: over SMTP, and knowing whether it may have arrived when the line breaks."""

import select
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

END = b"\r\n.\r\n"  # with this the server may have taken the mail (RFC 5321, 4.2.5)


class _Ends:
    """Tells the moment from which on a mail may have arrived: when its last line goes out."""

    before_the_end: Callable[[], None] = staticmethod(lambda: None)

    def send(self, s: Any) -> None:
        """smtplib sends the whole content at once: its end goes by itself, once the rest is out."""
        content = s if isinstance(s, bytes) else b""
        if not content.endswith(END):
            return super().send(s)  # type: ignore[misc]
        super().send(content[: -len(END)])  # type: ignore[misc]
        self.before_the_end()
        if _has_hung_up(self.sock):  # type: ignore[attr-defined]
            raise NotHandedOver
        return super().send(END)  # type: ignore[misc]


class NotHandedOver(smtplib.SMTPServerDisconnected):
    """The server hung up, and cannot have taken the mail."""

    def __init__(self) -> None:
        super().__init__("the mail server hung up in the middle of a mail")


def _has_hung_up(line: socket.socket) -> bool:
    if isinstance(line, ssl.SSLSocket) or not select.select([line], [], [], 0)[0]:
        return False
    return line.recv(1, socket.MSG_PEEK) == b""


class _Plain(_Ends, smtplib.SMTP):
    pass


class _Secured(_Ends, smtplib.SMTP_SSL):
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
