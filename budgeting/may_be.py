"""What may be said in a variable of the environment: each function reads it, or raises ValueError.

Only the standard library, because `./run` asks before anything is installed.
"""

import re
from collections.abc import Callable
from email.utils import getaddresses
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo


def require(truth: object) -> None:
    if not truth:
        raise ValueError


def anything(given: str) -> str:
    return given


def line(given: str) -> str:
    require(given.isprintable())
    return given


def ascii_line(given: str) -> str:
    require(given.isascii())  # smtplib writes no other
    return line(given)


def number(least: int, most: int) -> Callable[[str], int]:
    def understand(given: str) -> int:
        require(given.isascii() and given.isdigit() and least <= int(given) <= most)
        return int(given)

    return understand


def one_of(*words: str) -> Callable[[str], str]:
    def understand(given: str) -> str:
        require(given in words)
        return given

    return understand


def switch(given: str) -> bool:
    return one_of("0", "1")(given) == "1"


def host_name(given: str) -> str:
    try:
        ip_address(given)
    except ValueError:
        require(re.fullmatch(r"(?!-)[\w-]{1,63}(\.[\w-]{1,63})*\.?", given, re.ASCII))
    return given


def mail_address(given: str) -> str:
    """Alone, as residents write to it. One of the same machine ("@localhost") is one."""
    name, _, host = given.rpartition("@")
    require(re.fullmatch(r"[^\s@<>()\[\],;:\\\"]+", name))
    host_name(host)
    return given


def sender(given: str) -> str:
    """With or without a name before it."""
    require(given.isprintable())
    [(_name, address)] = getaddresses([given])
    require(address.isascii())  # before the @, where not every mail server takes anything else
    mail_address(address)
    return given


def zone(given: str) -> str:
    ZoneInfo(given)
    return given


def colour(given: str) -> str:
    require(re.fullmatch(r"#([0-9A-Fa-f]{3,4}){1,2}|[A-Za-z]+|[a-z-]+\([\w\s.,%/+-]+\)", given))
    return given


def parts_of(given: str, *schemes: str) -> SplitResult:
    parts = urlsplit(given)
    require(parts.scheme in schemes and given.isprintable() and " " not in given)
    require(parts.port is None or parts.port)  # asked for it, it raises ValueError if it is none
    return parts


def site(given: str) -> str:
    parts = parts_of(given.rstrip("/"), "http", "https")
    host_name(parts.hostname or "")
    require("@" not in parts.netloc and not (parts.path or parts.query or parts.fragment))
    return given.rstrip("/")


def server(given: str) -> str:
    parts = parts_of(given, "https")
    host_name(parts.hostname or "")
    require("@" not in parts.netloc and not (parts.query or parts.fragment))
    return given


def tiles(given: str) -> str:
    host_name(parts_of(given, "http", "https").hostname or "")
    require(all(part in given for part in ("{z}", "{x}", "{y}")))
    return given


def database(given: str) -> str:
    parts = parts_of(given, "postgres", "postgresql")
    options = dict(parse_qsl(parts.query, strict_parsing=True) if parts.query else [])
    require(parts.path.lstrip("/"))
    number(1, 65535)(options.get("port", "5432"))
    return given


def mailbox(given: str) -> str:
    """Over TLS from the first byte; imaplib writes no user and no folder that is not ASCII."""
    parts = parts_of(given, "imaps")
    host_name(parts.hostname or "")
    require(parts.username and parts.password and not (parts.query or parts.fragment))
    for part in (parts.username, parts.password, parts.path):
        ascii_line(unquote(part or ""))
    return given


def bounces(given: str) -> str:
    """With up to one * before the @, in whose place the mark of a mail stands: 40 of the 64 characters there may be.

    No letter or digit is beside it, so that a mark that comes back is found.
    """
    name, _, _host = mail_address(given).rpartition("@")
    require(given.isascii() and name.count("*") <= 1 and len(name) + 39 * name.count("*") <= 64)
    require(not re.search(r"[0-9A-Za-z]\*|\*[0-9A-Za-z]", name))
    return given


def without_password(given: str) -> str:
    return repr(re.sub(r"://[^@/]*@|(?<=password=)[^&]*", lambda found: "://…@" if "@" in found[0] else "…", given))


def hidden(given: str) -> str:
    return "not right (and not shown here)"


def folder(given: str) -> Path:
    """Whether or not it is there; what is above it is no file."""
    path = Path(given).absolute()
    require(next(each for each in (path, *path.parents) if each.exists()).is_dir())
    return path


def file(given: str) -> str:
    require(Path(given).is_file())
    return given


def database_name(given: str) -> str:
    require(re.fullmatch(r"[a-z_][a-z0-9_]{0,40}", given))  # the tests write more behind it
    return given
