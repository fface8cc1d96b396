"""What a mail server writes of a mail it could not deliver, read (RFC 3464), and nothing else that lies in a mailbox.

Anybody may write to that mailbox, so whatever is read here is taken for what a stranger says: what has no mark of ours
tells nothing, and what is large is not read at all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notices.marks import mark_in

LARGEST = 256 * 1024  # bytes; ours come back with a page of text
LONGEST = 300  # characters of what a server says
OF_THE_ENVELOPE = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
STATUS = {"message/delivery-status", "message/global-delivery-status"}
RETURNED = {"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"}
CODE = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")

# By RFC 3463, and as large servers use it: 5.4.1 and 5.4.310 are Exchange's for nobody, or no server, of this name.
WORDS: dict[str, Promise] = {
    "5.1.2": _("There is no mail server of this name."),
    "5.4.4": _("There is no mail server of this name."),
    "5.4.310": _("There is no mail server of this name."),
    "5.4.1": _("This mailbox does not exist."),
    "5.1": _("This mailbox does not exist."),
    "5.2.1": _("This mailbox is closed."),
    "5.2.2": _("This mailbox is full."),
    "5.3.4": _("This mail is too large for this mailbox."),
    "5.2.3": _("This mail is too large for this mailbox."),
    "5.7": _("The other mail server refuses mails from us, or mails like this one."),
    "4": _("The other mail server did not take it for days."),
}
OTHERWISE = _("The other mail server sent it back.")
HARD = {"5.0", "5.1", "5.1.2", "5.2.1", "5.4.1", "5.4.4", "5.4.310"}  # the address itself is of no use


@dataclass(frozen=True, slots=True)
class Bounce:
    """One mail that came back: its mark, the status with which it did, and what the server said."""

    mark: str
    status: str
    said: str

    @property
    def is_hard(self) -> bool:
        return any(each in HARD for each in _more_and_less_exactly(self.status))


def in_words(status: str) -> str:
    return str(next((WORDS[each] for each in _more_and_less_exactly(status) if each in WORDS), OTHERWISE))


def _more_and_less_exactly(status: str) -> list[str]:
    """ "5.1.1", "5.1", "5" """
    parts = status.split(".")
    return [".".join(parts[:length]) for length in (3, 2, 1)]


def read(message: bytes) -> Bounce | None:
    """The mail of ours that this says could not be delivered; None if it says nothing of the kind."""
    if len(message) > LARGEST:
        return None
    try:
        return _read(message_from_bytes(message))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):  # as no mail server writes it
        return None


def _read(report: Message) -> Bounce | None:
    parts: Any = report.get_payload()
    if report.get_content_type() != "multipart/report" or not isinstance(parts, list):
        return None
    status = next((part for part in parts if part.get_content_type() in STATUS), None)
    failed = next((each for each in _recipients(status) if _of(each, "Action").lower() == "failed"), None)
    mark = _mark(report, parts)
    if failed is None or mark is None:
        return None
    said = _of(failed, "Diagnostic-Code").partition(";")[2].strip()
    return Bounce(mark, _code(_of(failed, "Status"), said), said[:LONGEST])


def _recipients(status: Any) -> Iterator[Message]:
    """The groups of fields of each recipient, which follow that of the whole mail."""
    groups = status.get_payload() if status else []
    if not isinstance(groups, list):
        return
    yield from groups
    for group in groups:  # of message/global-delivery-status, which Python reads as one mail with a text
        if isinstance(text := group.get_payload(), str):
            yield from (message_from_string(each) for each in re.split(r"\r?\n\r?\n", text))


def _mark(report: Message, parts: list[Any]) -> str | None:
    """In the address it came back to, or in the Message-ID of what is returned with it."""
    for name in OF_THE_ENVELOPE:
        for value in report.get_all(name, []):
            if mark := mark_in(str(value)):
                return mark
    returned = next((part for part in parts if part.get_content_type() in RETURNED), None)
    return mark_in(_of(_headers(returned), "Message-ID")) if returned else None


def _headers(returned: Any) -> Message:
    within: Any = returned.get_payload()
    return within[0] if isinstance(within, list) else message_from_bytes(returned.get_payload(decode=True) or b"")


def _code(status: str, said: str) -> str:
    """The status; where it says no more than that it failed, what the server itself has said of why."""
    found = CODE.search(status)
    if found and (found[2], found[3]) == ("0", "0"):
        found = CODE.search(said) or found
    return found[0] if found else "5.0.0"


def _of(fields: Message, name: str) -> str:
    """A field in one line, without what no database keeps."""
    text = "".join(each if each.isprintable() else " " for each in str(fields.get(name, "")))
    return " ".join(text.split())
