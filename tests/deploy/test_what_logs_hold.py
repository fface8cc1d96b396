"""T-24. Whoever reads a log learns neither what somebody chose, nor a code, nor who it was."""

import re
from urllib.parse import quote, quote_plus

import pytest

from ballots.models import Envelope
from residents.letters import make_codes
from residents.models import Resident, Verification
from tests.databases import Aside
from tests.deploy.nginx import Nginx
from tests.deploy.site import NAME, Site
from tests.deploy.visitors import CSRF, cookie_in, cookies, post, sign_in
from tests.served import wait_for

pytestmark = [pytest.mark.heavy, pytest.mark.long]

HOME = "127.0.0.9"  # where Rosa is
EMAIL = "rosa@example.org"
LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d \d{3} ([A-Z]+|-) \"(/[^?\"]*)?\" \d+ bytes"
    r" [\d.]+ s, site: (\d{3}|-) ([\d.]+|-) s"
)


def test_a_sign_in_a_letter_and_a_vote_leave_no_trace_in_a_log(nginx: Nginx, site: Site, city: Aside) -> None:
    with city.in_use():
        resident = Resident.objects.get()
        Verification.objects.all().delete()
        ((letter, _reference),) = make_codes([resident], by=None, at=resident.cycle.phases.get(stage="voting").opens)

    code, session = sign_in(nginx, site, EMAIL, source=HOME)
    visitor = {
        "Cookie": f"__Host-session={session}; __Host-csrf={CSRF}",
        "Origin": f"https://{NAME}",
        "Referer": f"https://{NAME}/verify/letter/?code={letter}",
        "User-Agent": "Rosas telephone",
    }
    link = f"/verify/letter/?code={letter}"
    assert nginx.ask("GET", link, headers=visitor, source=HOME, tls=False).status == 301
    assert nginx.ask("GET", link, headers=visitor, source=HOME).status == 200
    stranger = nginx.ask("GET", link, headers={"Referer": f"https://{NAME}{link}"}, source=HOME)
    assert stranger.status in (200, 302)
    verified = post(nginx, "/verify/letter/", visitor, HOME, code=letter)
    assert verified.status == 302, verified.text
    visitor["Cookie"] = f"__Host-session={cookie_in(verified)}; __Host-csrf={CSRF}"
    for choice, status in (("1", 302), ("nonsense-4711", 200)):
        post(nginx, "/2027/riverside/ballot/review/", visitor, HOME, choice=choice)
        cast = post(nginx, "/2027/riverside/ballot/cast/", visitor, HOME, choice=choice)
        assert cast.status == status, cast.text
    with city.in_use():
        assert Envelope.objects.count() == 1
        assert Verification.objects.count() == 1
    # What goes wrong is logged by other means than what goes well.
    post(nginx, "/accounts/login/code/", {**cookies(), "Referer": f"https://{NAME}/?email={EMAIL}"}, HOME, email=EMAIL)
    post(nginx, "/accounts/login/code/", {"Cookie": visitor["Cookie"]}, HOME, email=EMAIL)  # the token is missing
    nginx.ask("GET", f"/nowhere/?code={letter}&email={EMAIL}", headers=visitor, source=HOME)
    nginx.ask("POST", f"/verify/letter/?code={letter}", b"x" * 1_048_577, visitor, source=HOME)
    nginx.ask("POST", f"/2027/riverside/ballot/cast/?choice={code}", b"choice=4711", visitor, source=HOME)
    nginx.ask("GET", f"/2027/%00?code={letter}", headers=visitor, source=HOME)
    with nginx.connect(HOME) as door:
        door.sendall(f"GET /?code={letter} HTTP/9.9\r\nnonsense {EMAIL}\r\n\r\n".encode())
        assert door.recv(4096)

    secrets = {code, letter, session, cookie_in(verified), EMAIL, "Rosa", HOME, "4711", "choice", CSRF, "nonsense"}
    secrets |= {letter.replace("-", ""), code.replace("-", ""), quote(EMAIL), quote_plus(EMAIL), letter.lower()}
    wait_for(lambda: "/2027/riverside/ballot/cast/" in nginx.said(), site.log)
    logs = nginx.said() + site.log.read_text()
    assert {secret for secret in secrets if secret.lower() in logs.lower()} == set()


def test_a_line_of_nginx_holds_what_the_document_says_and_no_more(nginx: Nginx) -> None:
    nginx.ask("GET", "/2027/?page=1", headers={"Referer": "https://elsewhere.example/"})
    nginx.ask("GET", "/static/nothing.css")
    lines = (nginx.folder / "common-purse.log").read_text().splitlines()
    assert len(lines) >= 2
    assert [line for line in lines if not LINE.fullmatch(line)] == []


def test_nginx_writes_no_other_log_of_the_site(nginx: Nginx) -> None:
    nginx.ask("GET", "/2027/")
    written = {path.name for path in nginx.folder.glob("*.log") if path.read_text()}
    assert written - {"common-purse.log", "nginx.error.log"} == set()
    assert "client" not in (nginx.folder / "nginx.error.log").read_text()
