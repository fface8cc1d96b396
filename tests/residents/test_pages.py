"""The pages of this room, as a resident, a clerk, an auditor and strangers meet them."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from accounts.models import User
from audit.acts import Done
from audit.models import AuditEvent
from budgeting.models import Contest, Cycle, District, OneIsEnough
from budgeting.people import RoleName
from lib import clock
from lib.spreadsheets import cell
from notices.models import Count
from residents import register_import, wrong_codes
from residents.letters import make_codes
from residents.models import Claim, LetterCode, RegisterImport, Resident, StagedLine, Verification
from tests.cast import person
from tests.keeping import kept
from tests.papers import words_on

REGISTER = (
    "identifier;name;birth_date;address;postcode;town;district\n"
    "79033100120;Łucja Nowak;1979-03-31;Quay 1;1000;Halverne;Riverside\n"
    "85120111307;Bruno D'Arcy;1985-12-01;Hill 2;1001;Halverne;Hillside\n"
)
ROOT = Path(__file__).resolve().parents[2]
CLERKS = ["/desk/2027/register/", "/desk/2027/letters/", "/desk/2027/residents/"]


@pytest.fixture(autouse=True)
def _voting_is_open(at, db) -> None:
    at("voting")


@kept
def city(cycle: Cycle, riverside, hillside, at) -> Cycle:
    moment = at("voting")
    register_import.confirm(
        register_import.preview(cycle, BytesIO(REGISTER.encode()), by=None, at=moment), by=None, at=moment
    )
    return cycle


@kept
def code(city, at) -> str:
    [(code, _)] = make_codes([Resident.objects.order_by("pk")[0]], by=None, at=at("voting"))
    return code


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def upload(text: str | bytes = REGISTER, name: str = "register.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


# Who may come in -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*CLERKS, "/desk/", "/audit/", "/audit/log.csv", "/me/", "/me/data.json"])
def test_t08_a_visitor_is_asked_to_sign_in(client: Client, city, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/?next=")


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    "path", [*CLERKS, "/audit/", "/audit/log.csv", "/desk/2027/register/1/", "/desk/2027/claims/1/"]
)
@pytest.mark.parametrize("who", ["rosa", "martin", "ines", "otto", "clara"])
def test_t08_each_page_is_there_only_for_whom_it_is_meant(request, city, path: str, who: str) -> None:
    user = request.getfixturevalue(who)
    RegisterImport.objects.update(id=1)
    for_auditors = path.startswith("/audit/")
    meant = user.is_auditor if for_auditors else user.is_clerk
    for method in ("get", "post"):
        status = getattr(signed_in(user), method)(path).status_code
        assert (status != 404) is (meant and "claims" not in path), (method, status)


def test_a_resident_has_no_desk(rosa, city) -> None:
    assert signed_in(rosa).get("/desk/").status_code == 404


# The letter ----------------------------------------------------------------------------------------------------------


def test_s13_no_address_brings_a_code_to_the_server(rosa, code, city) -> None:
    for client in (Client(), signed_in(rosa)):
        page = client.get(f"/verify/letter/?code={code}").content.decode()
        assert 'name="code"' in page
        assert f'value="{code}"' not in page
    ours = [*ROOT.glob("[a-s]*/**/*.py"), *ROOT.glob("templates/**/*.html"), *ROOT.glob("[a-s]*/static/js/*.js")]
    assert {path.name for path in ours} >= {"letters.py", "verify_by_letter.html", "letter.js"}
    assert [path for path in ours if "?code=" in path.read_text()] == []


def test_t21_opening_the_address_on_the_letter_uses_nothing_up(rosa, code, city) -> None:
    client = signed_in(rosa)
    for _ in range(20):
        page = client.get("/verify/letter/")
    assert page["Cache-Control"].startswith("max-age=0")
    assert not Verification.objects.exists()
    assert LetterCode.objects.get().used_at is None
    client.post("/verify/letter/", {"code": code})
    assert Verification.of(rosa, city)


def test_rosa_is_told_she_may_vote_and_her_session_is_a_new_one(rosa, code) -> None:
    client = signed_in(rosa)
    before = client.cookies["session"].value
    page = client.post("/verify/letter/", {"code": code}, follow=True)
    assert "You are verified" in page.content.decode()
    assert "You vote in Riverside" in page.content.decode()
    assert client.cookies["session"].value != before


def test_a_wrong_code_stays_in_the_form_with_what_to_do(rosa, code) -> None:
    page = signed_in(rosa).post("/verify/letter/", {"code": "AAAA-BBBB-CCCC-DDDD"}).content.decode()
    assert "does not work" in page
    assert "AAAA-BBBB-CCCC-DDDD" in page


def allow(most: int, monkeypatch) -> None:
    few = replace(wrong_codes.FROM_A_NETWORK, most=most)
    monkeypatch.setattr(wrong_codes, "FROM_A_NETWORK", few)


def without_token(page: bytes) -> str:
    return re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", page.decode())


def test_t19_the_page_is_the_same_whether_or_not_the_code_was_ever_one(rosa, tomas, code, city) -> None:
    signed_in(rosa).post("/verify/letter/", {"code": code})
    used = signed_in(tomas).post("/verify/letter/", {"code": code}).content
    wrong = signed_in(tomas).post("/verify/letter/", {"code": "ZZZZ-ZZZZ-ZZZZ-ZZZZ"}).content
    assert without_token(used).replace(code, "") == without_token(wrong).replace("ZZZZ-ZZZZ-ZZZZ-ZZZZ", "")


def test_t19_after_ten_wrong_tries_of_a_day_the_right_code_is_still_taken(rosa, code, city) -> None:
    for _ in range(11):
        assert signed_in(rosa).post("/verify/letter/", {"code": "ZZZZ"}).status_code == 422
    assert signed_in(rosa).post("/verify/letter/", {"code": code}).status_code == 302
    assert Verification.of(rosa, city)


def test_t19_a_network_of_too_many_wrong_codes_is_told_until_when_and_cannot_pose_as_another(
    rosa, code, city, monkeypatch
) -> None:
    allow(5, monkeypatch)
    answers = []
    for number in range(6):
        user = User.objects.create_user(f"u{number}@example.org")
        forwarded = {"X-Forwarded-For": f"198.51.100.{number}"}
        answers.append(signed_in(user).post("/verify/letter/", {"code": "ZZZZ"}, headers=forwarded))
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert "they are refused until" in answers[-1].content.decode()
    assert Client().post("/verify/letter/", {"code": "ZZZZ"}).status_code == 429, "without an account it is the same"
    assert Client(REMOTE_ADDR="203.0.113.7").post("/verify/letter/", {"code": "ZZZZ"}).status_code == 422
    assert signed_in(rosa).post("/verify/letter/", {"code": code}).status_code == 302, "a right code is always taken"


def test_s7_right_codes_shut_no_library_out(city, code, at, monkeypatch) -> None:
    """S7. However many people vote there, each with a code that works."""
    allow(2, monkeypatch)
    for _ in range(8):
        assert Client().post("/verify/letter/", {"code": code}).status_code == 302
    assert not Count.objects.exists()


def test_what_is_counted_of_wrong_codes_is_gone_after_an_hour(city, code, at, monkeypatch) -> None:
    allow(2, monkeypatch)
    moment = at("voting")
    for _ in range(3):
        answer = Client().post("/verify/letter/", {"code": "ZZZZ"})
    assert answer.status_code == 429
    assert b"127" not in bytes(Count.objects.get().whose)
    monkeypatch.setattr("lib.clock.now", lambda: moment + timedelta(hours=1))
    assert Client().post("/verify/letter/", {"code": "ZZZZ"}).status_code == 422
    assert Count.objects.get().times == 1


def test_a_second_account_is_sent_to_the_desk_and_two_decide(rosa, tomas, clara, otto, code, city, at) -> None:
    signed_in(rosa).post("/verify/letter/", {"code": code})
    [(newer, _)] = make_codes([Resident.objects.order_by("pk")[0]], by=None, at=at("voting"))
    page = signed_in(tomas).post("/verify/letter/", {"code": newer}, follow=True).content.decode()
    assert "city&#x27;s desk" in page
    assert rosa.email not in page
    claim = Claim.objects.get()
    desk = signed_in(clara)
    address = f"/desk/2027/claims/{claim.pk}/"
    assert address in desk.get("/desk/").content.decode()
    page = desk.get(address).content.decode()
    assert rosa.email in page
    assert tomas.email in page
    assert "required" in desk.post(address, {"granted": "yes", "reason": ""}).content.decode()
    act = desk.post(address, {"granted": "yes", "reason": "Showed a card."}).url
    assert not Verification.of(tomas, city)
    assert act in desk.get(address).content.decode()
    seconds = signed_in(otto)
    assert act in seconds.get("/desk/").content.decode()
    page = seconds.get(act).content.decode()
    assert all(said in page for said in (rosa.email, tomas.email, "Showed a card."))
    assert seconds.post(f"{act}confirmation/").url == "/desk/"
    assert Verification.of(tomas, city)
    assert "Showed a card." in desk.get(address).content.decode()


# The desk ------------------------------------------------------------------------------------------------------------

IN_PERSON = {
    "identifier": "790331-00120",
    "name": "Nowak Lucja",
    "birth_date": "31/03/1979",
    "email": "ROSA@example.org",
}


def test_a_clerk_verifies_rosa_who_shows_a_document(rosa, clara, city) -> None:
    page = signed_in(clara).post("/desk/2027/residents/", IN_PERSON, follow=True)
    assert "rosa@example.org is verified" in page.content.decode()
    assert Verification.of(rosa, city)
    event = AuditEvent.objects.last()
    assert (event.actor, event.action, event.facts) == (
        clara,
        "resident verified",
        {"account": rosa.pk, "method": "desk"},
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("identifier", "79033100121"),
        ("name", "Łucja Novak"),
        ("birth_date", "30/03/1979"),
        ("identifier", "85120111307"),
    ],
)
def test_t18_all_three_must_stand_on_one_line(rosa, clara, city, field: str, value: str) -> None:
    page = signed_in(clara).post("/desk/2027/residents/", IN_PERSON | {field: value}).content.decode()
    assert "No line of the register has this identifier, name and date of birth together." in page
    assert not Verification.of(rosa, city)


def test_a_line_that_has_an_account_leads_the_clerk_to_the_claim(rosa, tomas, clara, city) -> None:
    desk = signed_in(clara)
    desk.post("/desk/2027/residents/", IN_PERSON)
    answer = desk.post("/desk/2027/residents/", IN_PERSON | {"email": tomas.email})
    assert answer.url == f"/desk/2027/claims/{Claim.objects.get().pk}/"


def test_whoever_filed_a_claim_is_shown_no_form_to_decide_it(rosa, tomas, clara, city) -> None:
    desk, other = signed_in(clara), signed_in(person("Nadia", RoleName.CLERK))
    desk.post("/desk/2027/residents/", IN_PERSON)
    address = desk.post("/desk/2027/residents/", IN_PERSON | {"email": tomas.email}).url
    page = words_on(desk.get(address))
    assert "both claim it now" in page
    assert "Whoever filed this claim does not decide it." in page
    assert "Reason" not in page
    assert "Reason" in words_on(other.get(address))
    OneIsEnough.objects.create(reason="We are one.", announced_by=clara, announced_at=clock.now() - timedelta(days=2))
    assert "Reason" in words_on(desk.get(address))


def test_a_clerk_is_told_what_to_mend(clara, city) -> None:
    page = signed_in(clara).post("/desk/2027/residents/", {"birth_date": "March", "email": "nobody@example.org"})
    assert "Write the day" in page.content.decode()
    assert "no account whose owner proved this address" in page.content.decode()


# The register --------------------------------------------------------------------------------------------------------


def test_a_clerk_uploads_looks_and_confirms(clara, cycle, riverside, hillside) -> None:
    desk = signed_in(clara)
    bad = REGISTER + "=HYPERLINK(1);;x;;;;Riverside\n"
    address = desk.post("/desk/2027/register/", {"file": upload(bad)}).url
    page = desk.get(address).content.decode()
    assert "No name." in page
    assert "HYPERLINK" not in page
    assert address in desk.get("/desk/").content.decode()
    table = b"".join(desk.get(address + "rejected.csv").streaming_content).decode()
    assert table.splitlines()[1] == "4,name,No name."
    desk.post(address, {"confirm": "yes"})
    assert Resident.objects.count() == 2
    assert "Confirmed" in desk.get(address).content.decode()


def test_a_clerk_drops_an_upload(clara, cycle, riverside, hillside) -> None:
    desk = signed_in(clara)
    address = desk.post("/desk/2027/register/", {"file": upload()}).url
    page = desk.post(address, {"drop": "yes"}, follow=True).content.decode()
    assert "was not changed" in page
    assert not Resident.objects.exists()
    assert not StagedLine.objects.exists()
    page = desk.post(address, {"confirm": "yes"}, follow=True).content.decode()
    assert "no longer stands" in page
    assert not Resident.objects.exists()


def test_a_file_that_is_no_register_is_refused_in_the_form(clara, cycle) -> None:
    page = signed_in(clara).post("/desk/2027/register/", {"file": upload(b"\x89PNG\0")}).content.decode()
    assert "This is no CSV or XLSX file." in page


def test_t23_a_large_upload_is_gone_from_the_disk_when_the_page_comes(
    clara, cycle, riverside, hillside, settings, tmp_path
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    assert signed_in(clara).post("/desk/2027/register/", {"file": upload()}).status_code == 302
    assert not list(tmp_path.glob("*upload*"))


# Letters -------------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_clerk_prints_letters_and_voids_one(clara, city) -> None:
    desk = signed_in(clara)
    answer = desk.post("/desk/2027/letters/", {"file": upload()})
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    assert answer.content.startswith(b"%PDF")
    assert LetterCode.objects.count() == 2
    assert "without a letter" in desk.post("/desk/2027/letters/", {"file": upload()}).content.decode()
    letter = LetterCode.objects.first()
    typed = letter.reference.lower().replace("-", " ")
    page = desk.post("/desk/2027/letters/voiding/", {"reference": typed}, follow=True).content.decode()
    assert "no longer works" in page
    letter.refresh_from_db()
    assert letter.voided_by == clara
    assert "already" in desk.post("/desk/2027/letters/voiding/", {"reference": typed}).content.decode()
    assert "no letter with this" in desk.post("/desk/2027/letters/voiding/", {"reference": "x"}).content.decode()
    assert AuditEvent.objects.filter(action="letter voided", actor=clara).count() == 1


# The audit log -------------------------------------------------------------------------------------------------------


@kept
def log(clara, otto) -> None:
    with transaction.atomic():
        for number in range(60):
            clara.record(Done.REGISTER_IMPORTED, number=number)
        otto.record(Done.LETTER_VOIDED, text='=HYPERLINK("http://evil")<script>alert(1)</script>')


def test_an_auditor_reads_searches_and_sees_the_head(otto, log) -> None:
    desk = signed_in(otto)
    page = desk.get("/audit/").content.decode()
    assert AuditEvent.objects.last().head in page
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "?page=2" in page
    assert "register imported" in desk.get("/audit/?page=2").content.decode()
    assert "letter made worthless" in desk.get("/audit/?q=hyperlink").content.decode()
    assert "register imported" not in desk.get("/audit/?q=hyperlink").content.decode()
    assert "clara@example.org" in desk.get("/audit/?q=CLARA").content.decode()
    assert "No entry matches" in desk.get("/audit/?q=%25%00x").content.decode()


def test_an_act_is_found_as_it_is_shown_and_as_it_is_kept(otto, log) -> None:
    desk = signed_in(otto)
    for query in ("made worthless", "letter voided"):
        assert "letter made worthless" in desk.get("/audit/", {"q": query}).text
    french = desk.get("/audit/", {"q": "sans valeur"}, headers={"Accept-Language": "fr"}).text
    assert "lettre rendue sans valeur" in french


def test_the_audit_page_asks_the_database_no_more_for_more_entries(otto, clara, django_assert_max_num_queries) -> None:
    desk = signed_in(otto)
    for _ in (1, 3):
        with transaction.atomic():
            for _ in range(3):
                clara.record(Done.MADE)
        with django_assert_max_num_queries(22):
            desk.get("/audit/")


def test_t14_the_exported_log_holds_everything_and_runs_nothing(otto, log) -> None:
    answer = signed_in(otto).get("/audit/log.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "attachment" in answer["Content-Disposition"]
    lines = text.splitlines()
    assert len(lines) == 63, "the last is that it was taken away"
    assert lines[0] == "number,at,actor,action,object,facts,previous_hash,hash"
    assert bytes(AuditEvent.objects.last().hash).hex() in lines[-1]


# My page -------------------------------------------------------------------------------------------------------------


def test_rosa_changes_her_public_name_and_language(rosa, cycle) -> None:
    client = signed_in(rosa)
    client.post("/me/name/", {"name": "  Rosa <b>L.</b> "})
    rosa.refresh_from_db()
    assert rosa.name == "Rosa <b>L.</b>"
    assert "Rosa &lt;b&gt;L.&lt;/b&gt;" in client.get("/me/").content.decode()
    assert "required" in client.post("/me/name/", {"name": ""}).content.decode()
    client.post("/me/language/", {"language": "fr"})
    rosa.refresh_from_db()
    assert rosa.language == "fr"
    client.post("/me/language/", {"language": "xx"})
    rosa.refresh_from_db()
    assert rosa.language == "fr"
    assert client.get("/me/").headers["Content-Language"] == "fr"


def test_my_page_asks_to_show_where_i_live_once_the_city_has_a_register(rosa, cycle, request) -> None:
    client = signed_in(rosa)
    assert "Show that I live here" not in client.get("/me/").content.decode()
    request.getfixturevalue("code")
    assert "Show that I live here" in client.get("/me/").content.decode()


def test_once_verified_my_page_leads_to_the_ballots_of_my_district_and_the_city(rosa, code, city, hillside) -> None:
    everywhere = District.objects.create(slug="halverne", name="All of Halverne", city_wide=True)
    for district in (Resident.objects.order_by("pk")[0].district, hillside, everywhere):
        Contest.objects.create(cycle=city, district=district, budget=1_000_00)
    client = signed_in(rosa)
    assert "/2027/riverside/" not in client.get("/me/").content.decode()
    client.post("/verify/letter/", {"code": code})
    page = client.get("/me/").content.decode()
    assert "/2027/riverside/" in page
    assert "/2027/halverne/" in page
    assert "/2027/hillside/" not in page


def test_t09_rosas_data_is_hers_alone_and_only_while_she_is_signed_in(rosa, tomas, code, city, at) -> None:
    client = signed_in(rosa)
    client.post("/verify/letter/", {"code": code})
    with transaction.atomic():
        tomas.record(Done.MADE, note="secret of tomas")
    EmailAddress.objects.create(user=tomas, email="other-" + tomas.email)
    Verification.objects.create(
        resident=Resident.objects.order_by("pk")[1], user=tomas, cycle=city, method="desk", at=at("voting")
    )
    answer = client.get("/me/data.json")
    assert "no-store" in answer["Cache-Control"]
    data = json.loads(answer.content)
    assert data["accounts.user"][0]["email"] == rosa.email
    assert [tie["method"] for tie in data["residents.verification"]] == ["letter"]
    assert [event["action"] for event in data["audit.auditevent"]] == ["resident verified"]
    text = answer.content.decode()
    for secret in (
        tomas.email,
        "secret of tomas",
        "password",
        "digest",
        "session_key",
        client.cookies["session"].value,
    ):
        assert secret not in text, secret
    client.post("/accounts/logout/")
    assert client.get("/me/data.json").status_code == 302


def test_a_get_changes_nothing(rosa, cycle) -> None:
    assert signed_in(rosa).get("/me/name/").status_code == 405
    assert signed_in(rosa).get("/me/language/").status_code == 405


def test_the_ways_to_be_verified_are_told_to_everyone(client: Client) -> None:
    page = client.get("/verify/").content.decode()
    assert "/verify/letter/" in page
    assert "digest" in page


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1+1", " =1", "\0=1"])
def test_t14_no_cell_begins_a_formula(value: str) -> None:
    assert str(cell(value)).startswith("'")
    assert cell("a=1") == "a=1"
    assert cell(-1) == -1
