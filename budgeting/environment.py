"""What is set in the environment, and where settings.py finds the secrets, the database and the folders of this city.

Each variable is declared here once, with what may be said in it, and read nowhere else: docs/running.md lists them for
a city. Only the standard library, because `./run` asks before anything is installed.
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from budgeting import may_be

T = TypeVar("T")

UNKEPT_SECRETS: set[str] = set()  # those that are neither in the environment nor in var/secrets
MAIL_PORTS = {"starttls": 587, "implicit": 465, "none": 25}  # by EMAIL_TLS
LANGUAGES = ("en", "fr")


class WrongSetting(Exception):
    """In one line: which variable, what was given, and what is expected."""


@dataclass(frozen=True)
class Variable(Generic[T]):
    """`understand` gives the value, or raises ValueError. Empty is not set; then it is `without`."""

    name: str
    expected: str
    understand: Callable[[str], T]
    without: T
    tells: Callable[[str], str] = repr  # what of it may be shown

    def read(self) -> T:
        given = os.environ.get(self.name)
        if not given:
            return self.without
        try:
            return self.understand(given)
        except (LookupError, OSError, ValueError):
            raise WrongSetting(f"{self.shown()}; expected: {self.expected}.") from None

    def shown(self) -> str:
        given = os.environ.get(self.name)
        return f"{self.name} is {self.tells(given) if given else 'not set'}"


def check() -> None:
    """Read all, so that whoever starts something hears of a wrong one first. Raises WrongSetting."""
    for variable in VARIABLES:
        variable.read()


def is_set(name: str) -> bool:
    return bool(os.environ.get(name))


# The variables -------------------------------------------------------------------------------------------------------

SOME_LINE = "one line of text"
AN_HOUR = "an hour of the day in the city, from 0 to 23"
ON_OR_OFF = "1 (yes) or 0 (no)"

PUBLIC_URL = Variable(
    "PUBLIC_URL",
    "the address people type, without a path, such as https://budget.city.example",
    may_be.site,
    "http://127.0.0.1:8000",
)
DATABASE_URL = Variable(
    "DATABASE_URL",
    "a PostgreSQL and the name of a database in it, such as postgres://purse:password@db.city.example/purse",
    may_be.database,
    "",
    may_be.without_password,
)
SECRET_KEY = Variable("SECRET_KEY", "any text", may_be.anything, "", may_be.hidden)
REGISTER_KEY = Variable("REGISTER_KEY", "any text", may_be.anything, "", may_be.hidden)
CITY_NAME = Variable("CITY_NAME", SOME_LINE, may_be.line, "Our city")
CITY_COUNTRY = Variable("CITY_COUNTRY", SOME_LINE, may_be.line, "")  # as files of open data name it
CITY_COLOUR = Variable(
    "CITY_COLOUR", "a CSS colour, such as #1d4f91 or teal", may_be.colour, ""
)  # the stylesheet's own
CITY_ZONE = Variable("CITY_ZONE", "an IANA time zone, such as Europe/Brussels", may_be.zone, "Europe/Brussels")
CITY_LANGUAGE = Variable("CITY_LANGUAGE", "en or fr", may_be.one_of(*LANGUAGES), "en")
CITY_CONTACT = Variable("CITY_CONTACT", "an e-mail address, such as budget@city.example", may_be.mail_address, "")
ANONYMOUS_BALLOTS_FROM = Variable("ANONYMOUS_BALLOTS_FROM", "a whole number, 1 or more", may_be.number(1, 10**9), 10)
TRUSTED_PROXIES: Variable[int | None] = Variable(
    "TRUSTED_PROXIES", "a whole number from 0 to 9", may_be.number(0, 9), None
)
EMAIL_HOST = Variable(
    "EMAIL_HOST", "the name or address of a mail server, such as mail.city.example", may_be.host_name, ""
)
EMAIL_PORT: Variable[int | None] = Variable(
    "EMAIL_PORT", "a whole number from 1 to 65535", may_be.number(1, 65535), None
)
EMAIL_USER = Variable("EMAIL_USER", "one line of ASCII", may_be.ascii_line, "")
EMAIL_PASSWORD = Variable("EMAIL_PASSWORD", "one line of ASCII", may_be.ascii_line, "", may_be.hidden)
EMAIL_TLS = Variable("EMAIL_TLS", "starttls, implicit or none", may_be.one_of(*MAIL_PORTS), "starttls")
SSL_CERT_FILE = Variable("SSL_CERT_FILE", "a file with certificates", may_be.file, "")  # read by Python's own ssl
MAIL_FROM = Variable(
    "MAIL_FROM",
    "an e-mail address with or without a name, such as City of Halverne <budget@city.example>",
    may_be.sender,
    "Common Purse <no-reply@localhost>",
)
MAIL_BOUNCES = Variable(
    "MAIL_BOUNCES",
    "an e-mail address, such as bounces@city.example or, with a mark for each mail, bounces+*@city.example",
    may_be.bounces,
    "",
)
BOUNCE_MAILBOX = Variable(
    "BOUNCE_MAILBOX",
    "a mailbox, such as imaps://bounces%40city.example:password@mail.city.example/INBOX",
    may_be.mailbox,
    "",
    may_be.without_password,
)
MAIL_PER_MINUTE = Variable(
    "MAIL_PER_MINUTE", "a whole number, 1 or more; 0 if there is no limit", may_be.number(0, 100_000), 0
)
MAIL_QUIET_FROM = Variable("MAIL_QUIET_FROM", AN_HOUR, may_be.number(0, 23), 21)
MAIL_QUIET_UNTIL = Variable("MAIL_QUIET_UNTIL", AN_HOUR, may_be.number(0, 23), 7)
MAIL_DIGEST_AT = Variable("MAIL_DIGEST_AT", AN_HOUR, may_be.number(0, 23), 7)
STAFF_SESSION_HOURS = Variable("STAFF_SESSION_HOURS", "a whole number from 1 to 24", may_be.number(1, 24), 10)
STAFF_IDLE_MINUTES = Variable("STAFF_IDLE_MINUTES", "a whole number from 5 to 240", may_be.number(5, 240), 60)
SIGN_IN_SERVER = Variable(
    "SIGN_IN_SERVER", "the address of an OpenID Connect server, such as https://login.city.example", may_be.server, ""
)
SIGN_IN_NAME = Variable("SIGN_IN_NAME", SOME_LINE, may_be.line, "City account")
SIGN_IN_CLIENT = Variable("SIGN_IN_CLIENT", "one line of ASCII", may_be.ascii_line, "")
SIGN_IN_SECRET = Variable("SIGN_IN_SECRET", "one line of ASCII", may_be.ascii_line, "", may_be.hidden)
HSTS_SUBDOMAINS = Variable("HSTS_SUBDOMAINS", ON_OR_OFF, may_be.switch, False)
MAP_TILES = Variable("MAP_TILES", "an address such as https://tiles.city.example/{z}/{x}/{y}.png", may_be.tiles, "")
COMMON_PURSE_VAR: Variable[Path | None] = Variable(
    "COMMON_PURSE_VAR", "a folder, there or to be made", may_be.folder, None
)
COMMON_PURSE_DEMO = Variable("COMMON_PURSE_DEMO", ON_OR_OFF, may_be.switch, False)
DJANGO_DEBUG = Variable("DJANGO_DEBUG", ON_OR_OFF, may_be.switch, False)
TEST_DATABASE = Variable(
    "TEST_DATABASE", "up to 41 small letters, digits and _", may_be.database_name, "test_common_purse"
)
VARIABLES: list[Variable[Any]] = [value for value in globals().values() if isinstance(value, Variable)]

# Secrets, database, folders ------------------------------------------------------------------------------------------


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


def sign_in_apps() -> list[dict[str, object]]:
    """The city's own sign-in as allauth reads it; none if it names no server."""
    if not (server := SIGN_IN_SERVER.read()):
        return []
    app = {"provider_id": "city", "name": SIGN_IN_NAME.read(), "client_id": SIGN_IN_CLIENT.read()}
    return [app | {"secret": SIGN_IN_SECRET.read(), "settings": {"server_url": server, "email_authentication": False}}]


def database(url: str) -> dict[str, object]:
    """Django's settings for a postgres:// URL; query parameters go to libpq (`host` may be a socket's folder)."""
    parts = urlsplit(url)
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
            # How alike a misspelt word must be to be found; PostgreSQL's own 0.6 misses "playgruond". And whatever the
            # server is used to: nobody is told that their ballot was cast before it is in the log on the disk.
            "options": "-c pg_trgm.word_similarity_threshold=0.45 -c synchronous_commit=on",
            "connect_timeout": 5,  # seconds
            **options,
            # lib/postgresql waits for several turns of `timeout` seconds, and at each the pool begins anew to connect.
            "pool": {"min_size": 1, "max_size": 16, "timeout": 1, "reconnect_timeout": 1},
        },
        "TEST": {"NAME": TEST_DATABASE.read()},
    }


def database_url(var: Path) -> str:
    """The city's server if it names one, else the embedded one, whose address `./run` leaves in var/ while it is up."""
    return DATABASE_URL.read() or embedded_url(var) or "postgres:///common_purse"


def embedded_url(var: Path) -> str:
    embedded = var / "postgres" / "url"
    return embedded.read_text().strip() if embedded.exists() else ""


def close_to_others(*folders: Path) -> None:
    """Folders that an earlier release, or a person, left open to every account of the machine."""
    for folder in folders:
        if folder.exists() and folder.stat().st_uid == os.geteuid() and folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
