"""What is stored and no entry of the audit log accounts for, `verify_audit` names, and ends with 1.

Each fraud is planted by SQL as the owner of the tables, with their guards taken away, and nothing else is said.
"""

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.models import User
from audit import compared
from audit.acts import Done
from audit.models import AuditEvent
from ballots import chain, draws, key
from ballots.counting import count_contest
from ballots.models import BoardBatch
from ballots.opening import open_box
from ballots.paper import freeze, half_a_seed
from budgeting.models import Contest, Cycle, Draw, Phase
from budgeting.people import RoleName
from budgeting.two import Two
from front import log_ends
from notices.kinds import Kind
from notices.models import Happening
from proposals.models import Decision
from residents.models import Resident, Verification
from tests.cast import MONTH, middle_of, propose
from tests.databases import undone
from tests.told import text_of, to
from tests.vote import cast

ACCOUNT = "(SELECT id FROM accounts_user WHERE email = 'tomas@example.org')"


@pytest.fixture
def on_record(cycle, riverside, riverside_contest, rosa, tomas, clara, ines, otto, at, settings) -> Cycle:
    """A vote from the roles to the destruction of the shares, every act of it by its verb."""
    User.objects.filter(pk__in=[clara.pk, ines.pk, otto.pk]).update(is_staff=False)
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
        decided = {"outcome": "shortlist", "reason": "Good", "at": middle_of("reviewing")}
        Decision.objects.create(proposal=proposal, by=clara, **decided)
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


def said(**options: object) -> list[str]:
    """What `verify_audit` names; it ends with 1 if it names anything."""
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_audit", stdout=out, stderr=err, **options)
    except SystemExit as end:
        ended_with = end.code
    else:
        ended_with = 0
    assert ended_with == (1 if err.getvalue() else 0)
    return err.getvalue().splitlines()


def as_owner(sql: str) -> None:
    """With every guard of our tables away; they are back when the test ends, with all that it did."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)


FRAUDS = {
    "a role": (
        f"INSERT INTO accounts_role (user_id, kind, told) VALUES ({ACCOUNT}, 'clerk', true)",
        "Roles: accounts.user:{tomas} is clerk, and no entry gives that role.",
    ),
    "a term": (
        "UPDATE accounts_role SET ends = now() + interval '9 years' WHERE kind = 'council'",
        "Roles: accounts.user:{ines} is council for another term than the log has.",
    ),
    "a role that is gone": (
        "DELETE FROM accounts_role WHERE kind = 'auditor'",
        "Roles: accounts.user:{otto} was made auditor, nobody ended that, and it is not there.",
    ),
    "the set-up": (
        "UPDATE accounts_user SET is_superuser = true WHERE email = 'tomas@example.org'",
        "Set-up: accounts.user:{tomas} may enter the set-up, and no entry says so.",
    ),
    "a verification": (
        f"UPDATE residents_verification SET user_id = {ACCOUNT}",
        "Verifications: account {tomas} stands for residents.resident:{line}, and no entry says so.",
    ),
    "a date": (
        "UPDATE budgeting_phase SET closes = closes - interval '1 hour' WHERE stage = 'voting'",
        "Calendars: 2027 has other dates than the log for: voting.",
    ),
    "a paper": (
        "UPDATE ballots_ballotpaper SET manifest = replace(manifest, 'short summary', 'nicer summary')",
        "Ballot papers: the ballot paper of /2027/riverside/ is not what its digest says.",
    ),
    "a line of a paper": (
        "UPDATE ballots_ballotline SET cost = 1 WHERE ballot_number = 1",
        "Ballot papers: the lines of the ballot paper of /2027/riverside/ are not those of its text.",
    ),
    "a draw": (
        "UPDATE budgeting_draw SET what = 'My six numbers'",
        "Draws: budgeting.draw:{draw} was not announced as it stands.",
    ),
    "a seed": ("UPDATE budgeting_draw SET seed = 'mine'", "Draws: budgeting.draw:{draw} has a seed that no entry has."),
    "a correction": (
        "INSERT INTO ballots_correction (contest_id, digest, proposal_id, outcome, reason, title, summary, by_id, at)"
        " SELECT contest_id, repeat('0', 64), id, 'reject', 'Why', '', '',"
        f" {ACCOUNT}, now() FROM proposals_proposal WHERE number = 1",
        "Corrections: proposals.proposal:{proposal} has a correction that no entry has.",
    ),
    "a key": (
        "UPDATE ballots_ballotboxkey SET threshold = 3",
        "Keys and shares: the key of 2027 is not the one that was made.",
    ),
    "the holder of a share": (
        f"UPDATE ballots_keyshare SET holder_id = {ACCOUNT} WHERE number = 1",
        "Keys and shares: the shares of the key of 2027 are not as they were given out.",
    ),
    "the hash of a share": (
        "UPDATE ballots_keyshare SET commitment = repeat('0', 64) WHERE number = 1",
        "Keys and shares: the shares of the key of 2027 are not as they were given out.",
    ),
    "a rehearsal": (
        "INSERT INTO ballots_rehearsal (key_id, share_numbers, at) SELECT id, '{1,3}', now() FROM ballots_ballotboxkey",
        "Rehearsals: the rehearsals of 2027 are not those on record.",
    ),
    "a rehearsal that is gone": (
        "DELETE FROM ballots_rehearsal",
        "Rehearsals: the rehearsals of 2027 are not those on record.",
    ),
    "the last batch": (
        "DELETE FROM ballots_boardbatch",
        "Boards: the board of budgeting.contest:{contest} by entry {closed} is not there.",
    ),
    "an opening": (
        "UPDATE ballots_opening SET share_numbers = '{1,2}'",
        "Openings: the opening of the box of budgeting.cycle:{cycle} is not as it is on record.",
    ),
    "a ballot": (
        "UPDATE ballots_openedballot SET content = '1:1'",
        "Counts: /2027/riverside/ was not counted from the ballots, the paper and the rule that are there.",
    ),
    "a ballot more": (
        "UPDATE ballots_openedballot SET ballots = 2",
        "Counts: Riverside: 2 ballots are stored, and the record of the opening has 1.",
    ),
    "an award": (
        "UPDATE proposals_award SET funded = false WHERE funded",
        "Counts: Riverside: what is told of “{funded}” is not what was counted.",
    ),
    "an outcome": (
        "UPDATE ballots_count SET outcome = jsonb_set(outcome, '{spent}', '1')",
        "Counts: Riverside: the count is not the one that the audit log has.",
    ),
    "a count that is gone": (
        "DELETE FROM ballots_count",
        "Counts: the count of budgeting.contest:{contest} by entry {counted} is not there.",
    ),
    "the destruction of the shares": (
        "DELETE FROM ballots_sharedestruction",
        "Destructions of shares: the destruction of the shares of budgeting.cycle:{cycle} by entry {destroyed}"
        " is not there.",
    ),
}


def test_s4_of_a_vote_in_order_nothing_is_said(on_record) -> None:
    assert said() == []


def test_s4_every_comparison_has_a_fraud_that_it_names() -> None:
    elsewhere = {"Cards of committees"}  # tests/committee/test_answers_are_sealed.py
    assert {sentence.partition(":")[0] for _, sentence in FRAUDS.values()} == set(compared.names()) - elsewhere


@pytest.mark.long
def test_s4_what_no_entry_accounts_for_is_named(on_record, tomas, ines, otto) -> None:
    """One fraud at a time."""
    entry = dict(AuditEvent.objects.values_list("action", "number"))
    line = on_record.contests.get().paper.lines.get(ballot_number=4)
    numbers = {
        "tomas": tomas.pk,
        "ines": ines.pk,
        "otto": otto.pk,
        "cycle": on_record.pk,
        "contest": Contest.objects.get().pk,
        "draw": Draw.objects.get().pk,
        "line": Resident.objects.get().pk,
        "proposal": line.paper.contest.proposals.get(number=1).pk,
        "funded": line.title,
        "closed": entry["board closed"],
        "counted": entry["counted"],
        "destroyed": entry["shares destroyed"],
    }
    unnamed = {}
    for fraud, (sql, sentence) in FRAUDS.items():
        with undone():
            as_owner(sql)
            named = said()
            if sentence.format(**numbers) not in named:
                unnamed[fraud] = named
    assert unnamed == {}


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
