"""A corrected identifier finds the same person, and what is theirs goes along (finding V4)."""

import io

import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEvent
from ballots.models import Envelope
from budgeting.models import Cycle
from lib.refusal import Refused
from residents import register_import, same_people
from residents.digests import identifier_digest
from residents.letters import letters
from residents.models import LetterCode, RegisterImport, Resident, Verification
from tests.cast import signed_in
from tests.keeping import kept
from tests.papers import words_on
from tests.vote import cast

HEADER = "identifier;name;birth_date;district\n"
ROSA = "85010112345;Rosa Lund;1985-01-01;Riverside\n"
PUT_RIGHT = ROSA.replace("12345", "12346")
TOMAS = "79033100120;Tomas Berg;1979-03-31;Riverside\n"


@kept
def city(cycle: Cycle, riverside, hillside, at) -> Cycle:
    at("presenting")
    return cycle


def upload(cycle: Cycle, text: str, at, by=None) -> RegisterImport:
    return register_import.preview(cycle, io.BytesIO((HEADER + text).encode()), by=by, at=at)


def imported(cycle: Cycle, text: str, at, **said) -> RegisterImport:
    made = upload(cycle, text, at)
    register_import.confirm(made, by=None, at=at, **said)
    made.refresh_from_db()
    return made


def code_of(cycle: Cycle, text: str, at) -> str:
    [letter] = letters(cycle, io.BytesIO((HEADER + text).encode()), by=None, at=at)
    return letter.code


def test_v4_a_corrected_identifier_is_proposed_as_the_same_person(city, at) -> None:
    now = at("presenting")
    imported(city, ROSA + TOMAS, now)
    made = upload(city, PUT_RIGHT + TOMAS, now)
    rosa = Resident.objects.get(identifier_digest=identifier_digest(city, "85010112345"))
    assert [(line.line, line.same_as) for line in same_people.proposed(made)] == [(2, rosa)]


def test_v4_verification_letter_and_ballot_go_along(
    city, voting, riverside_contest, rosa, tomas, clara_and_otto
) -> None:
    both = clara_and_otto
    made = upload(city, ROSA + TOMAS, voting)
    register_import.confirm(made, by=both, at=voting)
    LetterCode.redeem(code_of(city, ROSA, voting), by=rosa, at=voting)
    code = code_of(city, TOMAS, voting)
    cast(riverside_contest, {1: 1}, by=rosa)
    tomas_put_right = TOMAS.replace("79033100120", "79033100121")
    made = upload(city, PUT_RIGHT + tomas_put_right, voting)
    register_import.confirm(made, by=both, at=voting, others=[])
    made.refresh_from_db()
    assert (made.new, made.changed, made.unchanged, made.gone, made.carried) == (0, 0, 2, 0, 2)
    assert Resident.objects.count() == 2
    assert Verification.of(rosa, city)
    assert list(letters(city, io.BytesIO((HEADER + PUT_RIGHT).encode()), by=None, at=voting)) == [], "she needs none"
    assert isinstance(LetterCode.redeem(code, by=tomas, at=voting), Verification), "the letter before works on"
    cast(riverside_contest, {2: 1}, by=rosa)
    assert Envelope.objects.count() == 1, "voting again replaces her vote"


def test_v4_nothing_is_carried_without_a_word_of_the_clerk(city, at) -> None:
    now = at("presenting")
    imported(city, ROSA, now)
    made = upload(city, PUT_RIGHT, now)
    with pytest.raises(Refused, match="Say first"):
        register_import.confirm(made, by=None, at=now, nearly_everybody=True)
    register_import.confirm(made, by=None, at=now, nearly_everybody=True, others=[2])
    assert Resident.objects.on_register(city).count() == 1
    assert Resident.objects.count() == 2, "somebody else of the same name, as the clerk said"


def test_v4_who_was_taken_off_and_comes_back_under_another_identifier_is_proposed_too(city, at) -> None:
    now = at("presenting")
    imported(city, ROSA + TOMAS, now)
    imported(city, TOMAS, now)
    made = imported(city, PUT_RIGHT + TOMAS, now, others=[])
    assert (made.new, made.changed, made.carried) == (0, 1, 1)
    assert Resident.objects.on_register(city).count() == Resident.objects.count() == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ROSA, PUT_RIGHT + PUT_RIGHT.replace("12346", "12347")),
        (ROSA + PUT_RIGHT, PUT_RIGHT.replace("12346", "12347")),
        (ROSA + PUT_RIGHT, PUT_RIGHT),
        (ROSA, PUT_RIGHT.replace("1985-01-01", "1985-01-02")),
        (ROSA, PUT_RIGHT.replace("Rosa", "Rita")),
    ],
    ids=["two new", "two before", "nobody new", "another birth date", "another name"],
)
def test_v4_where_two_could_be_meant_or_none_nobody_is_proposed(city, at, before, after) -> None:
    now = at("presenting")
    imported(city, before, now)
    assert not same_people.proposed(upload(city, after, now)).exists()


def test_v4_two_lines_that_look_like_one_person_are_shown(city, at, clara) -> None:
    now = at("presenting")
    made = upload(city, ROSA + TOMAS + PUT_RIGHT, now)
    assert (made.new, made.rejected) == (3, [])
    page = words_on(signed_in(clara).get(f"/desk/2027/register/{made.pk}/"))
    assert "Lines that look like one person" in page
    assert "Lines 2, 4" in page


def test_v4_the_clerk_says_line_by_line_who_is_the_same(city, at, clara) -> None:
    now = at("presenting")
    imported(city, ROSA + TOMAS, now)
    made = upload(city, PUT_RIGHT + TOMAS.replace("120;", "121;"), now, clara)
    browser, page = signed_in(clara), f"/desk/2027/register/{made.pk}/"
    assert "2 lines of your file have the names and dates of birth" in words_on(browser.get(page))
    rows = browser.get(f"{page}same-people.csv").getvalue().decode().splitlines()
    assert len(rows) == 3
    assert "Say first" in words_on(browser.post(page, {"confirm": "yes"}, follow=True))
    browser.post(page, {"confirm": "yes", "same": "ticked", "line": ["3"]})
    made.refresh_from_db()
    assert (made.new, made.unchanged, made.gone, made.carried) == (1, 1, 1, 1)
    assert "Went on under another identifier 1" in words_on(browser.get(page))
    facts = AuditEvent.objects.filter(action="register imported").last().facts
    assert (facts["same_people"], facts["other_people"]) == (1, 1)


def test_v4_all_are_the_same_where_the_way_of_writing_identifiers_has_changed(city, at, clara) -> None:
    """Nearly everybody would be gone, and nobody is."""
    now = at("presenting")
    imported(city, ROSA + TOMAS, now)
    made = upload(city, PUT_RIGHT + TOMAS.replace("120;", "121;"), now, clara)
    page = words_on(signed_in(clara).get(f"/desk/2027/register/{made.pk}/"))
    assert "2 of the 2 residents on the register would be gone" in page
    signed_in(clara).post(f"/desk/2027/register/{made.pk}/", {"confirm": "yes", "same": "all"})
    assert Resident.objects.on_register(city).count() == Resident.objects.count() == 2


def test_v4_the_command_asks_who_is_the_same(city, at, tmp_path, capsys) -> None:
    imported(city, ROSA + TOMAS, at("presenting"))
    file = tmp_path / "register.csv"
    file.write_text(HEADER + PUT_RIGHT + TOMAS)
    with pytest.raises(CommandError, match="--same-people or --other-people"):
        call_command("import_register", "2027", str(file), "--yes")
    call_command("import_register", "2027", str(file), "--yes", "--same-people")
    assert "line 2 seems to go on with line #" in capsys.readouterr().out
    assert Resident.objects.count() == 2
