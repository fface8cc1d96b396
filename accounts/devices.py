"""Devices on which an account has signed in before, known by a signed cookie and by nothing that is kept here.

Whatever is guessed elsewhere, even in the same network, shuts nobody out on such a device: it has counts of its own.
The cookie signs nobody in. It holds a random word and, for each account that has signed in with this browser, a mark
made of that word, the account and its password as it is kept; so a changed password makes a stranger of every device
but the one on which it was changed (docs/decisions/0027, after OWASP's device cookies).
"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from accounts.models import User

SALT = "accounts.devices"
KEPT_FOR = timedelta(days=400)  # since the last sign-in; browsers keep no cookie for longer
MOST = 10  # accounts of one browser, at a library's counter; the one that signed in longest ago goes


def device_of(request: HttpRequest, email: str) -> str:
    """A digest of this device, if whoever has this address has signed in on it, or is now; else empty."""
    word, marks = _read(request)
    theirs = {_mark(word, user) for user in User.objects.filter(email__iexact=email)}
    if not theirs & set(marks):
        is_theirs = request.user.is_authenticated and request.user.email.lower() == email.lower()
        word = str(request.session.session_key) if is_theirs else ""
    return salted_hmac(SALT, word, algorithm="sha256").hexdigest() if word else ""


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """From now on this device is one of theirs."""
    word, marks = _read(request)
    mine = _mark(word, user)
    value = signing.dumps([word, [mine, *(mark for mark in marks if mark != mine)][:MOST]], salt=SALT)
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        value,
        max_age=KEPT_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    """Its word and marks; a new word and none where there is no cookie of ours."""
    try:
        word, marks = signing.loads(request.COOKIES[settings.DEVICE_COOKIE_NAME], salt=SALT, max_age=KEPT_FOR)
    except (KeyError, signing.BadSignature):
        return secrets.token_hex(16), []
    return word, marks


def _mark(word: str, user: User) -> str:
    """64 bits: the cookie is signed, so nobody can try them."""
    return salted_hmac(SALT, f"{word}|{user.pk}|{user.password}", algorithm="sha256").hexdigest()[:16]
