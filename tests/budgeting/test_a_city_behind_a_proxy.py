"""What the settings make of the environment a city runs in."""

import json
import os
import subprocess
import sys

import pytest

ASKED = """
import json
from budgeting import settings
print(json.dumps([settings.ALLAUTH_TRUSTED_PROXY_COUNT, settings.SESSION_COOKIE_SECURE, settings.DEBUG]))
"""


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, [31_536_000, False]),
        ({"HSTS_SUBDOMAINS": "1"}, [31_536_000, True]),
        ({"HSTS_SUBDOMAINS": "1", "PUBLIC_URL": "http://127.0.0.1:8000"}, [0, True]),
    ],
    ids=["as it is", "asked for", "no https"],
)
def test_other_names_of_the_city_need_https_only_if_it_says_so(environment, told, tmp_path) -> None:
    clean = {name: value for name, value in os.environ.items() if name != "HSTS_SUBDOMAINS"}
    public = {"COMMON_PURSE_VAR": str(tmp_path), "PUBLIC_URL": "https://budget.city.example"}
    asked = (
        "import json; from budgeting import settings as s;"
        "print(json.dumps([s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS]))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", asked],
        env={**clean, **public, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(answer.stdout) == told


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"PUBLIC_URL": "https://budget.city.example"}, [1, True, False]),
        ({"PUBLIC_URL": "https://budget.city.example", "TRUSTED_PROXIES": "2"}, [2, True, False]),
        ({"PUBLIC_URL": "http://127.0.0.1:8000"}, [0, False, False]),
    ],
    ids=["https", "two proxies", "no proxy"],
)
def test_residents_behind_the_citys_proxy_are_told_apart(environment, told, tmp_path) -> None:
    """T-19. A limit for each address must not become one limit for the whole city, nor believe whoever has no proxy."""
    clean = {name: value for name, value in os.environ.items() if name not in ("TRUSTED_PROXIES", "DJANGO_DEBUG")}
    answer = subprocess.run(
        [sys.executable, "-c", ASKED],
        env={**clean, "COMMON_PURSE_VAR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(answer.stdout) == told
