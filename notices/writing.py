"""The mail of a reader, written when it goes: what they may read of it by then, in their language, if they want it."""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import DatabaseError, models
from django.urls import reverse
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _

from budgeting.people import Reader
from notices import stopping
from notices.dress import Button, dressed
from notices.kinds import Way, is_told, telling_of
from notices.models import Choice, Mail, Notice, Returned, Wording
from notices.words import filled, subject_line

MOST_IN_A_DIGEST = 30
BY_MAIL = (Way.AT_ONCE, Way.DIGEST)

logger = logging.getLogger(__name__)


def written(mail: Mail, *, at: datetime) -> bytes | None:
    """The whole message (RFC 5322); None if there is nothing in it for its reader any more.

    From here on a digest takes up nothing more. Its address and subject are noted, for the desk to name if it fails.
    """
    mail.close(at=at)
    reader = mail.reader
    if reader is None or not reader.is_proved:
        return None
    with override(reader.language or settings.LANGUAGE_CODE):
        message = _digest(_notices_of(mail), reader) if mail.is_daily else _single(_notices_of(mail).first(), reader)
    if message is None:
        return None
    message.extra_headers |= {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}
    mail.addressed(reader.email, str(message.subject))
    return message.message().as_bytes()


def _notices_of(mail: Mail) -> "models.QuerySet[Notice]":
    return mail.notices.select_related("happening").order_by("happening")


def _goes(notice: Notice, reader: Reader) -> bool:
    """Do they still want it by mail, and is it of any use to write to their address?"""
    telling = telling_of(notice.happening.kind)
    if not telling.is_a_right and Returned.is_given_up(reader):
        return False
    chosen = Choice.objects.filter(user=reader.pk, kind=notice.happening.kind).values_list("way", flat=True).first()
    return (chosen if chosen in telling.ways else telling.default) in BY_MAIL


def may_read(notice: Notice, reader: Reader) -> bool:
    """Is it of a kind we know, is the thing still there, and may this person see it as it is now?"""
    happening = notice.happening
    if not is_told(happening.kind) or happening.subject is None:
        return False
    return telling_of(happening.kind).may_read(happening, reader)


def said(notice: Notice, language: str) -> tuple[str, str]:
    """A notice in a line, and in full, in the language that is active."""
    happening, telling = notice.happening, telling_of(notice.happening.kind)
    subject, text = Wording.of(happening.kind, telling, language)
    values = telling.says(happening)
    return subject_line(subject, values), filled(text, values)


@dataclass(frozen=True, slots=True)
class Line:
    """A notice among others: what it says, and the path of its page."""

    words: str
    path: str


def line(notice: Notice, reader: Reader) -> Line | None:
    """In the language that is active; None if they may not read it.

    None, too, where there is a fault in what a room says of its kind, which is logged: it takes no other from them.
    """
    try:
        if not may_read(notice, reader):
            return None
        words, _text = said(notice, get_language())
        return Line(words, telling_of(notice.happening.kind).leads_to(notice.happening))
    except DatabaseError:
        raise
    except Exception:
        logger.exception("Notice %s cannot be said.", notice.pk)
        return None


def _single(notice: Notice | None, reader: Reader) -> EmailMessage | None:
    if notice is None or not (may_read(notice, reader) and _goes(notice, reader)):
        return None
    telling = telling_of(notice.happening.kind)
    subject, text = said(notice, reader.language or settings.LANGUAGE_CODE)
    button = Button(str(telling.button), _address(notice)) if telling.button else None
    if telling.is_a_right:
        why = _("This mail concerns your account or your rights, and cannot be switched off.")
        return dressed(subject, text, to=reader.email, button=button, why=why)
    stop = stopping.address(reader.pk, notice.happening.kind)
    why = _("You get this because you have chosen it, or have chosen nothing: %s.") % telling.title
    return _that_can_be_stopped(subject, text, reader, button, why, stop)


def _digest(notices: "models.QuerySet[Notice]", reader: Reader) -> EmailMessage | None:
    """What happened since the last one, a paragraph each."""
    lines = [found for notice in notices if (found := line(notice, reader)) and _goes(notice, reader)]
    if not lines:
        return None
    told = [f"{each.words}\n{settings.PUBLIC_URL}{each.path}" for each in lines[:MOST_IN_A_DIGEST]]
    if (more := len(lines) - MOST_IN_A_DIGEST) > 0:
        told.append(ngettext("And %d more.", "And %d more.", more) % more)
    number = {"city": settings.CITY_NAME, "n": len(lines)}
    subject = ngettext("%(city)s: %(n)d thing has happened", "%(city)s: %(n)d things have happened", len(lines))
    button = Button(_("See all of it"), settings.PUBLIC_URL + reverse("notices"))
    why = _("You get this once a day at most, because of what you follow.")
    return _that_can_be_stopped(
        subject % number, "\n\n".join(told), reader, button, why, stopping.address(reader.pk, stopping.DIGEST)
    )


def _address(notice: Notice) -> str:
    return settings.PUBLIC_URL + telling_of(notice.happening.kind).leads_to(notice.happening)


def _that_can_be_stopped(
    subject: str, text: str, reader: Reader, button: Button | None, why: str, stop: str
) -> EmailMessage:
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    no_more = Button(_("No more mails of this kind"), stop)
    return dressed(subject, text, to=reader.email, button=button, why=why, stop=no_more, headers=headers)
