"""How our mails look: a text that reads well in the plainest program, and the same once more as HTML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

CODE = re.compile(r"[A-Z0-9]{3,}(-[A-Z0-9]{3,})*")  # a paragraph that is nothing but one


@dataclass(frozen=True, slots=True)
class Button:
    """The one thing to do: its words, and its whole address."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One or several lines; `is_code`: what is read off and typed."""

    text: str
    is_code: bool = False

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")


def dressed(
    subject: str,
    text: str,
    *,
    to: str,
    button: Button | None = None,
    why: str = "",
    stop: Button | None = None,
    headers: Mapping[str, str] | None = None,
    has_codes: bool = False,
) -> EmailMultiAlternatives:
    """A mail in the city's name, in the language that is active.

    `has_codes`: a paragraph that is one is shown as one. Not where people are quoted, or they could send codes of ours.
    `why` says in a line why the reader gets it, and `stop` how they get no more of it.
    """
    context = {
        "subject": subject,
        "text": text.strip(),
        "paragraphs": [
            Paragraph(each.strip(), has_codes and CODE.fullmatch(each.strip()) is not None)
            for each in re.split(r"\n\s*\n", text.strip())
        ],
        "button": button,
        "why": why,
        "stop": stop,
        "city": settings.CITY_NAME,
        "colour": settings.CITY_COLOUR or "#00594f",
        "contact": settings.CITY_CONTACT,
        "site": settings.PUBLIC_URL,
    }
    message = EmailMultiAlternatives(
        subject, render_to_string("notices/mail.txt", context), to=[to], headers=dict(headers or {})
    )
    message.attach_alternative(render_to_string("notices/mail.html", context), "text/html")
    return message
