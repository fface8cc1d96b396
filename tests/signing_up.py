"""Somebody who signs up, the code they are sent, and what a page tells them."""

import re

from django.core import mail
from django.http import HttpResponse

ROSA = {"email": "rosa@example.org", "name": "Rosa", "password1": "correct horse battery"}


def code_in(message: mail.EmailMessage) -> str:
    return re.findall(r"^\s*([A-Z0-9]{4,}-?[A-Z0-9]*)\s*$", message.body, re.M)[0]


def told(answer: HttpResponse, *own: str) -> str:
    """What a page says, without its tokens and without what the person typed."""
    text = re.sub(r'csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"', "", answer.content.decode())
    for words in own:
        text = text.replace(words, "")
    return text
