"""REGISTER_KEY is lost for good: the register is begun anew where nobody has voted, and stands where somebody has."""

from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from accounts.models import User
from audit.acts import Done
from audit.models import AuditEvent
from budgeting import secret_checks
from budgeting.models import Contest, Cycle
from front import lost_secrets
from lib.refusal import Refused
from residents import register_import
from residents.letters import letters, make_codes
from residents.models import LetterCode, RegisterImport, Resident, StandingRegister, Verification
from tests.cast import signed_in
from tests.keeping import kept
from tests.vote import cast

HEADER = "identifier;name;birth_date;address;postcode;town;district\n"
ANNA = "79033100120;Łucja Anna Nowak;1979-03-31;Quay 1;1000;Halverne;Riverside\n"
BRUNO = "85120111307;Bruno D'Arcy;1985-12-01;Hill 2;1001;Halverne;Riverside\n"
REGISTER = HEADER + ANNA + BRUNO
STANDS = "stand until the count"


@pytest.fixture(autouse=True)
def _the_key_of_the_city(settings, tmp_path: Path, db) -> None:
    settings.SECRETS_DIR, settings.UNKEPT_SECRETS = tmp_path / "secrets", set()
    settings.REGISTER_KEY = "the key that will be lost"
    secret_checks.keep()


@kept
def register(voting, cycle: Cycle, riverside, clara_and_otto) -> list[Resident]:
    upload = register_import.preview(cycle, BytesIO(REGISTER.encode()), by=None, at=voting)
    register_import.confirm(upload, by=clara_and_otto, at=voting)
    return list(Resident.objects.order_by("pk"))


@pytest.fixture
def rosa(rosa: User, register: list[Resident], voting) -> User:
    """Rosa is one of the two, verified by her letter."""
    [(code, _reference)] = make_codes(register[:1], by=None, at=voting)
    LetterCode.redeem(code, by=rosa, at=voting)
    return rosa


@pytest.fixture
def voted(rosa: User, riverside_contest: Contest) -> User:
    cast(riverside_contest, {1: 1}, by=rosa)
    return rosa


def lose_the_key(settings) -> None:
    settings.REGISTER_KEY = "another"


def give_up() -> None:
    call_command("give_up_secret", "REGISTER_KEY", "--yes", verbosity=0)


def again(cycle: Cycle, at) -> RegisterImport:
    return register_import.preview(cycle, BytesIO(REGISTER.encode()), by=None, at=at)


def test_where_nobody_has_voted_the_register_is_imported_anew(
    rosa, cycle, voting, settings, capsys, clara_and_otto
) -> None:
    lose_the_key(settings)
    give_up()
    assert "2027: nobody has voted." in capsys.readouterr().out
    assert not Resident.objects.exists()
    assert not Verification.objects.exists()
    made = again(cycle, voting)
    assert (made.new, made.gone) == (2, 0)
    register_import.confirm(made, by=clara_and_otto, at=voting)
    [(code, _reference)] = make_codes(Resident.objects.order_by("pk")[:1], by=None, at=voting)
    assert isinstance(LetterCode.redeem(code, by=rosa, at=voting), Verification), "she is verified anew"


def test_it_is_on_record_and_the_new_key_is_the_citys(rosa, settings) -> None:
    lose_the_key(settings)
    give_up()
    entry = AuditEvent.objects.get(action=Done.SECRET_GIVEN_UP)
    counts = {"residents": 2, "verified": 1, "letters": 1, "claims": 0}
    assert entry.facts == {"name": "REGISTER_KEY", "anew": {"2027": counts}, "standing": {}}
    assert secret_checks.compare() == ""


def test_where_a_ballot_is_cast_lines_and_ties_stand(voted, cycle, voting, settings, riverside_contest, capsys) -> None:
    lose_the_key(settings)
    give_up()
    assert "2027: lines and ties stand as they are until the count." in capsys.readouterr().out
    assert Resident.objects.on_register(cycle).count() == 2
    assert Verification.of(voted, cycle)
    with pytest.raises(Refused, match=STANDS):
        again(cycle, voting)
    with pytest.raises(Refused, match=STANDS):
        next(letters(cycle, BytesIO(REGISTER.encode()), by=None, at=voting))
    cast(riverside_contest, {2: 1}, by=voted)
    assert AuditEvent.objects.get(action=Done.SECRET_GIVEN_UP).facts["standing"] == {
        "2027": {"residents": 2, "verified": 1}
    }


def test_an_upload_that_waited_is_dropped_and_cannot_be_confirmed(
    voted, cycle, voting, settings, clara_and_otto
) -> None:
    waiting = again(cycle, voting)
    lose_the_key(settings)
    give_up()
    with pytest.raises(Refused):
        register_import.confirm(waiting, by=clara_and_otto, at=voting)
    assert Resident.objects.on_register(cycle).count() == 2


def test_the_clerks_pages_say_why_nothing_is_offered(voted, cycle, clara, settings) -> None:
    lose_the_key(settings)
    give_up()
    clerk = signed_in(clara)
    for path in ("register", "letters", "residents"):
        page = clerk.get(f"/desk/2027/{path}/").content.decode()
        assert STANDS in page
        assert 'name="file"' not in page
        assert 'name="identifier"' not in page
    upload = {"file": SimpleUploadedFile("register.csv", REGISTER.encode())}
    assert STANDS in clerk.post("/desk/2027/register/", upload).content.decode()
    assert not RegisterImport.objects.waiting().exists()


def test_the_commands_say_why(voted, settings, tmp_path: Path) -> None:
    settings.PUBLIC_URL = "https://budget.city.example"
    lose_the_key(settings)
    give_up()
    file = tmp_path / "register.csv"
    file.write_text(REGISTER)
    with pytest.raises(CommandError, match=STANDS):
        call_command("import_register", "2027", str(file), "--yes")
    with pytest.raises(CommandError, match=STANDS):
        call_command("letters", "2027", str(file), "-o", str(tmp_path / "letters.pdf"))


def test_who_is_not_tied_is_told_on_the_page_of_verification(voted, tomas, client, register, voting, settings) -> None:
    [(code, _reference)] = make_codes(register[1:], by=None, at=voting)
    lose_the_key(settings)
    assert "nobody more can be verified" not in client.get("/verify/").content.decode()
    give_up()
    assert "nobody more can be verified" in client.get("/verify/").content.decode()
    page = signed_in(tomas).get("/verify/").content.decode()
    assert "Your account is not verified for it." in page
    assert "nobody more can be verified" not in signed_in(voted).get("/verify/").content.decode()
    page = signed_in(tomas).post("/verify/letter/", {"code": code}).content.decode()
    assert "nobody more can be verified for this vote" in page


def test_a_line_that_stands_is_given_to_nobody_else(voted, tomas, clara, register, voting, settings) -> None:
    lose_the_key(settings)
    give_up()
    with pytest.raises(Refused, match=STANDS):
        Verification.at_desk(register[1], tomas, by=clara, at=voting)


def test_a_key_that_is_not_lost_is_not_given_up(register, voting) -> None:
    with pytest.raises(CommandError, match=r"^REGISTER_KEY is the one this city was set up with"):
        give_up()
    with pytest.raises(Refused, match="nothing to give up"):
        lost_secrets.give_up("REGISTER_KEY", at=voting)
    assert not StandingRegister.objects.exists()
    assert not AuditEvent.objects.filter(action=Done.SECRET_GIVEN_UP).exists()


def test_nothing_is_given_up_unless_somebody_says_so(rosa, settings, monkeypatch) -> None:
    lose_the_key(settings)
    with pytest.raises(CommandError, match="--yes"):
        call_command("give_up_secret", "REGISTER_KEY", verbosity=0)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _question: "yes")
    with pytest.raises(CommandError, match=r"Nothing was given up\."):
        call_command("give_up_secret", "REGISTER_KEY", verbosity=0)
    assert Resident.objects.count() == 2
    monkeypatch.setattr("builtins.input", lambda _question: "REGISTER_KEY")
    call_command("give_up_secret", "REGISTER_KEY", verbosity=0)
    assert not Resident.objects.exists()


def test_where_the_file_is_lost_too_a_new_key_is_made_and_kept(rosa, settings) -> None:
    settings.UNKEPT_SECRETS, settings.REGISTER_KEY = {"REGISTER_KEY"}, "made by chance"
    give_up()
    assert (settings.SECRETS_DIR / "register_key").read_text() == "made by chance"
    assert secret_checks.compare() == ""


def test_another_secret_key_can_be_kept_on_record(cycle, settings) -> None:
    settings.SECRET_KEY = "another"
    assert secret_checks.compare()
    call_command("give_up_secret", "SECRET_KEY", "--yes", verbosity=0)
    assert secret_checks.compare() == ""
    assert AuditEvent.objects.get(action=Done.SECRET_GIVEN_UP).facts == {"name": "SECRET_KEY"}
