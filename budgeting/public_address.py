"""Where people are sent: PUBLIC_URL stands in mails, on letters and in reports. Said in time while it leads nowhere."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.utils.translation import gettext as _


def why_nobody_gets_here() -> str | None:
    """A sentence while PUBLIC_URL leads to nothing but the machine of whoever follows it. The demo's may."""
    if settings.DEMO or not _is_of_one_machine(urlsplit(settings.PUBLIC_URL).hostname or ""):
        return None
    return _(
        "Mails and letters would send people to %(address)s, where only this machine finds the site: set PUBLIC_URL to"
        " the address people type."
    ) % {"address": settings.PUBLIC_URL}


def a_city_says_where_it_is(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """For Django's system check, which every command begins with, the worker's too: a warning at each start.

    Whoever tries things out, with the database that came along and no mail server, is left in peace.
    """
    sentence = why_nobody_gets_here()
    sends_mail = settings.EMAIL_HOST != "localhost"  # Django's own default
    is_open_to_others = urlsplit(settings.PUBLIC_URL).hostname in ("0.0.0.0", "::")  # noqa: S104  (as --host said)
    is_a_city = not settings.DATABASE_IS_EMBEDDED or sends_mail or is_open_to_others
    if sentence is None or settings.DEBUG or not is_a_city:
        return []
    return [Warning(sentence, id="budgeting.W001")]


def _is_of_one_machine(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return host in ("", "localhost") or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified
