"""deploy/nginx/common-purse.conf holds off what would otherwise stop the site, and lets through what people need."""

import re
import socket
import ssl
from contextlib import ExitStack, suppress
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.urls import reverse
from PIL import Image

from accounts.models import User
from accounts.sessions import as_kept
from proposals.models import Photo, Proposal
from residents.models import RegisterImport
from tests.databases import Aside
from tests.deploy.nginx import Nginx, in_front_of, is_closed, until
from tests.deploy.site import NAME, Site
from tests.deploy.visitors import cookies, sign_in, upload
from tests.served import free_port

MB = 1024 * 1024
SLOW = 40  # more than the site answers at a time

pytestmark = [pytest.mark.heavy, pytest.mark.long]


# Ways in -------------------------------------------------------------------------------------------------------------


def test_what_comes_without_tls_is_sent_to_the_same_address_with_it(nginx: Nginx) -> None:
    answer = nginx.ask("GET", "/2027/?page=2", tls=False)
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/2027/?page=2")


def test_a_browser_is_told_to_come_with_tls_from_now_on(nginx: Nginx) -> None:
    assert nginx.ask("GET", "/2027/").headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("tls", [True, False], ids=["https", "http"])
@pytest.mark.parametrize(
    "head",
    [
        "GET /2027/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        f"GET http://evil.example/2027/ HTTP/1.1\r\nHost: {NAME}\r\n\r\n",
        "GET /2027/ HTTP/1.0\r\n\r\n",
    ],
    ids=["Host", "request line", "none"],
)
def test_a_request_for_another_name_is_not_answered(nginx: Nginx, head: str, tls: bool) -> None:
    with nginx.connect(tls=tls) as door:
        door.sendall(head.encode())
        with suppress(ConnectionError):
            assert door.recv(4096) == b""


def test_a_name_of_another_city_gets_no_certificate(nginx: Nginx) -> None:
    for name in ("evil.example", None):
        with pytest.raises(ssl.SSLError):
            nginx.connect(name=name)


# Who somebody is -----------------------------------------------------------------------------------------------------


def test_nobody_poses_as_another_address_or_name(nginx: Nginx, site: Site, city: Aside) -> None:
    """T-19. Limits on tries count the visitor's own address, and mails lead to the city, whatever a visitor writes."""
    lies = {
        "X-Forwarded-For": "203.0.113.7",
        "X_Forwarded_For": "203.0.113.7",
        "X-Real-IP": "203.0.113.7",
        "Forwarded": "for=203.0.113.7;host=evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
    }
    code, session = sign_in(nginx, site, "rosa@example.org", source="127.0.0.2", more=lies)
    visitor = {**lies, "Cookie": f"__Host-session={session}"}
    assert nginx.ask("GET", "/me/", headers=visitor, source="127.0.0.2").status == 200
    with city.in_use():
        (kept,) = UserSession.objects.all()
        assert kept.ip == as_kept("127.0.0.2")
    (letter,) = [letter for letter in site.letters() if code in letter]
    assert "evil.example" not in letter
    assert NAME in letter
    assert f"127.0.0.1:{site.port}" not in letter


# How much somebody sends ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/accounts/login/", "/2027/riverside/ballot/cast/", "/language/"])
def test_more_than_a_form_holds_is_refused_in_words(nginx: Nginx, path: str) -> None:
    answer = nginx.ask("POST", path, b"x" * (MB + 1), cookies())
    assert answer.status == 413
    assert_in_every_language(answer.text)


def test_more_than_a_form_holds_is_refused_even_if_it_does_not_say_how_much(nginx: Nginx) -> None:
    pieces = (b"x" * 65_536 for _ in range(40))
    assert nginx.ask("POST", "/accounts/login/", pieces, cookies()).status == 413


def test_only_pages_that_take_files_take_more_and_none_without_end(nginx: Nginx) -> None:
    """The addresses as the site makes them, so that a change there is noticed here."""
    takes = {
        reverse("proposal_photos", args=["2027", "riverside", "1-quay"]): (11, 13),
        reverse("draft", args=["2027", "riverside", 7, "photo"]): (11, 13),
        reverse("register", args=["2027"]): (129, 131),
        reverse("letters", args=["2027"]): (129, 131),
        "/admin/budgeting/district/add/": (5, 7),
        reverse("draft", args=["2027", "riverside", 7, "text"]): (0.9, 1.1),
        reverse("ballot_cast", args=["2027", "riverside"]): (0.9, 1.1),
    }
    for path, (allowed, refused) in takes.items():
        assert status_of_head(nginx, path, int(refused * MB)) == 413, path
        assert status_of_head(nginx, path, int(allowed * MB)) is None, path


def status_of_head(nginx: Nginx, path: str, length: int) -> int | None:
    """What is answered to the announcement of a body alone; None where it is waited for."""
    with nginx.connect() as door:
        door.sendall(f"POST {path} HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: {length}\r\n\r\n".encode())
        # An answer to another request, made afterwards, shows that there was time to refuse.
        assert nginx.ask("POST", path, b"x" * (131 * MB + 1) if length > 131 * MB else b"").status
        door.settimeout(0.3)
        try:
            return int(door.recv(4096).split()[1])
        except TimeoutError:
            return None


def test_a_photo_of_nearly_ten_megabytes_arrives(nginx: Nginx, city: Aside) -> None:
    picture = BytesIO()
    Image.frombytes("RGB", (1800, 1800), Random(7).randbytes(1800 * 1800 * 3)).save(picture, "PNG", compress_level=0)
    assert 9 * MB < picture.tell() < 10 * MB
    body, kind = upload(picture.getvalue(), "quay.png", alt="An empty quay")
    with city.in_use():
        proposal = Proposal.objects.get(contest__cycle__slug="2028")
        path, visitor = f"{proposal.get_absolute_url()}photos/", cookies(proposal.author)
    answer = nginx.ask("POST", path, body, visitor | kind)
    assert answer.status == 302, answer.text
    with city.in_use():
        assert Photo.objects.count() == 1


@pytest.mark.parametrize("notes", [0, pytest.param(38, marks=pytest.mark.long)], ids=["1 MB", "117 MB"])
def test_a_register_arrives_whole(nginx: Nginx, city: Aside, notes: int) -> None:
    lines = 30_000
    head = "identifier;name;birth_date;district" + "".join(f";note {number}" for number in range(notes))
    more = (";" + "x" * 100) * notes
    text = "".join(f"{number:011};Ada Nowak;1979-03-31;Riverside{more}\n" for number in range(1, lines + 1))
    body, kind = upload(f"{head}\n{text}".encode(), "register.csv")
    assert len(body) < 128 * MB
    with city.in_use():
        visitor = cookies(User.objects.get(name="Clara"))
    answer = nginx.ask("POST", reverse("register", args=["2028"]), body, visitor | kind)
    assert answer.status == 302, answer.text
    with city.in_use():
        came = RegisterImport.objects.get()
        assert (came.new, came.rejected) == (lines, [])
        came.delete()


# Who is slow ---------------------------------------------------------------------------------------------------------

HALF_A_HEAD = b"POST /accounts/login/ HTTP/1.1\r\nHost: budget.city.example\r\nX-Slow: "
HALF_A_BODY = (
    b"POST /accounts/login/ HTTP/1.1\r\nHost: budget.city.example\r\nContent-Length: 1000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nCookie: __Host-csrf=%s\r\n\r\nlo" % (b"c" * 32)
)


@pytest.mark.parametrize("sent", [HALF_A_HEAD, HALF_A_BODY, b""], ids=["heads", "bodies", "nothing"])
def test_forty_slow_visitors_keep_nobody_waiting(nginx: Nginx, sent: bytes) -> None:
    """T-16. Others are answered while the forty are still connected."""
    with ExitStack() as doors:
        slow = [doors.enter_context(nginx.connect("127.0.0.2")) for _ in range(SLOW)]
        for door in slow:
            door.sendall(sent)
        answers = [nginx.ask("GET", "/2027/", source="127.0.0.3").status for _ in range(20)]
        still_there = sum(not is_closed(door) for door in slow)
        assert answers == [200] * 20
        assert still_there or sent != HALF_A_BODY  # on a very slow machine the others were cut off already


@pytest.mark.long
@pytest.mark.parametrize("sent", [HALF_A_HEAD, HALF_A_BODY], ids=["heads", "bodies"])
def test_who_sends_nothing_more_is_cut_off(nginx: Nginx, sent: bytes) -> None:
    with nginx.connect() as door:
        door.sendall(sent)
        until(lambda: is_closed(door))


@pytest.mark.long
def test_one_address_holds_no_more_than_its_share(nginx: Nginx) -> None:
    """A hundred requests at once; the others of this address are told so in words, and another address is answered."""
    with ExitStack() as doors:
        held: list[socket.socket] = []

        def is_refused() -> bool:
            for door in held:
                with suppress(OSError):
                    door.sendall(b"x")  # or nginx would think it gone
            if len(held) < 120:
                held.append(doors.enter_context(nginx.connect("127.0.0.2")))
                held[-1].sendall(HALF_A_BODY)
            return nginx.ask("GET", "/2027/", source="127.0.0.2").status == 429

        until(is_refused)
        assert len(held) >= 100
        assert_in_every_language(nginx.ask("GET", "/2027/", source="127.0.0.2").text)
        assert nginx.ask("GET", "/2027/", source="127.0.0.3").status == 200
    until(lambda: nginx.ask("GET", "/2027/", source="127.0.0.2").status == 200)


# While the site is away ----------------------------------------------------------------------------------------------


def test_a_site_that_is_away_says_so_in_words(tmp_path: Path) -> None:
    with in_front_of(free_port(), tmp_path / "nginx") as nginx:
        answer = nginx.ask("GET", "/2027/")
    assert answer.status == 502
    assert_in_every_language(answer.text)


def test_the_pages_of_nginx_itself_are_no_addresses(nginx: Nginx) -> None:
    assert nginx.ask("GET", "/proxy/away.html").status == 404


def assert_in_every_language(text: str) -> None:
    told = set(re.findall(r'<section lang="(\w+)">\s*<h1>[^<]+</h1>\s*<p>[^<]+</p>', text))
    assert told == {code for code, _name in settings.LANGUAGES}
    assert "nginx" not in text
