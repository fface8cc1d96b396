"""Whom a mail may come from."""

from email.utils import parseaddr

from django.core.mail.message import sanitize_address


def is_a_sender(text: str) -> bool:
    """Is this an address that mails can come from, as in "City budget <budget@city.example>"?

    The name may have any letters, and so may the domain; what stands before the @ has those that every mail server can
    write down.
    """
    before, _at, domain = parseaddr(text)[1].rpartition("@")
    return bool(before and before.isascii() and domain) and _is_writable(text)


def _is_writable(text: str) -> bool:
    """Can Django put it into a mail?"""
    try:
        sanitize_address(text, "utf-8")
    except (ValueError, IndexError):  # the standard library's reader runs past the end of some
        return False
    return True
