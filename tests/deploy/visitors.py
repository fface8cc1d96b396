"""What visitors send through nginx: forms, files, and the two steps of signing in by a code that is mailed."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from accounts.models import User
from tests.deploy.nginx import Answer, Nginx
from tests.deploy.site import NAME, Site
from tests.served import session_of, wait_for

CSRF = "c" * 32


def cookies(user: User | None = None) -> dict[str, str]:
    """What a browser sends along, of somebody who has signed in where a test is not about that."""
    signed_in = f"__Host-session={session_of(user)}; " if user else ""
    return {"Cookie": f"{signed_in}__Host-csrf={CSRF}", "Referer": f"https://{NAME}/", "Origin": f"https://{NAME}"}


def form(**fields: str) -> tuple[bytes, dict[str, str]]:
    body = urlencode({"csrfmiddlewaretoken": CSRF, **fields}).encode()
    return body, {"Content-Type": "application/x-www-form-urlencoded"}


def upload(content: bytes, name: str, **fields: str) -> tuple[bytes, dict[str, str]]:
    """The body of a form with one file, and the header that says so."""
    head = "".join(
        f'--edge\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in {"csrfmiddlewaretoken": CSRF, **fields}.items()
    )
    head += f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n--edge--\r\n", {"Content-Type": "multipart/form-data; boundary=edge"}


def sign_in(
    nginx: Nginx, site: Site, email: str, *, source: str = "127.0.0.1", more: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """The code that came by mail, and the cookie of the session it opened."""
    before = codes(site)
    visitor = {**cookies(), **(more or {})}
    asked = post(nginx, "/accounts/login/code/", visitor, source, email=email)
    assert asked.status == 302, asked.text
    wait_for(lambda: len(codes(site)) > len(before), site.log)
    (code,) = [each for each in codes(site) if each not in before]
    visitor["Cookie"] += f"; __Host-session={cookie_in(asked)}"
    opened = post(nginx, asked.headers["Location"], visitor, source, code=code)
    assert opened.status == 302, opened.text
    return code, cookie_in(opened)


def codes(site: Site) -> list[str]:
    """Those in all mails so far; others may be among them, such as that of a role that was granted."""
    return re.findall(r"^([A-Z0-9-]{6,9})\s*$", "\n".join(site.letters()), re.MULTILINE)


def post(nginx: Nginx, path: str, headers: Mapping[str, str], source: str = "127.0.0.1", **fields: str) -> Answer:
    body, kind = form(**fields)
    return nginx.ask("POST", path, body, {**headers, **kind}, source=source)


def cookie_in(answer: Answer) -> str:
    return re.findall(r"__Host-session=([^;]+)", answer.headers["Set-Cookie"])[0]
