"""What is kept of people goes when its time is over, by itself, and not before (T-23; docs/decisions/0029)."""

from datetime import datetime, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from accounts.models import Invitation, KnownNetwork, User
from audit.models import AuditEvent
from ballots.models import Envelope
from budgeting import retention
from budgeting.models import Contest, Cycle, Forgotten
from budgeting.people import RoleName
from budgeting.retention import DAYS
from lib import clock
from notices.counts import Limit
from notices.models import Count, Mail
from residents.models import Claim, LetterCode, LetterVotes, RegisterImport, Resident, StagedLine, Verification
from residents.statistics import registered_by_age
from tests.cast import count, enrol, middle_of, signed_in
from tests.keeping import kept
from tests.letters import Posted
from tests.vote import cast

SECOND = timedelta(seconds=1)


@kept
def over(cycle: Cycle) -> datetime:
    """When what the cycle keeps of people is over."""
    cycle.objections_until = middle_of("results")
    cycle.save()
    return cycle.objections_until + DAYS


@kept
def voted(voting, rosa, tomas, greta: Posted, cycle, riverside, riverside_contest, over) -> Resident:
    """Rosa's line of the register: she has voted, Tomas claims the line, and Greta has a letter and an old claim."""
    line = enrol(rosa, cycle, riverside)
    Claim.objects.create(resident=line, user=tomas, method="letter", at=voting)
    cast(riverside_contest, {1: 1}, by=rosa)
    LetterVotes.count(greta.letter.run_id, b"n" * 32, at=voting)
    LetterVotes.count(greta.letter.run_id, b"m" * 32, at=voting + timedelta(hours=3))
    return line


def counted(contest: Contest) -> None:
    count(contest, {"1:1": 1})


def in_the_database(secret: bytes) -> list[str]:
    """The tables in which these bytes stand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND data_type = 'bytea'"
        )
        found = []
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE position(%s IN "{column}") > 0', [secret])
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
    return found


def test_j5_t23_a_register_is_forgotten_thirty_days_after_the_objections(voted, riverside_contest, over) -> None:
    counted(riverside_contest)
    digest = bytes(voted.identifier_digest)
    retention.forget(over - SECOND)
    assert set(in_the_database(digest)) == {"residents_resident.identifier_digest", "residents_resident.person_digest"}
    retention.forget(over)
    assert in_the_database(digest) == []
    assert not Claim.objects.exists()
    assert not LetterCode.objects.exists()
    assert Verification.objects.get().resident is None, "that she was verified stays, and not who on the register"
    assert Resident.objects.count() == 2
    entry = AuditEvent.objects.get(action="register forgotten")
    assert (entry.object, entry.facts, entry.actor) == (f"budgeting.cycle:{voted.cycle_id}", {"lines": 2}, None)


def test_t23_nothing_leads_from_an_account_to_an_envelope_any_more(voted, rosa, riverside_contest, over) -> None:
    counted(riverside_contest)
    mine = Envelope.objects.filter(resident__verification__user=rosa)
    assert mine.exists()
    retention.forget(over)
    assert not mine.exists()
    assert Envelope.objects.exists()


def test_the_turnout_by_age_stays_as_it_was(voted, cycle, riverside, riverside_contest, over) -> None:
    counted(riverside_contest)
    before = registered_by_age(cycle, [riverside])
    retention.forget(over)
    assert registered_by_age(cycle, [riverside]) == before


def test_pages_of_the_cycle_are_there_as_before(voted, rosa, riverside_contest, over, monkeypatch) -> None:
    counted(riverside_contest)
    retention.forget(over)
    monkeypatch.setattr(clock, "now", lambda: over)
    for address in ("/", "/me/", "/me/data.json", "/2027/", "/2027/riverside/", "/2027/results/", "/2027/board/"):
        assert signed_in(rosa).get(address).status_code == 200, address


def test_as_long_as_ballots_are_to_be_counted_everybody_is_known(voted, over) -> None:
    retention.forget(over + 100 * DAYS)
    assert Resident.objects.get(pk=voted.pk).identifier_digest
    assert LetterCode.objects.exists()


def test_without_a_time_for_objections_the_close_of_the_vote_counts(voted, cycle, riverside_contest) -> None:
    counted(riverside_contest)
    Cycle.objects.update(objections_until=None)
    closes = cycle.phases.get(stage="voting").closes
    retention.forget(closes + DAYS - SECOND)
    assert LetterCode.objects.exists()
    retention.forget(closes + DAYS)
    assert not LetterCode.objects.exists()


def test_objections_that_last_longer_keep_it_longer(voted, cycle, riverside_contest, over) -> None:
    counted(riverside_contest)
    Cycle.objects.update(objections_until=over)
    retention.forget(over)
    assert LetterCode.objects.exists()


def test_forgetting_again_changes_nothing(voted, riverside_contest, over) -> None:
    counted(riverside_contest)
    for _ in range(2):
        retention.forget(over)
    assert AuditEvent.objects.filter(action="register forgotten").count() == 1
    assert Forgotten.objects.get(name="registers").in_all == 2


def test_of_votes_by_letter_only_how_many_stays(voted, greta: Posted, riverside_contest, over) -> None:
    counted(riverside_contest)
    for _ in range(2):
        retention.forget(over)
    left = LetterVotes.objects.get()
    assert (left.run_id, left.ballots, bytes(left.network), left.hour.hour) == (greta.letter.run_id, 2, b"", 0)


def test_an_upload_that_nobody_confirms_goes(cycle, riverside) -> None:
    made = RegisterImport.objects.create(cycle=cycle, at=middle_of("voting"))
    digests = {"identifier_digest": b"i" * 32, "person_digest": b"p" * 32}
    StagedLine.objects.create(register_import=made, line=1, district=riverside, age_band="65+", **digests)
    retention.forget(made.at + DAYS - SECOND)
    assert StagedLine.objects.exists()
    retention.forget(made.at + DAYS)
    assert not StagedLine.objects.exists()
    made.refresh_from_db()
    assert made.dropped_at == made.at + DAYS


# Accounts and mails --------------------------------------------------------------------------------------------------


def test_s22_of_where_a_session_is_only_a_keyed_digest_is_kept(client: Client, rosa: User) -> None:
    rosa.set_password("four plain words here")
    rosa.save()
    client.post(
        "/accounts/login/", {"login": rosa.email, "password": "four plain words here"}, REMOTE_ADDR="198.51.100.77"
    )
    kept = UserSession.objects.get()
    assert kept.ip.startswith("fd")
    kept.save()
    assert UserSession.objects.get().ip == kept.ip, "a digest is not made of a digest"
    assert "198.51.100" not in client.get("/accounts/sessions/").content.decode()


def test_s22_what_is_kept_of_a_session_ends_with_it(client: Client, rosa: User) -> None:
    client.force_login(rosa)
    UserSession.objects.create(user=rosa, ip="192.0.2.1", session_key=client.session.session_key)
    ends = Session.objects.get().expire_date
    retention.forget(ends - SECOND)
    assert UserSession.objects.exists()
    retention.forget(ends)
    assert not UserSession.objects.exists()
    assert not Session.objects.exists()


def test_networks_and_invitations_go_after_thirty_days(rosa: User, clara: User) -> None:
    then = middle_of("voting")
    KnownNetwork.remember(rosa, "n" * 64, at=then)
    invitation = {"email": "nora@example.org", "name": "Nora", "kind": RoleName.CLERK, "language": "en"}
    Invitation.objects.create(
        begins=then, ends=then, code_digest=bytes(32), invited_by=clara, invited_at=then, expires_at=then, **invitation
    )
    retention.forget(then + DAYS - SECOND)
    assert (KnownNetwork.objects.count(), Invitation.objects.count()) == (1, 1)
    retention.forget(then + DAYS)
    assert (KnownNetwork.objects.count(), Invitation.objects.count()) == (0, 0)


def test_mails_and_counts_go(db) -> None:
    then = middle_of("voting")
    Mail.objects.create(to="nora@example.org", subject="Hello", written_at=then, next_try_at=then, sent_at=then)
    Limit("tries", 1, timedelta(days=60)).count("nora", at=then)
    retention.forget(then + DAYS)
    assert (Mail.objects.count(), Count.objects.count()) == (1, 1)
    retention.forget(then + 2 * DAYS)
    assert (Mail.objects.count(), Count.objects.count()) == (0, 0)


# The desk, and failures ----------------------------------------------------------------------------------------------


def test_the_desk_says_what_is_kept_and_what_was_forgotten(voted, clara, rosa, riverside_contest, over) -> None:
    counted(riverside_contest)
    retention.forget(over)
    page = " ".join(signed_in(clara).get("/desk/kept/").content.decode().split())
    for each, forgotten in retention.all_kept():
        assert str(each.what).split(",")[0] in page
        assert str(each.until) in page
        assert forgotten.at == over
    assert "Forgotten in all: 2, the last" in page
    assert signed_in(rosa).get("/desk/kept/").status_code == 404


def test_what_fails_keeps_nothing_else_from_being_forgotten(db, monkeypatch) -> None:
    def fails(at: datetime) -> int:
        Count.objects.create(whose=b"w" * 32, times=1, until=at + DAYS)
        raise RuntimeError("no")

    broken = retention.Kept("broken", "", "", fails)
    monkeypatch.setattr(retention, "_kept", [broken, *retention._kept])
    with pytest.raises(ExceptionGroup):
        retention.forget(middle_of("voting"))
    names = set(Forgotten.objects.values_list("name", flat=True))
    assert names == {kept.name for kept, _ in retention.all_kept()} - {"broken"}
    assert not Count.objects.exists()
