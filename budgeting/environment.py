"""What is set in the environment, and where settings.py finds the secrets, the database and the folders of this city.

Each variable is declared here once, with what may be said in it, and read nowhere else: docs/running.md lists them for
a city. Only the standard library, because `./run` asks before anything is installed.
"""

import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import getaddresses
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

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


# What may be said ----------------------------------------------------------------------------------------------------


def _require(truth: object) -> None:
    if not truth:
        raise ValueError


def _anything(given: str) -> str:
    return given


def _line(given: str) -> str:
    _require(given.isprintable())
    return given


def _ascii_line(given: str) -> str:
    _require(given.isascii())  # smtplib writes no other
    return _line(given)


def _number(least: int, most: int) -> Callable[[str], int]:
    def understand(given: str) -> int:
        _require(given.isascii() and given.isdigit() and least <= int(given) <= most)
        return int(given)

    return understand


def _one_of(*words: str) -> Callable[[str], str]:
    def understand(given: str) -> str:
        _require(given in words)
        return given

    return understand


def _switch(given: str) -> bool:
    return _one_of("0", "1")(given) == "1"


def _host(given: str) -> str:
    try:
        ip_address(given)
    except ValueError:
        _require(re.fullmatch(r"(?!-)[\w-]{1,63}(\.[\w-]{1,63})*\.?", given, re.ASCII))
    return given


def _mail_address(given: str) -> str:
    """Alone, as residents write to it. One of the same machine ("@localhost") is one."""
    name, _, host = given.rpartition("@")
    _require(re.fullmatch(r"[^\s@<>()\[\],;:\\\"]+", name))
    _host(host)
    return given


def _sender(given: str) -> str:
    """With or without a name before it."""
    _require(given.isprintable())
    [(_name, address)] = getaddresses([given])
    _require(address.isascii())  # before the @, where not every mail server takes anything else
    _mail_address(address)
    return given


def _zone(given: str) -> str:
    ZoneInfo(given)
    return given


def _colour(given: str) -> str:
    _require(re.fullmatch(r"#([0-9A-Fa-f]{3,4}){1,2}|[A-Za-z]+|[a-z-]+\([\w\s.,%/+-]+\)", given))
    return given


def _parts(given: str, *schemes: str) -> SplitResult:
    parts = urlsplit(given)
    _require(parts.scheme in schemes and given.isprintable() and " " not in given)
    _require(parts.port is None or parts.port)  # asked for it, it raises ValueError if it is none
    return parts


def _site(given: str) -> str:
    parts = _parts(given.rstrip("/"), "http", "https")
    _host(parts.hostname or "")
    _require("@" not in parts.netloc and not (parts.path or parts.query or parts.fragment))
    return given.rstrip("/")


def _tiles(given: str) -> str:
    _host(_parts(given, "http", "https").hostname or "")
    _require(all(part in given for part in ("{z}", "{x}", "{y}")))
    return given


def _database(given: str) -> str:
    parts = _parts(given, "postgres", "postgresql")
    options = dict(parse_qsl(parts.query, strict_parsing=True) if parts.query else [])
    _require(parts.path.lstrip("/"))
    _number(1, 65535)(options.get("port", "5432"))
    return given


def _without_password(given: str) -> str:
    return repr(re.sub(r"://[^@/]*@|(?<=password=)[^&]*", lambda found: "://…@" if "@" in found[0] else "…", given))


def _hidden(given: str) -> str:
    return "not right (and not shown here)"


def _folder(given: str) -> Path:
    """Whether or not it is there; what is above it is no file."""
    path = Path(given).absolute()
    _require(next(each for each in (path, *path.parents) if each.exists()).is_dir())
    return path


def _file(given: str) -> str:
    _require(Path(given).is_file())
    return given


def _database_name(given: str) -> str:
    _require(re.fullmatch(r"[a-z_][a-z0-9_]{0,40}", given))  # the tests write more behind it
    return given


# The variables -------------------------------------------------------------------------------------------------------

SOME_LINE = "one line of text"
ON_OR_OFF = "1 (yes) or 0 (no)"

PUBLIC_URL = Variable(
    "PUBLIC_URL",
    "the address people type, without a path, such as https://budget.city.example",
    _site,
    "http://127.0.0.1:8000",
)
DATABASE_URL = Variable(
    "DATABASE_URL",
    "a PostgreSQL and the name of a database in it, such as postgres://purse:password@db.city.example/purse",
    _database,
    "",
    _without_password,
)
SECRET_KEY = Variable("SECRET_KEY", "any text", _anything, "", _hidden)
REGISTER_KEY = Variable("REGISTER_KEY", "any text", _anything, "", _hidden)
CITY_NAME = Variable("CITY_NAME", SOME_LINE, _line, "Our city")
CITY_COUNTRY = Variable("CITY_COUNTRY", SOME_LINE, _line, "")  # as files of open data name it
CITY_COLOUR = Variable("CITY_COLOUR", "a CSS colour, such as #1d4f91 or teal", _colour, "")  # the stylesheet's own
CITY_ZONE = Variable("CITY_ZONE", "an IANA time zone, such as Europe/Brussels", _zone, "Europe/Brussels")
CITY_LANGUAGE = Variable("CITY_LANGUAGE", "en or fr", _one_of(*LANGUAGES), "en")
CITY_CONTACT = Variable("CITY_CONTACT", "an e-mail address, such as budget@city.example", _mail_address, "")
ANONYMOUS_BALLOTS_FROM = Variable("ANONYMOUS_BALLOTS_FROM", "a whole number, 1 or more", _number(1, 10**9), 10)
TRUSTED_PROXIES: Variable[int | None] = Variable("TRUSTED_PROXIES", "a whole number from 0 to 9", _number(0, 9), None)
EMAIL_HOST = Variable("EMAIL_HOST", "the name or address of a mail server, such as mail.city.example", _host, "")
EMAIL_PORT: Variable[int | None] = Variable("EMAIL_PORT", "a whole number from 1 to 65535", _number(1, 65535), None)
EMAIL_USER = Variable("EMAIL_USER", "one line of ASCII", _ascii_line, "")
EMAIL_PASSWORD = Variable("EMAIL_PASSWORD", "one line of ASCII", _ascii_line, "", _hidden)
EMAIL_TLS = Variable("EMAIL_TLS", "starttls, implicit or none", _one_of(*MAIL_PORTS), "starttls")
SSL_CERT_FILE = Variable("SSL_CERT_FILE", "a file with certificates", _file, "")  # read by Python's own ssl
MAIL_FROM = Variable(
    "MAIL_FROM",
    "an e-mail address with or without a name, such as City of Halverne <budget@city.example>",
    _sender,
    "Common Purse <no-reply@localhost>",
)
HSTS_SUBDOMAINS = Variable("HSTS_SUBDOMAINS", ON_OR_OFF, _switch, False)
MAP_TILES = Variable("MAP_TILES", "an address such as https://tiles.city.example/{z}/{x}/{y}.png", _tiles, "")
COMMON_PURSE_VAR: Variable[Path | None] = Variable("COMMON_PURSE_VAR", "a folder, there or to be made", _folder, None)
COMMON_PURSE_DEMO = Variable("COMMON_PURSE_DEMO", ON_OR_OFF, _switch, False)
DJANGO_DEBUG = Variable("DJANGO_DEBUG", ON_OR_OFF, _switch, False)
TEST_DATABASE = Variable("TEST_DATABASE", "up to 41 small letters, digits and _", _database_name, "test_common_purse")
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
            # How alike a misspelt word must be to be found; PostgreSQL's own 0.6 misses "playgruond".
            "options": "-c pg_trgm.word_similarity_threshold=0.45",
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
