"""The register of residents: what a clerk uploads, what becomes of it, and what is never kept."""

import re
import zipfile
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from accounts.models import User
from audit.models import AuditEvent
from budgeting.models import Cycle
from lib.names import one_form
from residents import register_file, register_import
from residents.birth_dates import age_on
from residents.digests import identifier_digest, normalised_identifier, person_digest
from residents.models import RegisterImport, Resident, StagedLine, Verification
from residents.register_entries import entries_of
from residents.register_file import RegisterFileError
from residents.statistics import registered_by_age
from tests.keeping import kept
from tests.papers import words_on

HEADER = "identifier;name;birth_date;address;postcode;town;district;email\n"
ANNA = "79.03.31-001.20;Łucja Anna Nowak;1979-03-31;Quay 1;1000;Halverne;Riverside;anna@example.org\n"
BRUNO = "85.12.01-113.07;Bruno D'Arcy;01/12/1985;Hill 2;1001;Halverne;hillside;\n"
CELIA = "90.01.01-002.33;Célia Roy;1.1.1990;Quay 3;1000;Halverne;RIVERSIDE;\n"


@kept
def city(cycle: Cycle, riverside, hillside, at) -> Cycle:
    at("proposing")
    return cycle


def upload(city: Cycle, text: str | bytes, by: User | None = None) -> RegisterImport:
    content = text.encode() if isinstance(text, str) else text
    return register_import.preview(city, BytesIO(content), by=by, at=register_day(city))


def register_day(city: Cycle):
    return city.phases.first().opens


def confirm(made: RegisterImport, by: User | None = None) -> None:
    register_import.confirm(made, by=by, at=register_day(made.cycle))


def counts(made: RegisterImport) -> tuple[int, int, int, int, int]:
    return made.new, made.changed, made.unchanged, made.gone, len(made.rejected)


def test_a_clerk_sees_what_an_upload_would_change_before_it_does(city, clara) -> None:
    made = upload(city, HEADER + ANNA + BRUNO, clara)
    assert counts(made) == (2, 0, 0, 0, 0)
    assert not Resident.objects.exists()
    confirm(made, clara)
    assert Resident.objects.count() == 2
    assert not StagedLine.objects.exists()
    entry = AuditEvent.objects.get(action="register imported")
    assert (entry.actor, entry.action) == (clara, "register imported")
    assert entry.facts == {"new": 2, "changed": 0, "unchanged": 0, "gone": 0, "ages_on": "2027-04-04", "rejected": 0}


def test_the_second_file_says_who_is_new_changed_and_gone(city, hillside) -> None:
    confirm(upload(city, HEADER + ANNA + BRUNO))
    moved = ANNA.replace("Riverside", "Hillside")
    made = upload(city, HEADER + moved + CELIA)
    assert counts(made) == (1, 1, 0, 1, 0)
    confirm(made)
    anna = Resident.objects.get(identifier_digest=identifier_digest(city, "79033100120"))
    assert anna.district == hillside
    bruno = Resident.objects.get(identifier_digest=identifier_digest(city, "85120111307"))
    assert bruno.removed_at is not None
    made = upload(city, HEADER + moved + BRUNO + CELIA)
    assert counts(made) == (0, 1, 2, 0, 0), "Bruno is back"
    confirm(made)
    bruno.refresh_from_db()
    assert bruno.removed_at is None
    assert counts(upload(city, HEADER + moved + BRUNO + CELIA)) == (0, 0, 3, 0, 0)


def test_who_is_gone_but_verified_is_kept_and_marked(city, rosa) -> None:
    confirm(upload(city, HEADER + ANNA + BRUNO))
    anna = Resident.objects.get(identifier_digest=identifier_digest(city, "79033100120"))
    Verification.objects.create(resident=anna, user=rosa, cycle=city, method="desk", at=register_day(city))
    assert Verification.of(rosa, city)
    confirm(upload(city, HEADER + BRUNO))
    assert Verification.objects.get().resident.removed_at is not None
    assert not Verification.of(rosa, city)


def test_another_cycle_is_left_alone(city) -> None:
    confirm(upload(city, HEADER + ANNA))
    other = Cycle.objects.create(slug="2028", title="2028")
    other.phases.create(stage="proposing", opens=register_day(city))
    made = upload(other, HEADER + ANNA)
    assert counts(made) == (1, 0, 0, 0, 0)
    confirm(made)
    digests = set(Resident.objects.values_list("cycle__slug", "identifier_digest"))
    assert len({bytes(digest) for _, digest in digests}) == 2, "two cycles cannot be joined"
    assert not Resident.objects.filter(removed_at__isnull=False).exists()


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (";A;1979-03-31;;;;Riverside;", "identifier", "No identifier"),
        ("- 0;A;1979-03-31;;;;Riverside;", "identifier", "No identifier"),
        ("7;;1979-03-31;;;;Riverside;", "name", "No name"),
        ("7;A;1979-02-30;;;;Riverside;", "birth_date", "Not a date"),
        ("7;A;31 March;;;;Riverside;", "birth_date", "Not a date"),
        ("7;A;2027-05-01;;;;Riverside;", "birth_date", "Born after"),
        ("7;A;1870-01-01;;;;Riverside;", "birth_date", "Older than 150"),
        ("7;A;1979-03-31;;;;Atlantis;", "district", "No district"),
        ("7;A;1979-03-31;;;;Riverside;;x", "", "more cells"),
        (f"7;A;1979-03-31;{'x' * 3000};;;Riverside;", "", "too long"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named_with_its_column_and_reason(city, line, column, reason) -> None:
    made = upload(city, HEADER + ANNA + line + "\n" + BRUNO)
    assert made.new == 2
    [fault] = made.rejected
    assert (fault["line"], fault["column"]) == (3, column)
    assert reason in fault["reason"]


def test_of_two_lines_with_one_identifier_neither_is_taken(city) -> None:
    again = ANNA.replace("79.03.31-001.20", "0079033100120")
    made = upload(city, HEADER + ANNA + BRUNO + again)
    assert made.new == 1
    assert [(fault["line"], fault["reason"]) for fault in made.rejected] == [
        (2, "The same identifier as on line 4."),
        (4, "The same identifier as on line 2."),
    ]


def test_a_cell_over_two_lines_does_not_shift_the_numbers(city) -> None:
    made = upload(city, HEADER + ANNA.replace("Quay 1", '"Quay\n1"') + ";no number;;;;;;\n")
    assert made.rejected[0]["line"] == 4


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_any_spreadsheets_way_of_writing_csv_gives_the_same_register(city, encoding, delimiter) -> None:
    confirm(upload(city, HEADER + ANNA + CELIA))
    made = upload(city, (HEADER + ANNA + CELIA).replace(";", delimiter).replace("\n", "\r\n").encode(encoding))
    assert counts(made) == (0, 0, 2, 0, 0)


def test_a_file_as_old_windows_writes_it_is_read(city) -> None:
    confirm(upload(city, HEADER + CELIA))
    assert counts(upload(city, (HEADER + CELIA).encode("cp1252"))) == (0, 0, 1, 0, 0)


def test_a_french_header_is_understood(city) -> None:
    made = upload(city, "Identifiant;Nom complet;Date de naissance;Adresse;Code postal;Commune;Quartier;x\n" + ANNA)
    assert made.new == 1


def workbook(*rows: tuple[object, ...]) -> bytes:
    book, out = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def test_a_spreadsheet_gives_the_same_register_as_csv(city) -> None:
    confirm(upload(city, HEADER + ANNA + BRUNO))
    made = upload(
        city,
        workbook(
            ("identifier", "name", "birth_date", "district", "phone"),
            (79033100120, "Nowak, Lucja Anna", date(1979, 3, 31), "Riverside", None),
            ("85120111307", "Bruno d’Arcy", "01/12/1985", "Hillside", 5),
            (1234567890123456.0, "X", "01/12/1985", "nowhere", 5),
        ),
    )
    assert counts(made) == (0, 0, 2, 0, 1)
    assert made.rejected[0]["line"] == 4


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "must name the columns"),
        (b"name;district\n", "Not found: identifier, birth_date"),
        (b"pesel;identifier;name;birth_date;district\n", "twice"),
        (HEADER.encode() + b'1;"open', "quotation mark"),
        (b"\xd0\xcf\x11\xe0 old", "old Excel"),
        (b"\x89PNG\r\n\0\0", "no CSV or XLSX"),
        (HEADER.encode() + b"a\0b", "no CSV or XLSX"),
        (b"\xff\xfe" + b"\x00\xd8" * 3, "letters"),
        (b"PK\x03\x04 nothing", "damaged"),
        (b";".join([b"x"] * 1_000), "more than 60 columns"),
        (b"x" * 200_000, "longer than"),
        (HEADER.encode() + b'1;"' + b"x\n" * 200_000, "quotation mark"),
    ],
    ids=lambda value: str(value[:12]),
)
def test_t14_what_is_no_register_is_refused_with_one_sentence(city, content: bytes, sentence: str) -> None:
    with pytest.raises(RegisterFileError, match=sentence):
        upload(city, content)
    assert not RegisterImport.objects.exists()


def zipped(**parts: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.long
def test_t14_a_spreadsheet_that_unpacks_to_too_much_is_refused_before_it_does(city, monkeypatch) -> None:
    monkeypatch.setattr(register_file, "MOST_UNPACKED", 1_000_000)
    with pytest.raises(RegisterFileError, match="too large when unpacked"):
        upload(city, zipped(sheet=b"0" * 2_000_000))
    with pytest.raises(RegisterFileError, match="too large when unpacked"):
        upload(city, zipped(**{f"p{number}": b"" for number in range(1_001)}))


ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda part: ENTITY.encode() + part, id="at the beginning"),
        pytest.param(lambda part: f"<!--{'x' * 3_000}-->{ENTITY}".encode() + part, id="behind a long comment"),
        pytest.param(lambda part: (ENTITY + part.decode().partition("?>")[2]).encode("utf-16"), id="as UTF-16"),
    ],
)
@pytest.mark.parametrize("name", ["sheet1.xml", "workbook.xml", "workbook.xml.rels"])
def test_t14_a_spreadsheet_with_entities_is_refused(city, spoil, name) -> None:
    book = BytesIO(workbook(("identifier", "name", "birth_date", "district")))
    out = BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(out, "w") as new:
        assert any(part.endswith(name) for part in old.namelist())
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, spoil(content) if part.endswith(name) else content)
    with pytest.raises(RegisterFileError, match="definitions"):
        upload(city, out.getvalue())


def test_too_many_bad_lines_refuse_the_file(city, monkeypatch) -> None:
    monkeypatch.setattr(register_import, "MOST_FAULTS", 2)
    with pytest.raises(RegisterFileError, match="right file"):
        upload(city, HEADER + ANNA + ";;;;;;;x\n" * 3)
    assert not RegisterImport.objects.exists()


def test_a_newer_upload_replaces_the_one_that_waits(city) -> None:
    first, second = upload(city, HEADER + ANNA), upload(city, HEADER + BRUNO)
    with pytest.raises(RegisterFileError, match="no longer stands"):
        confirm(first)
    confirm(second)
    with pytest.raises(RegisterFileError, match="no longer stands"):
        confirm(second)
    assert Resident.objects.count() == 1


def test_a_preview_whose_lines_were_lost_in_a_crash_removes_nobody(city) -> None:
    confirm(upload(city, HEADER + ANNA + BRUNO))
    made = upload(city, HEADER + ANNA)
    StagedLine.objects.all().delete()  # as PostgreSQL empties an unlogged table
    with pytest.raises(RegisterFileError, match="not changed"):
        confirm(made)
    assert Resident.objects.filter(removed_at=None).count() == 2


def test_once_the_vote_has_closed_the_register_no_longer_changes(city, at) -> None:
    made = upload(city, HEADER + ANNA)
    closed = at("counting")
    with pytest.raises(RegisterFileError, match="has closed"):
        register_import.confirm(made, by=None, at=closed)
    with pytest.raises(RegisterFileError, match="has closed"):
        register_import.preview(city, BytesIO((HEADER + ANNA).encode()), by=None, at=closed)


def test_without_dates_there_is_no_day_on_which_ages_count(db) -> None:
    cycle = Cycle.objects.create(slug="2030", title="2030")
    with pytest.raises(RegisterFileError, match="dates"):
        entries_of(cycle, register_file.opened(BytesIO(HEADER.encode())), years_alone=False)


@pytest.mark.parametrize(
    ("day", "age"), [(date(2026, 2, 28), 17), (date(2026, 3, 1), 18), (date(2028, 2, 28), 19), (date(2028, 2, 29), 20)]
)
def test_t18_who_was_born_on_29_february_is_a_year_older_on_1_march(day: date, age: int) -> None:
    assert age_on(day, date(2008, 2, 29)) == age


def test_the_register_keeps_the_day_its_ages_were_worked_out_for(city, clara, client) -> None:
    """Birth dates are not kept: where voting opens on another day, the file is needed again."""
    confirm(upload(city, HEADER + ANNA + BRUNO))
    client.force_login(clara)
    anew = "import the register anew, so that the turnout by age is right"
    assert registered_by_age(city, []).on == date(2027, 4, 4)
    for page in ("/desk/", "/desk/2027/register/"):
        assert anew not in words_on(client.get(page))
    city.phases.filter(stage="voting").update(opens=datetime(2027, 4, 6, 8, tzinfo=UTC))
    for page in ("/desk/", "/desk/2027/register/"):
        assert f"those of April 4, 2027, but voting opens on April 6, 2027: {anew}" in words_on(client.get(page))
    upload(city, HEADER + ANNA + BRUNO)
    assert anew in words_on(client.get("/desk/")), "as long as it is not confirmed"
    confirm(RegisterImport.objects.waiting().get())
    assert registered_by_age(city, []).on == date(2027, 4, 6)
    assert anew not in words_on(client.get("/desk/"))


def test_an_hour_later_on_the_same_day_is_the_same_day(city) -> None:
    confirm(upload(city, HEADER + ANNA + BRUNO))
    city.phases.filter(stage="voting").update(opens=datetime(2027, 4, 4, 9, tzinfo=UTC))
    assert [why for _cycle, why in RegisterImport.why_anew([city])] == [""]


def test_the_staging_table_is_in_no_backup_of_the_wal(db) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'residents_stagedline'")
        assert cursor.fetchone() == ("u",)


def everything_in_the_database() -> str:
    """All but the keys of rows, which count up and so come to look like a year of birth."""
    text = bytearray()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
            told = ", ".join(f'"{name}"' for name in columns if name != "id" and not name.endswith("_id"))
            with cursor.copy(f'COPY (SELECT {told} FROM "{table}") TO STDOUT') as copy:
                for block in copy:
                    text += block
    return text.decode().casefold()


def test_t23_nothing_in_clear_is_anywhere_in_the_database(city, clara, settings) -> None:
    confirm(upload(city, HEADER + ANNA + BRUNO, clara), clara)
    upload(city, HEADER + CELIA + ";no number;;;;;;\n", clara)
    dump = everything_in_the_database()
    for canary in (
        "79.03.31",
        "79033100120",
        "nowak",
        "łucja",
        "bruno",
        "anna@",
        "quay",
        settings.REGISTER_KEY,
    ):
        assert canary.casefold() not in dump, canary
    year_alone = r"(?<![\da-f.])1979(?![\da-f])"  # not a stretch of a digest or of a moment's microseconds
    assert not re.search(year_alone, dump)
    assert identifier_digest(city, "79033100120").hex() in dump, "the dump is the right one"


def test_the_digest_needs_the_key_that_is_not_in_the_database(city, settings) -> None:
    with_one = identifier_digest(city, "79033100120")
    settings.REGISTER_KEY = "another"
    assert identifier_digest(city, "79033100120") != with_one


@pytest.mark.parametrize(
    "writing", ["79.03.31-001.20", "0079033100120", " 790331 00120 ", "７９033100120", "79–03—31/00120"]
)
def test_t18_one_number_is_one_digest_however_it_is_written(city, writing: str) -> None:
    assert identifier_digest(city, writing) == identifier_digest(city, "79033100120")


def test_t18_capitals_in_a_number_do_not_matter_and_other_letters_do(city) -> None:
    assert identifier_digest(city, "ab-12") == identifier_digest(city, "AB12")
    assert identifier_digest(city, "ab-12") != identifier_digest(city, "AB21")


@pytest.mark.parametrize("writing", ["Łucja Anna Nowak", "NOWAK, Lucja Anna", "nowak łucja anna", "Łucja-Anna  Nowak"])
def test_t18_one_name_is_one_digest_however_it_is_written(city, writing: str) -> None:
    born = date(1979, 3, 31)
    assert person_digest(city, writing, born) == person_digest(city, "Łucja Anna Nowak", born)
    assert person_digest(city, writing, born) != person_digest(city, writing, date(1979, 3, 30))
    assert person_digest(city, writing, born) != person_digest(city, "Łucja Nowak", born)


@pytest.mark.long
@given(st.text())
def test_t18_normalising_twice_changes_nothing(text: str) -> None:
    assert normalised_identifier(normalised_identifier(text)) == normalised_identifier(text)
    assert one_form(one_form(text)) == one_form(text)


@given(st.from_regex(r"[1-9][0-9]{10}", fullmatch=True), st.from_regex(r"[1-9][0-9]{10}", fullmatch=True))
def test_t18_two_numbers_of_one_length_stay_two(one: str, other: str) -> None:
    assert (normalised_identifier(one) == normalised_identifier(other)) == (one == other)


def test_a_command_previews_and_with_yes_imports(city, tmp_path, at) -> None:
    at("proposing")
    file, out, err = tmp_path / "register.csv", StringIO(), StringIO()
    file.write_text(HEADER + ANNA + "7;A;never;;;;Riverside;\n")
    call_command("import_register", "2027", str(file), stdout=out, stderr=err)
    assert "1 new, 0 changed, 0 unchanged, 0 gone, 1 rejected" in out.getvalue()
    assert "line 3, birth_date: Not a date" in err.getvalue()
    assert not Resident.objects.exists()
    call_command("import_register", "2027", str(file), yes=True, stdout=out, stderr=err)
    assert Resident.objects.count() == 1
    with pytest.raises(CommandError, match="no cycle"):
        call_command("import_register", "1999", str(file))
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_register", "2027", str(tmp_path / "none.csv"))


def many(first: int, number: int) -> str:
    return HEADER + "".join(
        f"{first + line};Person {first + line};1979-03-31;Quay 1;1000;Halverne;Riverside;\n" for line in range(number)
    )


def test_an_import_in_which_nearly_everybody_is_gone_asks_in_its_own_words(city, clara, client) -> None:
    confirm(upload(city, many(1000, 20), clara), clara)
    made = upload(city, many(1018, 20), clara)
    assert (made.new, made.gone) == (18, 18)
    client.force_login(clara)
    address = f"/desk/2027/register/{made.pk}/"
    page = client.get(address).content.decode()
    assert "18 of the 20 residents on the register would be gone" in page
    assert "Change the register" not in page
    answer = client.post(address, {"confirm": "yes"}, follow=True).content.decode()
    assert "18 of the 20 residents on the register would be gone" in answer
    assert Resident.objects.on_register(city).count() == 20
    assert made.is_waiting
    client.post(address, {"confirm": "nearly everybody"})
    assert Resident.objects.filter(removed_at=None).count() == 20
    assert Resident.objects.count() == 38


def test_where_most_stay_the_ordinary_button_is_enough(city, clara, client) -> None:
    confirm(upload(city, many(1000, 20), clara), clara)
    made = upload(city, many(1015, 20), clara)
    client.force_login(clara)
    assert "Change the register" in client.get(f"/desk/2027/register/{made.pk}/").content.decode()
    confirm(made, clara)
    assert Resident.objects.filter(removed_at=None).count() == 20


def test_the_command_asks_too(city, tmp_path) -> None:
    file = tmp_path / "register.csv"
    file.write_text(many(1000, 20))
    call_command("import_register", "2027", str(file), "--yes", stdout=StringIO())
    file.write_text(many(3000, 20))
    with pytest.raises(CommandError, match=r"20 of the 20 residents .* --yes --nearly-everybody$"):
        call_command("import_register", "2027", str(file), "--yes", stdout=StringIO())
    assert Resident.objects.count() == 20
    call_command("import_register", "2027", str(file), "--yes", "--nearly-everybody", stdout=StringIO())
    assert Resident.objects.count() == 40


def test_v22_a_register_whose_names_are_in_an_earlier_form_asks_to_be_imported_anew(city, clara, client) -> None:
    confirm(upload(city, HEADER + ANNA))
    client.force_login(clara)
    anew = "Names with rare signs are compared in another way"
    assert anew not in words_on(client.get("/desk/2027/register/"))
    RegisterImport.objects.update(name_form=1)
    assert anew in words_on(client.get("/desk/2027/register/"))
    confirm(upload(city, HEADER + ANNA))
    assert anew not in words_on(client.get("/desk/2027/register/"))
