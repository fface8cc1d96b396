"""Letters with a code: on paper in clear, in the database as digests, and worth something once."""

import re
import secrets
from io import BytesIO, StringIO
from pathlib import Path

import page
import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEvent
from budgeting.models import Cycle
from residents import letter_codes, letters, register_import
from residents.models import LetterCode, Resident, Verification
from tests import papers
from tests.keeping import kept

pytestmark = pytest.mark.heavy

REGISTER = (
    "identifier;name;birth_date;address;postcode;town;district\n"
    "79033100120;Łucja Nowak;1979-03-31;Żółta 1;1000;Halverne;Riverside\n"
    "85120111307;Bruno D'Arcy;1985-12-01;Hill 2;1001;Halverne;Hillside\n"
    "90010100233;Célia Roy;1990-01-01;Quay 3;1000;Halverne;Riverside\n"
)


@kept
def city(cycle: Cycle, riverside, hillside, at) -> Cycle:
    register_import.confirm(
        register_import.preview(cycle, file(), by=None, at=at("presenting")), by=None, at=at("presenting")
    )
    return cycle


def file(text: str = REGISTER) -> BytesIO:
    return BytesIO(text.encode())


def made(city: Cycle, at, text: str = REGISTER, **more) -> list[letters.Letter]:
    return list(letters.letters(city, file(text), by=None, at=at("presenting"), **more))


def text_of(pdf: bytes) -> str:
    return papers.text_of(pdf, "-layout")


def test_a_code_has_80_bits_from_the_systems_randomness(monkeypatch) -> None:
    asked = []
    choice = secrets.choice
    monkeypatch.setattr(secrets, "choice", lambda letters: asked.append(len(letters)) or choice(letters))
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", letter_codes.new_code())
    assert asked == [32] * 16
    assert len({letter_codes.new_code() for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize(
    "typed", ["0123-4567-89AB-CDEF", "o1234567 89abcdef", " 0I23 4567 89AB CDEF ", "０123–4567–89ab–cdef"]
)
def test_a_code_is_the_same_however_it_is_typed(typed: str) -> None:
    assert letter_codes.code_digest(typed) == letter_codes.code_digest("0123456789ABCDEF")


@pytest.mark.parametrize("typed", ["", "0123", "0123-4567-89AB-CDEU", "0123-4567-89AB-CDEF-0", "é" * 16])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert letter_codes.normalised(typed) == ""


def test_each_resident_of_the_register_gets_a_sheet(city, at) -> None:
    found = made(city, at)
    assert [letter.name for letter in found] == ["Łucja Nowak", "Bruno D'Arcy", "Célia Roy"]
    assert len({letter.code for letter in found}) == 3
    assert AuditEvent.objects.filter(action="letters made").get().facts["letters"] == 3


def test_only_the_digest_of_a_code_is_stored(city, at) -> None:
    [letter, *_] = made(city, at)
    kept = LetterCode.objects.get(reference=letter.reference)
    assert bytes(kept.digest) == letter_codes.code_digest(letter.code)
    assert letter.code not in str(list(LetterCode.objects.values()))
    assert not set(letter.code.split("-")) & set(letter.reference.split("-"))


def test_who_has_a_letter_gets_no_other_unless_asked_for(city, at) -> None:
    first = made(city, at)
    assert made(city, at) == []
    again = made(city, at, again=True)
    assert len(again) == 3
    assert LetterCode.objects.filter(voided_at=None).count() == 3
    live = {bytes(digest) for digest in LetterCode.objects.filter(voided_at=None).values_list("digest", flat=True)}
    assert live == {letter_codes.code_digest(letter.code) for letter in again}
    assert not live & {letter_codes.code_digest(letter.code) for letter in first}


def test_a_line_that_is_not_on_the_register_gets_no_letter(city, at) -> None:
    strangers = REGISTER.replace("79033100120", "79033100121").replace("Célia Roy", "Célia Loy")
    assert [letter.name for letter in made(city, at, strangers)] == ["Bruno D'Arcy"]


def test_who_is_gone_or_verified_gets_no_letter(city, at, rosa, clara) -> None:
    one, two, _three = Resident.objects.order_by("pk")
    one.removed_at = at("presenting")
    one.save()
    Verification.at_desk(two, rosa, by=clara, at=at("presenting"))
    assert len(made(city, at)) == 1


def test_letters_for_one_district_and_at_most_so_many(city, at, riverside) -> None:
    assert [letter.name for letter in made(city, at, district=riverside, limit=1)] == ["Łucja Nowak"]
    assert [letter.name for letter in made(city, at, district=riverside, limit=5)] == ["Célia Roy"]
    assert [letter.name for letter in made(city, at, again=True, first_line=3, limit=1)] == ["Bruno D'Arcy"]


def test_a_sheet_carries_the_address_the_code_and_where_to_type_it(city, at, settings) -> None:
    settings.PUBLIC_URL = "https://purse.example"
    found = made(city, at)
    text = text_of(letters.sheets(city, found))
    sheets = text.split("\f")
    assert len(sheets) - 1 == 3
    for letter, sheet in zip(found, sheets, strict=False):
        for words in (letter.name, letter.address, letter.code, letter.reference, "purse.example/verify/letter/"):
            assert words in sheet
    assert found[0].link == f"https://purse.example/verify/letter/#{found[0].code}"
    assert "<script" not in found[0].qr


def test_a_name_cannot_write_into_the_sheet(city, at) -> None:
    found = made(city, at)
    evil = letters.Letter("<img src=file:///etc/passwd>", *["x"] * 4, found[0].code, found[0].reference)
    assert "<img src=file" in text_of(letters.sheets(city, [evil]))


@pytest.mark.long
def test_a_screen_reader_and_an_archive_both_accept_the_letters(city, at) -> None:
    content = letters.sheets(city, made(city, at))
    for profile in ("ua1", "3a"):
        assert page.validate_pdf_bytes(content, profile=profile).failures == [], profile


@pytest.mark.long
def test_a_command_prints_them_in_batches(city, at, tmp_path: Path, settings, monkeypatch) -> None:
    settings.PUBLIC_URL = "https://purse.example"
    source, out = tmp_path / "register.csv", StringIO()
    source.write_text(REGISTER)
    monkeypatch.setattr("residents.management.commands.letters.MOST_SHEETS", 2)
    call_command("letters", "2027", str(source), output=tmp_path / "l.pdf", stdout=out)
    assert sorted(path.name for path in tmp_path.glob("*.pdf")) == ["l-001.pdf", "l-002.pdf"]
    call_command("letters", "2027", str(source), output=tmp_path / "one.pdf", again=True, limit=2, stdout=out)
    assert (tmp_path / "one.pdf").exists()
    call_command("letters", "2027", str(source), output=tmp_path / "none.pdf", stdout=out)
    assert "Nobody" in out.getvalue()
    with pytest.raises(CommandError, match="no such"):
        call_command("letters", "2027", str(source), output=tmp_path / "x.pdf", district="atlantis")
