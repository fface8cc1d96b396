"""No more mails of a kind: from the mail itself, without signing in, by a link that only a button follows."""

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from notices.kinds import Way, all_told, is_told, telling_of
from notices.models import Choice

SALT = "notices.stopping"
DIGEST = "digest"  # in place of a kind: everything that is told in one mail a day


def address(reader: int, kind: str) -> str:
    """Of the page with the button, and where the mail program's own button posts to (RFC 8058)."""
    word = signing.dumps([reader, kind], salt=SALT, compress=True)
    return settings.PUBLIC_URL + reverse("stop_mails", args=[word])


@transaction.atomic
def stop(reader: int, kind: str) -> None:
    """From now on on the site only. What cannot be switched off goes on."""
    kinds = [kind] if kind != DIGEST else _in_the_digest_of(reader)
    for each in kinds:
        if is_told(each) and Way.SITE in telling_of(each).ways:
            Choice.make(reader, each, Way.SITE)
        elif is_told(each) and Way.NOTHING in telling_of(each).ways:
            Choice.make(reader, each, Way.NOTHING)


def _in_the_digest_of(reader: int) -> list[str]:
    chosen = dict(Choice.objects.filter(user=reader).values_list("kind", "way"))
    return [kind for kind, telling in all_told().items() if chosen.get(kind, telling.default) == Way.DIGEST]


def read(word: str) -> tuple[int, str] | None:
    """Whose mails of which kind; None if it is none of our words, or of a kind that nobody is told any more."""
    try:
        reader, kind = signing.loads(word, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    return (reader, kind) if kind == DIGEST or is_told(kind) else None
