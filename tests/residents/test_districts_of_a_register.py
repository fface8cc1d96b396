"""A line of the register is of one district in which somebody votes (findings I9 and I10)."""

import io
from importlib import import_module

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from budgeting.models import Contest, Cycle, District
from residents import register_import
from residents.models import RegisterImport, Resident
from tests.cast import signed_in
from tests.databases import as_owner, refused_by_the_database
from tests.keeping import kept
from tests.papers import words_on

HEADER = "identifier;name;birth_date;district\n"


@kept
def city(cycle: Cycle, riverside, hillside, at) -> Cycle:
    at("presenting")
    return cycle


def upload(city: Cycle, *districts: str, at) -> RegisterImport:
    lines = "".join(f"{number};Person {number};1979-03-31;{each}\n" for number, each in enumerate(districts, start=1))
    return register_import.preview(city, io.BytesIO((HEADER + lines).encode()), by=None, at=at)


def reasons(made: RegisterImport) -> list[str]:
    return [fault["reason"] for fault in made.rejected]


@pytest.mark.parametrize("name", ["Riverside", "RIVERSIDE", "Ríverside", "River\u00adside", " Riverside "])
def test_i9_two_districts_have_no_one_name(riverside, name) -> None:
    with pytest.raises(ValidationError, match="has this name already"):
        District(slug="another", name=name).full_clean()
    riverside.full_clean()


def test_i9_nor_does_the_database_take_them(riverside) -> None:
    with pytest.raises(IntegrityError, match="two_districts_have_two_names"), transaction.atomic():
        District.objects.create(slug="another", name="RIVERSIDE")


def test_i9_a_name_of_which_there_are_two_all_the_same_is_nobody_s(city, riverside, at) -> None:
    """The database knows capitals only."""
    District.objects.create(slug="another", name="Ríverside")
    made = upload(city, "Riverside", "Ríverside", "Hillside", at=at("presenting"))
    assert (made.new, reasons(made)) == (1, ["Two districts have that name."] * 2)


def test_i9_a_name_goes_before_the_address_of_another(city, hillside, at) -> None:
    other = District.objects.create(slug="upper", name="Lower")
    District.objects.create(slug="lower", name="Upper")
    made = upload(city, "Lower", at=at("presenting"))
    assert made.staged.get().district == other


def test_i9_districts_of_one_name_that_a_city_has_already_are_told_apart(riverside, hillside) -> None:
    migration = import_module("budgeting.migrations.0016_two_districts_have_two_names")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DROP INDEX two_districts_have_two_names")
        cursor.execute("UPDATE budgeting_district SET name = 'Centre'")
        cursor.execute(migration.TOLD_APART)
    assert set(District.objects.values_list("name", flat=True)) == {"Centre", "Centre (hillside)"}


def test_i9_a_district_without_a_contest_is_refused(city, riverside_contest, at) -> None:
    made = upload(city, "Riverside", "Hillside", at=at("presenting"))
    assert (made.new, reasons(made)) == (1, ["Nobody votes there: this district has no contest in this cycle."])


def test_i9_where_the_whole_city_votes_everybody_does(city, riverside_contest, city_wide_contest, at) -> None:
    assert upload(city, "Riverside", "Hillside", at=at("presenting")).new == 2


def test_i9_as_long_as_a_cycle_has_no_contest_a_register_can_be_imported(city, at) -> None:
    assert upload(city, "Riverside", "Hillside", at=at("presenting")).new == 2


def test_i9_residents_whose_district_got_no_contest_since_are_told_of(
    city: Cycle, riverside: District, hillside: District, clara: User, at
) -> None:
    now = at("presenting")
    register_import.confirm(upload(city, "Riverside", "Hillside", at=now), by=None, at=now)
    page, said = "/desk/2027/register/", "1 resident lives in a district that has no contest"
    assert said not in words_on(signed_in(clara).get(page))
    Contest.objects.create(cycle=city, district=riverside, budget=1)
    assert said in words_on(signed_in(clara).get(page))
    Contest.objects.create(cycle=city, district=hillside, budget=1)
    assert said not in words_on(signed_in(clara).get(page))
    assert Resident.objects.count() == 2


@pytest.mark.parametrize("word", ["proposals", "board", "box", "results"])
def test_i10_no_district_has_the_address_of_a_page(clara, riverside, word) -> None:
    """Neither in the set-up nor in the database. Which words there are: tests/budgeting/test_stages.py."""
    clara.is_staff = clara.is_superuser = True
    clara.save()
    answer = signed_in(clara).post("/admin/budgeting/district/add/", {"slug": word, "name": "x", "population": "1"})
    assert "A page of each cycle has this address already" in words_on(answer)
    said = refused_by_the_database(f"UPDATE budgeting_district SET slug = '{word}'")
    assert "a_district_is_no_page" in said
