"""What `verify_audit` holds against what is stored: the log, a batch that somebody saved, the end that came by mail."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from audit.acts import Done
from audit.models import AuditEvent
from ballots import chain, draws, key
from ballots.counting import count_contest
from ballots.models import BoardBatch
from ballots.opening import open_box
from ballots.paper import freeze, half_a_seed
from budgeting.models import Cycle, Draw, Phase
from budgeting.people import RoleName
from budgeting.two import Two
from front import log_ends
from notices.kinds import Kind
from notices.models import Happening
from residents.models import Resident, Verification
from tests.audited import said
from tests.cast import MONTH, propose
from tests.keeping import kept
from tests.told import text_of, to
from tests.vote import cast


@kept
def on_record(cycle, riverside, riverside_contest, rosa, clara, ines, otto, at) -> Cycle:
    """A vote from the roles to the destruction of the shares, every act of it by its verb."""
    moment = at("preparing")
    for person, role in ((clara, RoleName.CLERK), (ines, RoleName.COUNCIL), (otto, RoleName.AUDITOR)):
        person.roles.all().delete()
        person.grant(role, by=None, at=moment)
    both = Two(clara, otto)
    drawn = at("proposing")
    draw = Draw(cycle=cycle, use="ties", what="Six numbers", drawn_by="The lottery", takes_place=drawn)
    draws.announce(draw, by=clara, at=drawn - MONTH / 4)
    draws.enter(draw, seed="3 9 11", source="Its page", by=both, at=drawn)
    for proposal in propose(riverside_contest):
        proposal.decide(by=clara, at=at("reviewing"), outcome="shortlist", reason="Good.")
    freeze(riverside_contest, by=both, at=at("presenting"), half=half_a_seed())
    shares = key.make(cycle, [clara, ines, otto], by=clara, at=at("presenting"))
    key.rehearse(cycle, shares[:2], by=clara, at=at("presenting"))
    voting = at("voting")
    digest = b"1" * 32
    line = Resident.objects.create(
        cycle=cycle, district=riverside, identifier_digest=digest, person_digest=digest, age_band="30-44"
    )
    Verification.at_desk(line, rosa, by=clara, at=voting)
    cast(riverside_contest, {4: 1}, by=rosa)
    with transaction.atomic():
        AuditEvent.append(Done.CHANGED, by=clara, on=cycle, calendar=Cycle.objects.get().dates())
    open_box(cycle, shares[1:], by=clara, at=at("counting"))
    count_contest(riverside_contest, by=clara, at=at("counting"))
    key.destroy_shares(cycle, "The council", by=clara, at=at("results"))
    return Cycle.objects.get()


def test_s4_of_a_vote_in_order_nothing_is_said(on_record) -> None:
    assert said() == []


def test_s4_dates_that_no_entry_has_yet_are_not_compared(cycle) -> None:
    Phase.objects.filter(stage="delivering").delete()
    assert said() == []


# A batch of the board that somebody saved ----------------------------------------------------------------------------


def saved(folder: Path, text: str) -> dict[str, Path]:
    file = folder / "batch.txt"
    file.write_text(text)
    return {"board": file}


def test_s4_a_saved_batch_is_looked_for_on_the_board(on_record, tmp_path) -> None:
    text = chain.text_of(BoardBatch.objects.get())
    assert said(**saved(tmp_path, text)) == []
    another = saved(tmp_path, text.replace("in force 1", "in force 2"))
    assert said(**another) == ["Boards: the batch in batch.txt is not on the board that is stored."]


def test_a_batch_of_an_earlier_version_is_said_to_name_no_entry(on_record, tmp_path, capsys) -> None:
    with pytest.raises(SystemExit):  # such a batch was never on this board
        call_command("verify_audit", **saved(tmp_path, "common-purse board 1\n2027/riverside batch 1 of 2027-05-03\n"))
    assert "names no entry of the log" in capsys.readouterr().out


def test_s4_a_log_written_anew_is_found_out_by_a_saved_batch(on_record, tmp_path) -> None:
    own = f"common-purse board 2\nlog 3 {bytes(AuditEvent.objects.get(number=3).hash).hex()}\n"
    assert said(**saved(tmp_path, own)) == ["Boards: the batch in batch.txt is not on the board that is stored."]
    other = f"common-purse board 2\nlog 3 {'0' * 64}\n"
    assert said(**saved(tmp_path, other)) == ["Entry 3 is not the one that was noted."]


def test_a_file_that_is_no_batch_is_refused(on_record, tmp_path) -> None:
    for file, why in ((saved(tmp_path, "Hello"), "is no batch"), ({"board": tmp_path / "none"}, "cannot be read")):
        with pytest.raises(CommandError, match=why):
            said(**file)


# The end of the log, by mail -----------------------------------------------------------------------------------------


def noted() -> list[str]:
    return [each.facts["head"] for each in Happening.objects.filter(kind=Kind.LOG_ENDS).order_by("at")]


def test_auditors_get_the_end_of_the_log_once_a_day_in_which_it_grew(clara, otto) -> None:
    day = datetime(2027, 5, 3, 0, 5, tzinfo=UTC)
    log_ends.look(day)
    assert noted() == [], "there is none"
    clara.grant(RoleName.COUNCIL, by=otto, at=day)
    first = AuditEvent.objects.last().head
    log_ends.look(day)
    clara.grant(RoleName.AUDITOR, by=otto, at=day)
    log_ends.look(day + timedelta(hours=3))
    assert noted() == [first], "once a day"
    log_ends.look(day + timedelta(days=1))
    second = AuditEvent.objects.last().head
    log_ends.look(day + timedelta(days=2))
    assert noted() == [first, second], "and not while nothing was added"


def test_the_mail_of_the_day_has_what_verify_audit_takes(clara, otto, told) -> None:
    day = datetime(2027, 5, 3, 0, 5, tzinfo=UTC)
    clara.grant(RoleName.COUNCIL, by=otto, at=day)
    log_ends.look(day)
    assert told(day) == [], "nobody is told at night"
    mails = told(day + timedelta(hours=12))
    [mail] = to(mails, otto.email)
    assert AuditEvent.objects.last().head in text_of(mail)
    assert not to(mails, clara.email)
