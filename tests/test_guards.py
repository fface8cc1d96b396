"""The database's own guards: no session can switch them off, and each still says no when one has tried."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import User
from audit.acts import Done
from audit.models import AuditEvent
from ballots import board
from ballots.models import Count, Envelope
from budgeting.models import Contest, Counted, Cycle, District, Phase
from residents.models import Resident
from tests.cast import put_on_paper
from tests.databases import as_owner
from tests.keeping import kept
from tests.tables import our_models
from tests.vote import cast

INSERT = (
    "INSERT INTO ballots_envelope (resident_id, contest_id, sealed, fingerprint, channel)"
    " VALUES (%s, %s, %s, %s, 'online')"
)


def guards() -> list[tuple[str, str, str]]:
    """Every trigger on our tables, without those by which PostgreSQL keeps foreign keys: table, name, when enabled."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname, tgenabled::text FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgrelid::regclass::text = ANY(%s) ORDER BY 1, 2",
            [[model._meta.db_table for model in our_models()]],
        )
        return cursor.fetchall()


def run(sql: str, *values: object) -> None:
    """As somebody who has told the database to leave its guards aside."""
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as at a commit: what still waits for it refuses TRUNCATE
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)


def refused(sql: str, *values: object) -> str:
    """What the database says to it."""
    with pytest.raises(DatabaseError) as refusal:
        run(sql, *values)
    return str(refusal.value)


def test_no_session_can_switch_a_guard_off(db: None) -> None:
    found = guards()
    assert {table.partition("_")[0] for table, *_ in found} == {
        "audit",
        "ballots",
        "budgeting",
        "committee",
        "proposals",
        "residents",
    }
    assert len(found) >= 36
    assert [f"{table}: {name}" for table, name, enabled in found if enabled != "A"] == []


@pytest.mark.parametrize("how", ["", "REPLICA", "DISABLE"])
def test_a_guard_that_can_be_switched_off_is_noticed(db: None, how: str) -> None:
    enable = {"": "ENABLE TRIGGER", "REPLICA": "ENABLE REPLICA TRIGGER", "DISABLE": "DISABLE TRIGGER"}[how]
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE ballots_envelope {enable} votes_at_home")
    assert [name for _, name, enabled in guards() if enabled != "A"] == ["votes_at_home"]


# What they refuse all the same ---------------------------------------------------------------------------------------


@kept
def second_vote(
    voting: datetime, rosa_may_vote: User, riverside_contest: Contest, hillside_contest: Contest
) -> tuple[object, ...]:
    """Rosa has voted in Riverside. The row of a vote of hers in Hillside."""
    put_on_paper(hillside_contest)
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    return (Resident.objects.get().pk, hillside_contest.pk, bytes(Envelope.objects.get().sealed), "A" * 32)


def test_nobody_votes_in_a_second_district(second_vote: tuple[object, ...]) -> None:
    assert "voted in another district" in refused(INSERT, *second_vote)
    assert Envelope.objects.count() == 1


def test_nobody_votes_who_is_not_on_the_register(second_vote: tuple[object, ...]) -> None:
    assert "no such resident" in refused(INSERT, 10_000_000, *second_vote[1:])
    assert Envelope.objects.count() == 1


def test_with_a_guard_as_databases_usually_have_them_somebody_would(second_vote: tuple[object, ...]) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ballots_envelope ENABLE TRIGGER votes_at_home")
    run(INSERT, *second_vote)
    assert Envelope.objects.count() == 2


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE budgeting_contest SET budget = 1",
        "UPDATE budgeting_district SET slug = 'elsewhere'",
        "UPDATE budgeting_cycle SET currency = 'HUF'",
    ],
)
def test_what_a_frozen_paper_rests_on_stays(voting: datetime, sql: str) -> None:
    assert "frozen" in refused(sql)


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("DELETE FROM ballots_envelope", "stays in the box"),
        ("TRUNCATE ballots_envelope", "may only be added to"),
        ("UPDATE ballots_ballotboxkey SET threshold = 2", "sealed to this key"),
        ("UPDATE ballots_ballotline SET cost = 1", "may only be added to"),
        ("DELETE FROM ballots_ballotpaper", "may only be added to"),
    ],
)
def test_what_is_in_the_box_or_on_the_paper_stays(
    voting: datetime, rosa_may_vote: User, riverside_contest: Contest, sql: str, sentence: str
) -> None:
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    assert sentence in refused(sql)
    assert Envelope.objects.exists()


def test_a_vote_that_is_closed_does_not_open_again(
    voting: datetime, riverside_contest: Contest, at: Callable[[str], datetime]
) -> None:
    at("counting")
    assert board.publish(riverside_contest).final
    voting_phase = riverside_contest.cycle.phases.get(stage="voting")
    later = datetime.now(tz=voting.tzinfo) + timedelta(days=1)
    assert "closed" in refused("UPDATE budgeting_phase SET closes = %s WHERE id = %s", later, voting_phase.pk)
    assert "closed" in refused("UPDATE budgeting_phase SET closes = NULL WHERE id = %s", voting_phase.pk)
    assert Phase.objects.get(pk=voting_phase.pk).closes == voting_phase.closes


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM budgeting_counted",
        "UPDATE budgeting_counted SET at = at + interval '1 day'",
        "UPDATE budgeting_counted SET contest_id = (SELECT id FROM budgeting_contest WHERE slug = 'hillside')",
        "INSERT INTO budgeting_counted (contest_id, at)"
        " SELECT id, now() FROM budgeting_contest WHERE slug = 'hillside'",
    ],
)
def test_a_contest_is_counted_and_every_room_knows_it_or_neither(
    counted: Count, hillside_contest: Contest, sql: str
) -> None:
    assert "is counted, and every room knows it, or neither" in refused(f"{sql}; SET CONSTRAINTS ALL IMMEDIATE")
    assert [told.contest for told in Counted.objects.all()] == [counted.contest]


@pytest.mark.parametrize("table", ["ballots_count", "budgeting_counted"])
def test_what_is_counted_is_not_emptied(counted: Count, table: str) -> None:
    assert "may only be added to" in refused(f"TRUNCATE {table}")


def test_the_log_loses_no_entry(clara: User) -> None:
    with transaction.atomic():
        clara.record(Done.MADE)
    for sql in ("DELETE FROM audit_auditevent", "UPDATE audit_auditevent SET action = 'nothing'"):
        assert "may only be added to" in refused(sql)
    assert AuditEvent.objects.exists()


def test_two_places_do_not_share_an_address(riverside_contest: Contest, hillside: District) -> None:
    assert "this address is taken" in refused("UPDATE budgeting_contest SET slug = 'hillside'")
    assert "this address is taken" in refused("UPDATE budgeting_contest SET district_id = %s", hillside.pk)


def test_two_pots_of_a_cycle_are_told_apart_by_their_names(parks: Contest, riverside_contest: Contest) -> None:
    another = Contest(cycle=parks.cycle, district=parks.district, slug="another", budget=100)
    for name, sentence in (("Parks", "has this name already"), ("", "Give this one a name of its own")):
        another.name = name
        with pytest.raises(ValidationError, match=sentence):
            another.full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            another.save()


# One address, one place ----------------------------------------------------------------------------------------------


def test_a_contest_does_not_take_another_districts_address(
    cycle: Cycle, riverside_contest: Contest, hillside: District
) -> None:
    riverside_contest.slug = "hillside"
    with pytest.raises(ValidationError, match="Another district has this address already"):
        riverside_contest.full_clean()
    with pytest.raises(IntegrityError, match="this address is taken"), transaction.atomic():
        riverside_contest.save()
    with pytest.raises(IntegrityError, match="this address is taken"), transaction.atomic():
        Contest.objects.create(
            cycle=cycle, district=riverside_contest.district, name="Hills", slug="hillside", budget=1
        )
    riverside_contest.slug = "schools"
    riverside_contest.full_clean()
    riverside_contest.save()


def test_a_district_does_not_take_the_address_of_another_districts_contest(
    cycle: Cycle, riverside: District, hillside: District
) -> None:
    Contest.objects.create(cycle=cycle, district=riverside, slug="schools", budget=1)
    hillside.slug = "schools"
    with pytest.raises(ValidationError, match="A contest of another district has this address already"):
        hillside.full_clean()
    with pytest.raises(IntegrityError, match="this address is taken"), transaction.atomic():
        hillside.save()
    with pytest.raises(IntegrityError, match="this address is taken"), transaction.atomic():
        District.objects.create(slug="schools", name="The schools")
    riverside.slug = "schools"
    riverside.full_clean()
    riverside.save()
