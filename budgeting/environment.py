"""Where settings.py finds the secrets, the database and the folders of this city."""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

UNKEPT_SECRETS: set[str] = set()  # those that are neither in the environment nor in var/secrets


def kept_secret(name: str, folder: Path) -> str:
    """The one that `folder` keeps for us alone. A secret is never in the database, whose copies so do not hold it.

    Where there is none, one is made for this process. budgeting.secret_checks keeps it for all, if the database holds
    no city, and else refuses to start.
    """
    path = folder / name.lower()
    if path.exists():
        return path.read_text()
    UNKEPT_SECRETS.add(name)
    return secrets.token_urlsafe(48)


def database(url: str) -> dict[str, object]:
    """Django's settings for a postgres:// URL; query parameters go to libpq (`host` may be a socket's folder)."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgres://: Common Purse runs on PostgreSQL only.")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "lib.postgresql",  # Django's, and it notices connections that have died
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": options.pop("port", str(parts.port or "")),
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {
            # How alike a misspelt word must be to be found; PostgreSQL's own 0.6 misses "playgruond".
            "options": "-c pg_trgm.word_similarity_threshold=0.45",
            "connect_timeout": 5,  # seconds
            **options,
            # lib/postgresql waits for several turns of `timeout` seconds, and at each the pool begins anew to connect.
            "pool": {"min_size": 1, "max_size": 16, "timeout": 1, "reconnect_timeout": 1},
        },
        "TEST": {"NAME": os.environ.get("TEST_DATABASE", "test_common_purse")},
    }


def database_url(var: Path) -> str:
    """The city's server if it names one, else the embedded one, whose address `./run` leaves in var/ while it is up."""
    return os.environ.get("DATABASE_URL") or embedded_url(var) or "postgres:///common_purse"


def embedded_url(var: Path) -> str:
    embedded = var / "postgres" / "url"
    return embedded.read_text().strip() if embedded.exists() else ""


def close_to_others(*folders: Path) -> None:
    """Folders that an earlier release, or a person, left open to every account of the machine."""
    for folder in folders:
        if folder.exists() and folder.stat().st_uid == os.geteuid() and folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
