"""What every answer tells a browser to do and not to do, and what a real city's settings are (T-04, T-06, T-13)."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import User

ROOT = Path(__file__).parents[2]
COOKIES = ("SESSION", "CSRF")


@pytest.fixture(scope="module")
def of_a_city(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The settings of a city with an address of its own, as its server reads them."""
    program = (
        "import json, sys; from django.conf import settings;"
        "print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}))"
    )
    cookies = [f"{cookie}_COOKIE_{what}" for cookie in COOKIES for what in ("SECURE", "HTTPONLY", "NAME", "DOMAIN")]
    others = ["SECURE_HSTS_SECONDS", "ALLOWED_HOSTS", "DEMO", "DATA_UPLOAD_MAX_MEMORY_SIZE"]
    city = {
        "PUBLIC_URL": "https://budget.city.example",
        "SECRET_KEY": "s" * 50,
        "REGISTER_KEY": "r" * 50,
        "DATABASE_URL": "postgres://purse@db.city.example/purse",
        "COMMON_PURSE_VAR": str(tmp_path_factory.mktemp("var")),
        "DJANGO_SETTINGS_MODULE": "budgeting.settings",
    }
    plain = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    told = subprocess.run(
        [sys.executable, "-c", program, *cookies, *others],
        cwd=ROOT,
        env=plain | city,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(told.stdout)


@pytest.mark.parametrize("address", ["/", "/nowhere/", "/accounts/login/", "/2027/"])
def test_no_page_is_framed_and_none_runs_what_is_not_ours(cycle, client: Client, address: str) -> None:
    answer = client.get(address)
    policy = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
    assert (answer["X-Frame-Options"], policy["frame-ancestors"]) == ("DENY", "'none'")
    assert policy["default-src"] == policy["form-action"] == "'self'"
    assert policy["base-uri"] == policy["object-src"] == "'none'"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert {source.partition("-")[0] for source in policy["script-src"].split()} <= {"'self'", "'nonce"}
    assert (answer["Referrer-Policy"], answer["X-Content-Type-Options"]) == ("same-origin", "nosniff")


def test_cookies_are_read_by_no_script_and_sent_from_no_other_site(client: Client, rosa: User) -> None:
    rosa.set_password("four plain words here")
    rosa.save()
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": rosa.email, "password": "four plain words here"})
    for cookie in ("session", "csrf"):
        assert client.cookies[cookie]["httponly"], cookie
        assert client.cookies[cookie]["samesite"] == "Lax", cookie


def test_cookies_of_a_city_go_over_https_and_to_its_own_host_alone(of_a_city) -> None:
    for cookie in COOKIES:
        assert of_a_city[f"{cookie}_COOKIE_SECURE"] is True
        assert of_a_city[f"{cookie}_COOKIE_HTTPONLY"] is True
        assert of_a_city[f"{cookie}_COOKIE_NAME"].startswith("__Host-")
        assert of_a_city[f"{cookie}_COOKIE_DOMAIN"] is None, "or no browser takes a name with __Host-"
    assert of_a_city["SECURE_HSTS_SECONDS"] >= 365 * 86_400


def test_a_city_answers_to_its_own_name(of_a_city, client: Client, db) -> None:
    assert of_a_city["ALLOWED_HOSTS"] == ["budget.city.example", "127.0.0.1", "localhost"]
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_a_city_shows_no_mails_to_everybody(of_a_city, client: Client, db) -> None:
    assert of_a_city["DEMO"] is False
    assert client.get("/demo/mail/").status_code == 404


def test_a_large_form_is_refused_whatever_page(of_a_city, client: Client, db) -> None:
    assert of_a_city["DATA_UPLOAD_MAX_MEMORY_SIZE"] <= 5 * 1024 * 1024
    assert client.post("/accounts/login/", {"login": "x" * 5_300_000}).status_code == 413
