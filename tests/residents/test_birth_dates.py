"""People whose birth date is known by the year only, and other ways of writing a date (finding V19)."""

import io
from datetime import date

import pytest
from django.core.management import call_command

from budgeting.models import Cycle
from residents import register_import
from residents.birth_dates import age_on, birth_date_of
from residents.models import RegisterImport, Resident, Verification
from residents.models.register import AgeBand
from tests.cast import signed_in
from tests.keeping import kept
from tests.papers import words_on

HEADER = "identifier;name;birth_date;district\n"
WAYS = ("1950", "1950-00-00", "1950-01-00", "00/00/1950", "0.1.1950", "19500000", "1950-00-00 00:00:00")


@kept
def city(cycle: Cycle, riverside, at) -> Cycle:
    at("presenting")
    return cycle


def upload(city: Cycle, *born: str, at, **said) -> RegisterImport:
    lines = "".join(f"{number};Person {number};{each};Riverside\n" for number, each in enumerate(born, start=1))
    return register_import.preview(city, io.BytesIO((HEADER + lines).encode()), by=None, at=at, **said)


@pytest.mark.parametrize("text", WAYS)
def test_v19_a_year_of_birth_alone_is_read_however_it_is_written(text) -> None:
    assert birth_date_of(text) == 1950


def test_v19_a_city_takes_years_of_birth_if_it_says_so(city, at) -> None:
    made = upload(city, "1950", "1950-00-00", "31/03/1979", at=at("presenting"))
    assert (made.new, [fault["reason"] for fault in made.rejected]) == (
        1,
        ["A year alone. If that is all that is known, say so at the upload."] * 2,
    )
    made = upload(city, "1950", "1950-00-00", "31/03/1979", at=at("presenting"), years_alone=True)
    assert (made.new, made.rejected, made.years_alone) == (3, [], 2)


def test_v19_the_clerk_says_so_at_the_upload_and_sees_how_many(city, clara, at) -> None:
    at("presenting")
    file = io.BytesIO(f"{HEADER}1;Rosa Lund;1950;Riverside\n".encode())
    file.name = "register.csv"
    browser = signed_in(clara)
    page = browser.post("/desk/2027/register/", {"file": file, "years_alone": "on"}, follow=True)
    assert "Taken by the year of birth alone 1" in words_on(page)


def test_v19_the_command_is_told_too(city, at, tmp_path) -> None:
    file = tmp_path / "register.csv"
    file.write_text(f"{HEADER}1;Rosa Lund;00/00/1950;Riverside\n")
    call_command("import_register", "2027", str(file), "--yes")
    assert not Resident.objects.exists()
    call_command("import_register", "2027", str(file), "--yes", "--years-alone")
    assert Resident.objects.count() == 1


@pytest.mark.parametrize(
    ("on_register", "typed", "is_found"),
    [
        ("1950", "1950", True),
        ("1950", "00/00/1950", True),
        ("1950", "24/12/1950", True),
        ("1950", "1951", False),
        ("24/12/1950", "1950", False),
        ("24/12/1950", "1950-12-24", True),
    ],
)
def test_v19_at_the_desk_a_day_of_that_year_is_right_and_a_year_is_no_day(
    city, rosa, clara, at, on_register, typed, is_found
) -> None:
    """Where the register knows the day, the document has to show it."""
    now = at("presenting")
    register_import.confirm(upload(city, on_register, at=now, years_alone=True), by=None, at=now)
    form = {"identifier": "1", "name": "Person 1", "birth_date": typed, "email": rosa.email}
    signed_in(clara).post("/desk/2027/residents/", form)
    assert Verification.objects.exists() == is_found


@pytest.mark.parametrize(
    "text", ["1979-03-31", "1979/03/31", "19790331", "1979-03-31 00:00:00", "1979-03-31T00:00:00.000", "31-3-1979"]
)
def test_v19_a_date_as_a_database_writes_it_is_read(text) -> None:
    assert birth_date_of(text) == date(1979, 3, 31)


@pytest.mark.parametrize(
    "text", ["1979-03/31", "1979-03-30 23:00:00", "1979-13-00", "1979-00-05", "31031979", "79", "1979-3", "1979-02-30"]
)
def test_v19_what_may_be_another_day_is_no_date(text) -> None:
    assert birth_date_of(text) is None


def test_v19_a_year_of_two_digits_is_refused_with_the_reason(city, at) -> None:
    [fault] = upload(city, "31/03/79", at=at("presenting")).rejected
    assert fault["reason"] == "The year has two digits, and may be of two centuries."


def test_v19_who_is_older_than_120_is_taken_and_shown(city, clara, at) -> None:
    made = upload(city, "1900-01-01", "1850-01-01", at=at("presenting"))
    assert (made.new, made.very_old) == (1, 1)
    assert "Older than 150" in made.rejected[0]["reason"]
    assert "Older than 120 years" in words_on(signed_in(clara).get(f"/desk/2027/register/{made.pk}/"))


@pytest.mark.parametrize(
    ("day", "age"),
    [(date(2027, 4, 4), 17), (date(2027, 6, 30), 17), (date(2027, 7, 1), 18), (date(2028, 1, 1), 18)],
)
def test_v19_who_has_a_year_counts_as_born_in_the_middle_of_it(day, age) -> None:
    assert age_on(day, 2009) == age


def test_v19_a_year_keeps_nobody_off_the_register_for_their_age(city, at) -> None:
    """Somebody born this year has been born perhaps; somebody born next year has not."""
    now = at("presenting")
    made = upload(city, "2027", "2028", "2009", at=now, years_alone=True)
    assert [fault["line"] for fault in made.rejected] == [3]
    register_import.confirm(made, by=None, at=now)
    assert set(Resident.objects.values_list("age_band", flat=True)) == {AgeBand.UNDER_18}
