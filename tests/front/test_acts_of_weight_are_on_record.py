"""S19: what carries weight and changes little to see is in the audit log, by whom it was done."""

from datetime import date

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from audit.models import AuditEvent
from ballots import board, opening
from ballots.sealing import Share
from budgeting.people import RoleName
from lib import clock
from proposals.models import Milestone, Proposal
from residents import register_import
from residents.letters import make_codes
from residents.models import LetterCode, RegisterImport
from tests import together
from tests.cast import conclude, middle_of, person, propose, signed_in
from tests.forms import EXPORTED_COLUMNS
from tests.letters import Posted
from tests.vote import cast

PASSWORD = "four plain words here"


def entry(action: str) -> AuditEvent:
    return AuditEvent.objects.get(action=action)


@pytest.mark.long
@pytest.mark.parametrize("role", [*RoleName, None])
def test_s19_whoever_holds_a_role_signs_in_on_record(db, client: Client, role: RoleName | None, riverside) -> None:
    nora = person("Nora", *([role] if role else []), district=riverside if role == RoleName.COMMITTEE else None)
    nora.set_password(PASSWORD)
    nora.save()
    client.post("/accounts/login/", {"login": nora.email, "password": PASSWORD})
    if role:
        assert not AuditEvent.objects.exists(), "a password alone is no sign-in of theirs"
        secret = decrypt(nora.authenticator_set.get(type="totp").data["secret"])
        code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
        client.post("/accounts/2fa/authenticate/", {"code": code})
        assert entry("signed in").actor == nora
    else:
        assert client.get("/me/").status_code == 200
        assert not AuditEvent.objects.exists()


def test_s19_a_superuser_made_on_the_server_is_on_record(db, monkeypatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, email="ada@example.org", verbosity=0)
    made = entry("made")
    assert made.object == f"accounts.user:{User.objects.get().pk}"
    assert (made.actor, made.facts) == (None, {"is_staff": True, "is_superuser": True})


def test_s19_what_the_building_cost_is_on_record(riverside_contest, clara: User, at) -> None:
    (proposal,) = propose(riverside_contest, (1_000_00,))
    conclude(proposal, funded=True)
    moment = at("delivering")
    found = Proposal.objects.get(pk=proposal.pk)
    milestone = found.report_delivery(
        by=clara, at=moment, kind=Milestone.Kind.DELIVERED, on=date(2027, 7, 20), final_cost=900_00
    )
    told = entry("delivery reported")
    assert (told.actor, told.object) == (clara, f"proposals.milestone:{milestone.pk}")
    assert told.facts["said"]["final_cost"] == "90000"


@pytest.mark.parametrize("act", ["rehearsal", "opening"])
def test_s19_shares_that_open_nothing_are_on_record_without_their_words(
    riverside_paper, shares: list[Share], clara: User, at, act: str
) -> None:
    at("presenting" if act == "rehearsal" else "counting")
    words = shares[0].words.split()
    wrong = " ".join([words[1], words[0], *words[2:]])
    signed_in(clara).post(f"/2027/box/{act}/")
    with together.attended():
        assert signed_in(clara).post("/2027/box/sheet/words/", {"words": wrong}).status_code == 422
    refused = entry("shares refused")
    assert (refused.actor, refused.facts) == (clara, {"act": act, "sheets": [1]})


def test_s19_an_empty_form_is_no_try(riverside_paper, shares, clara: User, at) -> None:
    at("presenting")
    signed_in(clara).post("/2027/box/rehearsal/")
    with together.attended():
        signed_in(clara).post("/2027/box/sheet/words/", {"words": " "})
    assert not AuditEvent.objects.filter(action="shares refused").exists()


def test_s19_the_last_batch_of_a_board_is_on_record(voting, rosa_may_vote, riverside_contest, at) -> None:
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    board.publish(riverside_contest)
    assert not AuditEvent.objects.filter(action="board closed").exists()
    at("counting")
    last = board.publish(riverside_contest)
    assert entry("board closed").facts == {"batches": last.number, "root": last.root}


def test_s19_letters_made_anew_name_those_they_void(greta: Posted, clara: User) -> None:
    make_codes([greta.resident], by=clara, at=middle_of("voting"))
    assert LetterCode.objects.get(pk=greta.letter.pk).voided_at
    assert AuditEvent.objects.latest("number").facts["voided"] == [greta.letter.reference]


@pytest.fixture
def upload(cycle, riverside, clara: User, at, tmp_path) -> RegisterImport:
    file = tmp_path / "register.csv"
    file.write_text("identifier,name,birth_date,district\n1,Nora Lund,1985-01-01,Riverside\n2,Vera,no date,Riverside\n")
    moment = at("presenting")
    with file.open("rb") as lines:
        return register_import.preview(cycle, lines, by=clara, at=moment)


def test_s19_a_register_that_was_looked_at_and_dropped_is_on_record(upload: RegisterImport, clara: User) -> None:
    assert entry("register uploaded").facts == {"new": 1, "changed": 0, "gone": 0, "rejected": 1}
    for _ in range(2):
        register_import.drop(upload, by=clara, at=clock.now())
    assert entry("register dropped").actor == clara


def test_s19_files_taken_away_are_on_record(upload, riverside_paper, shares, cycle, clara, otto, at) -> None:
    opening.open_box(cycle, shares[:2], by=clara, at=at("counting"))
    clara.is_staff = clara.is_superuser = True
    clara.save()
    for who, address in (
        (clara, f"/desk/2027/register/{upload.pk}/rejected.csv"),
        (clara, f"/desk/2027/register/{upload.pk}/same-people.csv"),
        (otto, "/2027/box/riverside.json"),
        (otto, "/audit/log.csv?q=nora"),
    ):
        answer = signed_in(who).get(address)
        assert answer.status_code == 200
        b"".join(answer.streaming_content) if answer.streaming else answer.content
    signed_in(clara).post("/admin/proposals/proposal/export/", {"format": 0, "resource": 0, **EXPORTED_COLUMNS})
    taken = AuditEvent.objects.filter(action="downloaded").order_by("number")
    assert [(each.actor.name, each.facts) for each in taken] == [
        ("Clara", {"file": "rejected lines"}),
        ("Clara", {"file": "people found again"}),
        ("Otto", {"file": "box"}),
        ("Otto", {"file": "audit log", "search": "nora"}),
        ("Clara", {"file": "proposals"}),
    ]
