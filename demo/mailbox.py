"""The demo city's letter box: without a mail server, every mail the site would send can be read on one page."""

import email
import email.policy
from collections import Counter
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

MOST_READ, MOST_SHOWN = 400, 20  # mails
SEPARATOR = b"-" * 79 + b"\n"  # what Django's file-based backend writes after each mail


def mailbox(request: HttpRequest) -> HttpResponse:
    """The newest mails, newest first, of one person with `?to=`. With a mail server they go there, as the page says."""
    if settings.EMAIL_FILE_PATH is None:
        return render(request, "demo/mailbox.html", {"server": settings.EMAIL_HOST})
    # A mail answers `mail["anything"]` with a header or None, which a template asks first: so hand over the text.
    mails, to = newest(Path(settings.EMAIL_FILE_PATH), MOST_READ), request.GET.get("to", "")
    shown = [(mail, text_of(mail)) for mail in mails if to in ("", mail["To"])][:MOST_SHOWN]
    people = Counter(str(mail["To"]) for mail in mails)
    return render(request, "demo/mailbox.html", {"mails": shown, "people": people.most_common(), "to": to})


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return part.get_content() if part else ""


def newest(folder: Path, most: int) -> list[EmailMessage]:
    """The newest mails in a folder of the file-based backend, at most that many; none where there is no folder yet."""
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)[:most]
    texts = [text for file in files for text in reversed(file.read_bytes().split(SEPARATOR)) if text.strip()]
    return [email.message_from_bytes(text, _class=EmailMessage, policy=email.policy.default) for text in texts[:most]]


urlpatterns = [path("demo/mail/", mailbox, name="mailbox")]
