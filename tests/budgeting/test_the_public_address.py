"""A city that has not said where it is hears so at each start, and before a letter sends people nowhere."""

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from accounts.models import User
from budgeting.models import Cycle
from residents.models import LetterCode
from tests.cast import signed_in

NOWHERE = [
    "http://127.0.0.1:8000",
    "http://127.3.2.1",
    "http://localhost:8000",
    "http://purse.localhost",
    "http://[::1]:8000",
    "http://0.0.0.0:8000",
    "http://[::]",
]


@pytest.fixture
def a_city(settings: Any) -> Any:
    settings.DEMO = settings.DEBUG = settings.DATABASE_IS_EMBEDDED = False
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    return settings


def warned() -> list[str]:
    return [message.msg for message in run_checks() if message.id == "budgeting.W001"]


@pytest.mark.parametrize("address", NOWHERE)
def test_a_city_with_a_database_of_its_own_is_warned_of_an_address_nobody_reaches(a_city: Any, address: str) -> None:
    a_city.PUBLIC_URL = address
    (sentence,) = warned()
    assert sentence == (
        f"Mails and letters would send people to {address}, where only this machine finds the site: set PUBLIC_URL to"
        " the address people type."
    )


@pytest.mark.parametrize(
    "address", ["https://budget.city.example", "http://192.0.2.7:8000", "https://localhost.example"]
)
def test_a_city_that_said_where_it_is_is_left_in_peace(a_city: Any, address: str) -> None:
    a_city.PUBLIC_URL = address
    assert warned() == []


def test_a_mail_server_or_an_open_door_makes_a_city_of_it_too(a_city: Any) -> None:
    a_city.DATABASE_IS_EMBEDDED = True
    a_city.EMAIL_HOST = "localhost"
    assert warned() == []
    a_city.PUBLIC_URL = "http://0.0.0.0:8000"
    assert len(warned()) == 1
    a_city.PUBLIC_URL = "http://127.0.0.1:8000"
    a_city.EMAIL_HOST = "mail.city.example"
    assert len(warned()) == 1


@pytest.mark.parametrize("switch", ["DEMO", "DEBUG"])
def test_nobody_is_warned_who_tries_things_out(a_city: Any, switch: str) -> None:
    setattr(a_city, switch, True)
    assert warned() == []


def test_the_page_of_letters_says_where_they_would_lead(a_city: Any, cycle: Cycle, clara: User) -> None:
    sentence = "would send people to http://127.0.0.1:8000,"
    clerk = signed_in(clara)
    assert sentence in clerk.get("/desk/2027/letters/").content.decode()
    a_city.PUBLIC_URL = "https://budget.city.example"
    assert "would send people" not in clerk.get("/desk/2027/letters/").content.decode()


def test_the_command_makes_no_letters_that_lead_nowhere_unless_told(a_city: Any, cycle: Cycle, tmp_path: Path) -> None:
    source = tmp_path / "register.csv"
    source.write_text("identifier;name;birth_date;address;postcode;town;district\n")
    with pytest.raises(CommandError, match="No letter was made; with --anyway they are"):
        call_command("letters", "2027", str(source), output=tmp_path / "l.pdf")
    assert LetterCode.objects.count() == 0
    call_command("letters", "2027", str(source), output=tmp_path / "l.pdf", anyway=True)
