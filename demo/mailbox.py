"""The demo city's letter box: without a mail server, every mail the site would send can be read on one page."""

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

SEPARATOR = b"-" * 79 + b"\n"  # what Django's file-based backend writes after each mail


def mailbox(request: HttpRequest) -> HttpResponse:
    """The twenty newest mails, newest first. With a mail server they go there, and the page says so."""
    if settings.EMAIL_FILE_PATH is None:
        return render(request, "demo/mailbox.html", {"server": settings.EMAIL_HOST})
    # A mail answers `mail["anything"]` with a header or None, which a template asks first: so hand over the text.
    mails = [(mail, mail.get_content()) for mail in newest(Path(settings.EMAIL_FILE_PATH), 20)]
    return render(request, "demo/mailbox.html", {"mails": mails})


def newest(folder: Path, most: int) -> list[EmailMessage]:
    """The newest mails in a folder of the file-based backend, at most that many; none where there is no folder yet."""
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)[:most]
    texts = [text for file in files for text in reversed(file.read_bytes().split(SEPARATOR)) if text.strip()]
    return [email.message_from_bytes(text, _class=EmailMessage, policy=email.policy.default) for text in texts[:most]]


urlpatterns = [path("demo/mail/", mailbox, name="mailbox")]
