"""The mailbox to which mails come back, over IMAP and TLS. tasks.py has the worker look into it.

What was a mail of ours coming back is noted and then deleted from it. Everything else is left as it is, unread: it may
be for somebody to read. How far it was read is kept in the cache; read again, it changes nothing.
"""

import imaplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.cache import cache

from notices import bounces, coming_back
from notices.models import KEPT_FOR

PORT = 993  # of IMAP over TLS
TIMEOUT = 30  # seconds for each answer
AT_ONCE = 200  # mails in one turn
READ_TO = "bounces-read-to"


class MailboxRefuses(Exception):
    """The mailbox cannot be read; in a line."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What BOUNCE_MAILBOX says: imaps://user:password@host:port/folder."""

    host: str
    port: int
    user: str
    password: str
    folder: str

    @classmethod
    def at(cls, address: str) -> "Mailbox":
        parts = urlsplit(address)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        folder = unquote(parts.path.strip("/")) or "INBOX"
        return cls(parts.hostname or "", parts.port or PORT, user, password, folder)

    @contextmanager
    def opened(self) -> Iterator["Line"]:
        """A line to the folder. Raises OSError or MailboxRefuses."""
        context = ssl.create_default_context()
        server = imaplib.IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=TIMEOUT)
        try:
            line = Line(server)
            line.asked(server.login, _quoted(self.user), self.password)
            line.asked(server.select, _quoted(self.folder))
            yield line
        except imaplib.IMAP4.error as refusal:
            raise MailboxRefuses(f"{self.host}: {refusal}") from None
        finally:
            _hang_up(server)


@dataclass(frozen=True, slots=True)
class Line:
    """What is asked of the server, in its own words (RFC 3501)."""

    server: imaplib.IMAP4

    def asked(self, verb: Callable[..., Any], *words: str) -> list[Any]:
        status, answer = verb(*words)
        if status != "OK":
            raise imaplib.IMAP4.error(f"{verb.__name__}: {status}")
        return list(answer)

    @property
    def validity(self) -> str:
        """Numbers of mails mean the same as long as this is the same."""
        (_status, found) = self.server.response("UIDVALIDITY")
        return (found[0] or b"").decode("ascii", "replace") if found else ""

    def after(self, number: int, since: datetime) -> list[int]:
        """The numbers of the mails after that one; without one, of those that came lately."""
        asks = ["UID", f"{number + 1}:*"] if number else ["SINCE", f"{since:%d-%b-%Y}"]
        (found, *_more) = self.asked(self.server.uid, "SEARCH", *asks)
        # "n:*" always has the last one, be it below n.
        return sorted(each for each in map(int, (found or b"").split()) if each > number)

    def content(self, number: int) -> bytes:
        """As much of a mail as may be read; its flags stay as they are."""
        answer = self.asked(self.server.uid, "FETCH", str(number), f"(BODY.PEEK[]<0.{bounces.LARGEST + 1}>)")
        return next((part[1] for part in answer if isinstance(part, tuple)), b"")

    def delete(self, number: int) -> None:
        self.asked(self.server.uid, "STORE", str(number), "+FLAGS.SILENT", r"(\Deleted)")


def look(at: datetime) -> int:
    """Note what has come back since the last time. How many mails that were."""
    if not settings.BOUNCE_MAILBOX:
        return 0
    noted = 0
    with Mailbox.at(settings.BOUNCE_MAILBOX).opened() as line:
        validity = line.validity
        last = cache.get(READ_TO)
        number = last[1] if last and last[0] == validity else 0
        for each in line.after(number, at - KEPT_FOR)[:AT_ONCE]:
            bounce = bounces.read(line.content(each))
            if bounce and coming_back.note(bounce, at=at):
                line.delete(each)
                noted += 1
            cache.set(READ_TO, (validity, each), None)
        if noted:
            line.asked(line.server.expunge)
    return noted


def _quoted(word: str) -> str:
    return '"{}"'.format(word.replace("\\", "\\\\").replace('"', '\\"'))


def _hang_up(server: imaplib.IMAP4) -> None:
    try:
        server.logout()
    except (OSError, imaplib.IMAP4.error):
        server.shutdown()
