"""What is too large is refused by its head: nothing of it is read, and nothing lies on the disk."""

import io
import json
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.files import uploadhandler
from django.core.handlers.wsgi import LimitedStream
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from budgeting.bodies import ORDINARY
from tests.cast import drafted, picture
from tests.keeping import kept

MEGABYTE = 2**20


class Body(io.RawIOBase):
    """As many bytes as one likes, that count how often somebody asked for them."""

    read_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, room) -> int:
        Body.read_bytes += len(room)
        return len(room)


@pytest.fixture
def body() -> Body:
    Body.read_bytes = 0
    return Body()


@pytest.fixture
def send(client: Client, body: Body) -> Callable[..., object]:
    """send("/accounts/login/", 400): the answer to a form of so many megabytes, as any stranger sends it."""

    def post(address: str, megabytes: float, **head: str):
        client.cookies["csrf"] = "x" * 32
        head |= {"CONTENT_TYPE": "multipart/form-data; boundary=b", "CONTENT_LENGTH": str(int(megabytes * MEGABYTE))}
        return client.generic("POST", address, **{"wsgi.input": body}, **head)

    return post


@pytest.mark.parametrize(
    "address", ["/accounts/login/", "/accounts/signup/", "/verify/letter/", "/i18n/nowhere/", "/admin/login/"]
)
def test_400_megabytes_from_a_stranger_are_refused_unread(db, send, address) -> None:
    answer = send(address, 400)
    assert answer.status_code in {413, 404}
    assert Body.read_bytes == 0


def test_the_refusal_says_how_much_the_page_takes(db, send) -> None:
    answer = send("/accounts/login/", 0.6)
    assert answer.status_code == 413
    assert "which takes 512.0\u00a0KB at most" in answer.content.decode()


def test_what_does_not_say_how_large_it_is_is_not_read(db, send) -> None:
    answer = send("/accounts/login/", 0, HTTP_TRANSFER_ENCODING="chunked")
    assert (answer.status_code, Body.read_bytes) == (411, 0)
    assert "did not say how large" in answer.content.decode()


def test_a_body_longer_than_its_head_says_is_read_no_further(db, send, monkeypatch) -> None:
    asked = []
    read = LimitedStream.read
    monkeypatch.setattr(LimitedStream, "read", lambda stream, size=-1, /: asked.append(size) or read(stream, size))
    send("/accounts/login/", 0.1)
    assert asked
    assert Body.read_bytes <= 0.1 * MEGABYTE + 1


@kept
def draft(rosa, riverside_contest):
    return drafted(rosa, riverside_contest)


def test_a_stranger_with_a_photo_is_asked_to_sign_in_first(draft, send) -> None:
    answer = send(photo_page(draft), 9)
    assert (answer.status_code, Body.read_bytes) == (302, 0)
    assert answer.url.startswith("/accounts/login/")


def test_a_photo_is_taken_and_one_beyond_all_limits_is_not(client, draft, rosa, at, send) -> None:
    at("proposing")
    client.force_login(rosa)
    assert send(photo_page(draft), 11).status_code == 413
    assert Body.read_bytes == 0
    large = io.BytesIO(picture().getvalue() + b"\0" * MEGABYTE)
    large.name = "quay.jpg"
    assert client.post(photo_page(draft), {"file": large, "alt": "The quay"}).status_code == 302
    assert draft.photos.count() == 1


def test_only_a_clerk_sends_a_register(client, cycle, clara, rosa, send) -> None:
    client.force_login(rosa)
    assert (send("/desk/2027/register/", 100).status_code, Body.read_bytes) == (413, 0)
    client.force_login(clara)
    assert send("/desk/2027/register/", 129).status_code == 413
    assert Body.read_bytes == 0
    wide = io.BytesIO(b"identifier;name;birth_date;district\n" + b"\n" * MEGABYTE)
    wide.name = "register.csv"
    assert client.post("/desk/2027/register/", {"file": wide}).status_code == 302


@pytest.mark.long
def test_a_boundary_drawn_in_detail_fits_the_set_up(client, root, riverside, send) -> None:
    client.force_login(root)
    page = f"/admin/budgeting/district/{riverside.pk}/change/"
    circle = {"type": "Polygon", "coordinates": [[[0, 0], *[[1, n / 49_000] for n in range(49_000)], [0, 1], [0, 0]]]}
    form = {"name": "Riverside", "slug": "riverside", "population": 5, "boundary": json.dumps(circle)}
    assert len(form["boundary"]) > ORDINARY
    assert client.post(page, form).status_code == 302
    riverside.refresh_from_db()
    assert riverside.population == 5
    assert send(page, 6).status_code == 413


@kept
def root(db):
    admin = User.objects.create_superuser("root@example.org", name="Root")
    TOTP.activate(admin, generate_totp_secret())
    return admin


def photo_page(draft) -> str:
    return f"/2027/riverside/proposals/drafts/{draft.pk}/photo/"


def test_the_pages_that_take_more_than_a_form_of_text_are_these() -> None:
    """A new one is a decision: it stands here too."""
    found = {
        pattern.name: most
        for pattern in patterns(get_resolver().url_patterns)
        if (most := getattr(pattern.callback, "most_bytes", None))
    }
    assert {name: most // MEGABYTE for name, most in found.items()} == {
        "draft": 10,
        "card_sheet": 8,
        "proposal_photos": 10,
        "register": 128,
        "letters": 128,
        "budgeting_district_add": 5,
        "budgeting_district_change": 5,
    }


def patterns(of: list[URLPattern | URLResolver]) -> list[URLPattern]:
    return [each for one in of for each in (patterns(one.url_patterns) if isinstance(one, URLResolver) else [one])]


def test_nothing_of_a_refused_body_reaches_the_disk(db, send, monkeypatch) -> None:
    made = []
    monkeypatch.setattr(uploadhandler.TemporaryFileUploadHandler, "new_file", lambda *_a, **_k: made.append(1))
    send("/accounts/login/", 400)
    assert made == []
