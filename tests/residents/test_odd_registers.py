"""Registers as cities have them: read as what they are or refused with a reason, and never wrongly in silence."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import Workbook

from accounts.models import User
from budgeting.models import Cycle
from lib.tables import MOST_LINE
from residents import register_import
from residents.digests import identifier_digest, person_digest
from residents.models import RegisterImport, Resident
from residents.register_file import RegisterFileError
from tests.cast import signed_in
from tests.papers import words_on

HEADER = "identifier;name;birth_date;district\n"


@pytest.fixture
def city(cycle: Cycle, riverside, hillside, at) -> Cycle:
    at("proposing")
    return cycle


def upload(city: Cycle, content: str | bytes) -> RegisterImport:
    told = content.encode() if isinstance(content, str) else content
    return register_import.preview(city, BytesIO(told), by=None, at=city.phases.first().opens)


def faults(made: RegisterImport) -> list[tuple[int, str]]:
    return [(fault["line"], fault["column"]) for fault in made.rejected]


def holds(city: Cycle, made: RegisterImport, identifier: str, name: str) -> bool:
    """Would this person be verified, once the upload is confirmed?"""
    register_import.confirm(made, by=None, at=city.phases.first().opens)
    person = person_digest(city, name, date(1979, 3, 31))
    return Resident.objects.filter(identifier_digest=identifier_digest(city, identifier), person_digest=person).exists()


# Columns -------------------------------------------------------------------------------------------------------------

LAYOUTS = {
    "French, in two columns": "Numéro national;Nom;Prénom;Date de naissance;Quartier",
    "Belgian, with a house number": "NISS;Nom;Prénom;Né le;Quartier;Rue;Numéro",
    "Polish, with a number of the line": "PESEL;Nazwisko;Imię;Data urodzenia;Dzielnica;Lp;Nr",
    "German": "Personalnummer;Nachname;Vorname;Geburtsdatum;Stadtteil;Straße;Nr.",
    "Dutch": "Rijksregisternummer;Familienaam;Voornaam;Geboortedatum;Wijk;Straat;Nr",
    "Spanish": "DNI;Apellidos;Nombre de pila;Fecha de nacimiento;Barrio",
    "English": "National number;Surname;First name;Date of birth;Ward;House number",
    "with blank columns at the end": "identifier;name;given name;birth_date;district" + ";" * 70,
}


@pytest.mark.parametrize("header", LAYOUTS.values(), ids=LAYOUTS)
def test_i4_family_and_given_names_in_two_columns_are_one_name(city, header: str) -> None:
    made = upload(
        city,
        f"{header}\n79033100120;Nowak;Łucja;31/03/1979;Riverside;12;7\n".replace(";12;7", ";12;7" * ("Nr" in header)),
    )
    assert made.new == 1
    assert holds(city, made, "79033100120", "Łucja Nowak")


def test_i4_a_clerk_reads_which_columns_were_understood_and_which_were_not(city, clara: User) -> None:
    made = upload(city, "NISS;Nom;Prénom;Date de naissance;Quartier;Remarque\n7;Nowak;Anna;31/03/1979;Riverside;x\n")
    page = words_on(signed_in(clara).get(reverse("register_import", args=["2027", made.pk])))
    assert "identifier = “NISS”" in page
    assert "given_name = “Prénom”" in page
    assert "Columns that were not read Remarque" in page


# Letters -------------------------------------------------------------------------------------------------------------


def test_i5_one_stray_byte_turns_no_other_name_into_rubbish(city) -> None:
    content = (HEADER + "1;Célia Roy;1990-01-01;Riverside\n").encode() + "2;René;1990-01-01;Riverside\n".encode(
        "cp1252"
    )
    with pytest.raises(RegisterFileError, match="UTF-8 but for some letters, on line 3:"):
        upload(city, content)


def test_i5_where_lines_end_as_on_old_apples_no_letter_is_cut_in_two(city) -> None:
    lines = "".join(f"{number};Zoé {'é' * number};1990-01-01;Riverside\r" for number in range(1, 501))
    assert len(lines) > MOST_LINE  # read as one line
    assert upload(city, HEADER.replace("\n", "\r") + lines).new == 500


@pytest.mark.parametrize("name", ["£ucja Nowak", "Anna W¹s", "¯aneta", "CÃ©lia Roy", "FranÃ§ois NoÃ«l", "Ren\ufffd"])
def test_i5_a_name_with_signs_that_no_name_has_is_a_fault_of_its_line(city, name: str) -> None:
    made = upload(city, HEADER + f"1;{name};1990-01-01;Riverside\n2;Ann;1990-01-01;Riverside\n")
    assert (made.new, faults(made)) == (1, [(2, "name")])


@pytest.mark.parametrize(
    "name",
    ["JOÃO Åke", "Mª José Núñez", "O’Brien-Smith, Jr.", "Nguyễn Văn Ân", "D'Arcy (née Roy)", "Łódź", "Ğül", "محمد"],
)
def test_names_as_people_have_them_are_taken(city, name: str) -> None:
    assert upload(city, HEADER + f"1;{name};1990-01-01;Riverside\n").new == 1


# Values --------------------------------------------------------------------------------------------------------------

NO_IDENTIFIER = ["#N/A", "#REF!", "#NAME?", "NULL", "TRUE", "unknown", "inf", "1979-03-31", "1,23457E+19", "7.0"]


@pytest.mark.parametrize("value", NO_IDENTIFIER)
def test_i13_what_a_spreadsheet_writes_for_nothing_is_no_identifier(city, value: str) -> None:
    made = upload(city, HEADER + f'"{value}";Ann;1990-01-01;Riverside\n')
    assert (made.new, faults(made)) == (0, [(2, "identifier")])


@pytest.mark.parametrize("value", ["#N/A", "NULL", "12345"])
def test_i13_nor_is_it_a_name(city, value: str) -> None:
    assert faults(upload(city, HEADER + f"7;{value};1990-01-01;Riverside\n")) == [(2, "name")]


def test_i13_a_number_that_lost_its_digits_in_a_spreadsheet_is_no_identifier(city) -> None:
    made = upload(city, workbook(HEADER.strip().split(";"), [123456789012345678, "Ann", "1990-01-01", "Riverside"]))
    assert (made.new, len(made.rejected)) in {(0, 1), (1, 0)}  # a whole number is whole, a fraction is refused
    made = upload(city, workbook(HEADER.strip().split(";"), [1.2345678901234568e17, "Ann", "1990-01-01", "Riverside"]))
    assert (made.new, faults(made)) == (0, [(2, "identifier")])


def test_i6_a_column_that_failed_names_three_other_lines_and_no_more(city) -> None:
    made = upload(city, HEADER + "7;Ann;1990-01-01;Riverside\n" * 40)
    assert made.new == 0
    assert made.rejected[0]["reason"] == "The same identifier as on line 3, 4, 5, …."
    assert made.rejected[39]["reason"] == "The same identifier as on line 2, 3, 4, …."


def test_i13_dates_that_put_the_month_first_are_refused_as_a_whole(city) -> None:
    lines = "1;Ann;04/03/1980;Riverside\n2;Bob;04/13/1981;Riverside\n"
    with pytest.raises(RegisterFileError, match="as line 3 shows"):
        upload(city, HEADER + lines)
    made = upload(city, HEADER + lines + "3;Eve;31/03/1979;Riverside\n")  # one that was mistyped, among many
    assert (made.new, faults(made)) == (2, [(3, "birth_date")])


# Lines and sheets ----------------------------------------------------------------------------------------------------


def test_i15_lines_that_a_quotation_mark_swallowed_are_missed(city) -> None:
    swallowed = '1;"Ann;1979-03-31;Riverside\n2;Bob";1979-03-31;Riverside\n3;Eve;1979-03-31;Riverside\n'
    made = upload(city, HEADER + swallowed)
    assert (made.new, faults(made)) == (1, [(2, "")])
    assert "quotation mark" in made.rejected[0]["reason"]


def workbook(*rows: list[object], more: list[list[object]] | None = None, hidden: bool = False) -> bytes:
    book, out = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    if more is not None:
        beside = book.create_sheet("More")
        for row in more:
            beside.append(row)
    if hidden:
        book.active.sheet_state = "hidden"
    book.save(out)
    return out.getvalue()


def test_i12_of_several_sheets_none_is_read_and_an_empty_one_does_no_harm(city) -> None:
    table = [HEADER.strip().split(";"), ["7", "Ann", "1979-03-31", "Riverside"]]
    with pytest.raises(RegisterFileError, match="several sheets"):
        upload(city, workbook(*table, more=table))
    with pytest.raises(RegisterFileError, match="several sheets, or a hidden one"):
        upload(city, workbook(*table, more=[], hidden=True))
    assert upload(city, workbook(*table, more=[])).new == 1
