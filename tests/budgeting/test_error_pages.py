"""Whatever is wrong with a request, the answer is a page in words."""

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client, RequestFactory

from budgeting.bodies import Application

BROKEN = ["rot13", "utf-16", "latin-1", "nonsense", '"utf-7"']
PAGES = [
    "/",
    "/accounts/login/",
    "/accounts/signup/",
    "/verify/letter/",
    "/nowhere/",
    "/admin/",
]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("charset", BROKEN)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_letters_of_an_unknown_kind_are_a_400_in_words_on_every_page(db, method, address, charset) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.cookies["csrf"] = "x" * 32
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    answer = client.generic(method, address, "login=x", content_type=kind)
    assert answer.status_code == 400
    assert "This could not be read" in answer.content.decode()


@pytest.mark.parametrize("charset", BROKEN)
def test_an_address_is_not_read_by_letters_of_an_unknown_kind(db, charset) -> None:
    """Asked as the server asks: where Django makes the request nothing of ours could catch its error."""
    told = []
    environ = RequestFactory().get("/2027/proposals/?q=x").environ | {"CONTENT_TYPE": f"text/plain; charset={charset}"}
    page = b"".join(Application()(environ, lambda status, _head: told.append(status)))
    assert told == ["400 Bad Request"]
    assert b"This could not be read" in page


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"'])
def test_forms_as_browsers_send_them_are_read(db, client, charset) -> None:
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    assert client.generic("POST", "/accounts/login/", "login=x", content_type=kind).status_code == 200


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=b", b"--b\r\nnothing"),
        ("multipart/form-data", b"x"),
        ("application/x-www-form-urlencoded", b"a=1&" * 2_000),
    ],
    ids=["a cut form", "a form without a boundary", "2,000 fields"],
)
@pytest.mark.parametrize("address", ["/accounts/login/", "/nowhere/"])
def test_a_broken_form_is_answered_in_words_and_never_a_500(db, address, kind, body) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.cookies["csrf"] = "x" * 32
    answer = client.generic("POST", address, body, content_type=kind)
    assert answer.status_code in {400, 403, 404}
    assert "<h1>" in answer.content.decode()


def test_a_form_with_too_much_text_is_said_to_be_too_large(db, client, settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    answer = client.post("/accounts/login/", {"login": "x" * 2_000})
    assert answer.status_code == 413
    assert "too large for this page" in answer.content.decode()


def test_the_pages_for_what_is_broken_ask_the_database_for_nothing(db, django_assert_num_queries) -> None:
    client = Client(raise_request_exception=False)
    with django_assert_num_queries(0):
        client.generic("POST", "/accounts/login/", "x", content_type="text/plain; charset=rot13")
        client.generic("POST", "/accounts/login/", "x" * 600_000, content_type="text/plain")


def test_our_own_fault_is_said_in_words_without_a_database(monkeypatch, client) -> None:
    client.raise_request_exception = False

    def down(*_args: object, **_options: object) -> None:
        raise RuntimeError("the database is down")

    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", down)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "our fault, not yours" in answer.content.decode()
