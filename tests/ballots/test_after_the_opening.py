"""After the opening the box is a fact: nothing joins it, nothing changes, a result agrees with it or is not told.

S4 of what trying the product showed: whoever can write the database changed the result after the opening.
"""

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import AuditEvent
from ballots import agreement, key
from ballots.counting import count_contest
from ballots.models import Count, Envelope, FromElsewhere, OpenedBallot, Opening, Rehearsal
from ballots.opening import open_box
from lib.refusal import Refused
from proposals.models import Award
from tests import databases
from tests.cast import propose, signed_in
from tests.databases import lifted, undone
from tests.keeping import kept
from tests.papers import words_on
from tests.vote import cast, leaving_guards_aside

ADDED = (
    "INSERT INTO ballots_openedballot (contest_id, content, ballots) SELECT id, '5:1 6:1', 500 FROM budgeting_contest"
)
INVALID = "INSERT INTO ballots_invalidballot (contest_id, reason, ballots) SELECT id, 'Why', 5 FROM budgeting_contest"
BATCH = (
    "INSERT INTO ballots_boardbatch"
    " (contest_id, number, day, added, replaced, came_and_went, set_aside, envelopes, list_digest, previous_root, root,"
    " final)"
    " SELECT contest_id, number + 1, day, added, replaced, came_and_went, set_aside, envelopes, list_digest, root, 'f',"
    " false"
    " FROM ballots_boardbatch"
)
REHEARSAL = (
    "INSERT INTO ballots_rehearsal (key_id, share_numbers, at) SELECT id, '{1,3}', now() FROM ballots_ballotboxkey"
)
SHARE = (
    "INSERT INTO ballots_keyshare (key_id, number, holder_id, commitment)"
    " SELECT key_id, 4, (SELECT id FROM accounts_user WHERE name = 'Neighbour1'), repeat('0', 64)"
    " FROM ballots_keyshare WHERE number = 1"
)
NO_VOTE = (
    "INSERT INTO ballots_novote (contest_id, reason, at, by_id) SELECT budgeting_contest.id, 'Why', now(),"
    " accounts_user.id FROM budgeting_contest, accounts_user WHERE accounts_user.name = 'Clara'"
)
COUNT_AGAIN = (
    "INSERT INTO ballots_count (contest_id, number, rule, outcome, inputs, entry_id, at)"
    " SELECT contest_id, {number}, rule, outcome, {inputs}, {entry}, at FROM ballots_count"
)
ELSEWHERE = "INSERT INTO ballots_fromelsewhere (contest_id, ballots, at) SELECT id, 0, now() FROM budgeting_contest"


ENVELOPE = (
    "INSERT INTO ballots_envelope (resident_id, contest_id, sealed, fingerprint, channel)"
    " SELECT residents_resident.id, budgeting_contest.id, decode(repeat('00', 1136 + 17 + 2 * size), 'hex'),"
    " repeat('A', 32), 'online' FROM residents_resident, budgeting_contest JOIN ballots_ballotpaper"
    " ON contest_id = budgeting_contest.id"
)
ASIDE = (
    "INSERT INTO ballots_setaside (contest_id, fingerprint, joined_id, at) SELECT id, repeat('A', 32), 0, now()"
    " FROM budgeting_contest"
)


@kept
def opened(voting, neighbours, riverside_contest, cycle, shares, clara, at) -> Opening:
    """Four have voted for the benches, and the box is open."""
    for user in neighbours[:4]:
        cast(riverside_contest, {4: 1}, by=user)
    return open_box(cycle, shares[:2], by=clara, at=at("counting"))


@kept
def counted(opened, riverside_contest, clara, at) -> Count:
    return count_contest(riverside_contest, by=clara, at=at("counting"))


def refused(sql: str) -> str:
    """What the database says to somebody who has told it to leave its guards aside."""
    with pytest.raises(DatabaseError) as refusal, leaving_guards_aside() as cursor:
        cursor.execute(sql)
    return str(refusal.value)


def test_s4a_nothing_is_added_to_a_box_that_is_open(opened) -> None:
    for sql in (ADDED, INVALID, BATCH, REHEARSAL, SHARE, NO_VOTE):
        said = refused(sql)
        assert "the box is open: nothing is added" in said or "shares of a key that was rehearsed with stay" in said


def test_s4a_nothing_is_set_aside_once_it_is_open(opened) -> None:
    with lifted("ballots_setaside", "another_in_its_place"):
        assert "the box is open: nothing is added to ballots_setaside" in refused(ASIDE)


def test_s4a_nothing_is_put_into_a_vote_that_came_from_elsewhere(
    riverside_paper, box_key, riverside_contest, register
) -> None:
    register("30-44", 1)
    FromElsewhere.objects.create(contest=riverside_contest, ballots=0, at=box_key.made_at)
    assert "the box is open: nothing is added to ballots_envelope" in refused(ENVELOPE)


def test_an_election_from_elsewhere_has_as_many_ballots_as_it_says(riverside_paper) -> None:
    assert "so many ballots did not come" in refused(ELSEWHERE.replace("id, 0,", "id, 1,"))


def test_nothing_is_counted_before_the_box_is_open(riverside_paper) -> None:
    sql = (
        "INSERT INTO ballots_count (contest_id, number, rule, outcome, inputs, at)"
        " SELECT id, 1, '{}', '{}', '', now() FROM budgeting_contest"
    )
    assert "no box of this contest has been opened" in refused(sql)


def test_s4a_no_ballot_comes_out_of_a_box_that_is_shut(voting) -> None:
    for sql in (ADDED, INVALID):
        assert "come out of the box at its opening" in refused(sql)


FACTS = (
    "openedballot",
    "invalidballot",
    "boardbatch",
    "opening",
    "rehearsal",
    "keyshare",
    "ballotboxkey",
    "count",
    "sharedestruction",
    "fromelsewhere",
)


def test_s4_nothing_of_it_is_taken_away(counted, cycle, clara, at) -> None:
    key.destroy_shares(cycle, "The council", by=clara, at=at("results"))
    for table in FACTS:
        assert f"ballots_{table} may only be added to" in refused(f"TRUNCATE ballots_{table} CASCADE")
    assert "proposals_award may only be added to" in refused("TRUNCATE proposals_award CASCADE")
    for table in set(FACTS) - {"invalidballot", "fromelsewhere"}:
        said = refused(f"DELETE FROM ballots_{table}")
        assert "may only be added to" in said or "rehearsed with" in said or "sealed to this key" in said


CHANGES = (
    """UPDATE ballots_count SET outcome = jsonb_set(outcome, '{winners}', '["6"]')""",
    "UPDATE ballots_count SET at = now()",
    "UPDATE ballots_opening SET reconciliation = '{}'",
    "UPDATE ballots_openedballot SET content = '6:1'",
    "UPDATE ballots_boardbatch SET final = false",
    "UPDATE ballots_rehearsal SET share_numbers = '{1}'",
    "UPDATE ballots_keyshare SET commitment = repeat('0', 64)",
)


def test_s4b_nothing_of_it_changes(counted) -> None:
    for sql in CHANGES:
        said = refused(sql)
        assert "may only be added to" in said or "rehearsed with" in said


def test_s4b_counts_come_one_after_the_other(counted) -> None:
    for number in (1, 3):
        assert "numbered from one" in refused(COUNT_AGAIN.format(number=number, inputs="inputs", entry="NULL"))


def test_s4b_a_second_count_is_on_record(counted) -> None:
    assert "a_count_is_on_record" in refused(COUNT_AGAIN.format(number=2, inputs="''", entry="NULL"))


def test_s4b_what_a_project_is_awarded_follows_the_count(counted) -> None:
    for sql in (
        "UPDATE proposals_award SET funded = NOT funded",
        "DELETE FROM proposals_award",
        "UPDATE proposals_award SET proposal_id = proposal_id + 1000",
    ):
        assert "follows the count" in refused(f"{sql}; SET CONSTRAINTS ALL IMMEDIATE")


def test_s4b_a_project_that_was_on_no_paper_is_awarded_nothing(counted, riverside_contest) -> None:
    other = propose(riverside_contest)[0]
    sql = f"INSERT INTO proposals_award (proposal_id, funded, at) VALUES ({other.pk}, true, now())"
    assert "follows the count" in refused(f"{sql}; SET CONSTRAINTS ALL IMMEDIATE")


def test_s4_an_opening_that_does_not_balance_is_none(voting, a_vote, clara) -> None:
    sql = (
        "INSERT INTO ballots_opening (cycle_id, share_numbers, reconciliation, at) SELECT id, '{1,2}',"
        """ '{"riverside": {"channels": {"online": {"envelopes": 1, "opened": 1, "invalid": 0}}}}', now()"""
        " FROM budgeting_cycle"
    )
    assert "does not balance" in refused(f"{sql}; SET CONSTRAINTS ALL IMMEDIATE")


def test_s4_the_shares_are_needed_until_the_box_is_open(voting, a_vote) -> None:
    """With the row of their destruction envelopes could be taken out of a box that nobody has opened."""
    sql = (
        "INSERT INTO ballots_sharedestruction (key_id, witnesses, at) SELECT id, 'Me', now() FROM ballots_ballotboxkey"
    )
    assert "needed until the box has been opened" in refused(sql)
    assert Envelope.objects.exists()


def test_s4_holders_who_rehearsed_stay_and_nobody_joins_them(voting) -> None:
    """Before anybody has voted: the sheets of the holders fit the hashes that are stored, or there is no opening."""
    for sql in ("UPDATE ballots_keyshare SET number = 7 WHERE number = 1", "DELETE FROM ballots_keyshare"):
        assert "rehearsed with stay" in refused(sql)
    assert "rehearsed with" in refused("DELETE FROM ballots_ballotboxkey")
    assert Rehearsal.objects.exists()


def test_s4_a_vote_is_no_election_from_elsewhere(opened) -> None:
    assert "has a ballot box" in refused(ELSEWHERE)


# A count is a row ----------------------------------------------------------------------------------------------------


def test_s4b_a_count_is_on_record_with_what_was_counted(counted, riverside_contest) -> None:
    entry = AuditEvent.objects.get(action="counted")
    assert counted.entry == entry
    assert entry.facts["outcome"] == counted.digest
    assert entry.facts["inputs"] == counted.inputs
    assert (entry.facts["number"], entry.facts["winners"]) == (1, ["4"])
    assert agreement.differences_anywhere() == {}


def test_v17_counting_again_writes_nothing(counted, riverside_contest, clara, at) -> None:
    assert count_contest(riverside_contest, by=clara, at=at("results")) == counted
    assert (Count.objects.count(), AuditEvent.objects.filter(action="counted").count()) == (1, 1)


def test_a_count_that_gives_something_else_stands_beside_the_first_and_holds(
    counted, riverside_contest, clara, at, rosa
) -> None:
    benches = riverside_contest.paper.lines.get(ballot_number=4).proposal
    with databases.as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE proposals_withdrawal DISABLE TRIGGER USER")
        cursor.execute(
            "INSERT INTO proposals_withdrawal (proposal_id, reason, at, by_id) VALUES (%s, 'Why', now(), %s)",
            [benches.pk, clara.pk],
        )
        cursor.execute("ALTER TABLE proposals_withdrawal ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    second = count_contest(riverside_contest, by=clara, at=at("results"))
    assert (second.number, second.outcome["winners"]) == (2, [])
    assert second.inputs != counted.inputs
    assert [each.number for each in Count.objects.all()] == [1, 2]
    assert Count.objects.standing().get() == second
    assert not Award.objects.get(proposal=benches).funded
    assert agreement.differences_anywhere() == {}


# What does not agree is not told -------------------------------------------------------------------------------------


def as_owner(table: str, sql: str) -> None:
    """What whoever owns the tables can do: take their guards away, and put them back."""
    with databases.as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table])
        for (guard,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {guard}")


RECORDED = "ballots are stored, and the record of the opening has 4 (online: 4)."
FRAUDS = {
    "ballots_openedballot": (
        ADDED,
        "Riverside: 504 ballots are stored, and the record of the opening has 4 (online: 4).",
    ),
    "ballots_invalidballot": (
        INVALID,
        "Riverside: 9 ballots are stored, and the record of the opening has 4 (online: 4).",
    ),
    "ballots_count": (
        """UPDATE ballots_count SET outcome = jsonb_set(outcome, '{spent}', '1')""",
        "Riverside: the count is not the one that the audit log has.",
    ),
    "proposals_award": (
        "UPDATE proposals_award SET funded = NOT funded",
        "Riverside: what is told of “Library benches” is not what was counted.",
    ),
}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("table", FRAUDS)
def test_s4_pages_files_and_report_say_so_and_have_no_number(client, counted, cycle, at, table, clara, otto) -> None:
    at("results")
    sql, sentence = FRAUDS[table]
    assert client.get("/2027/riverside/results/").status_code == 200
    as_owner(table, sql)
    for address in ("results/", "riverside/results/", "results.pdf", "riverside/results/results.json"):
        answer = client.get(f"/2027/{address}")
        assert answer.status_code == 409, address
        assert sentence in words_on(answer)
        assert "€45,000" not in words_on(answer)
    assert client.post("/2027/results/report/").status_code == 409
    for person, address in ((clara, "/2027/box/"), (otto, "/2027/box/"), (otto, "/audit/")):
        assert sentence in words_on(signed_in(person).get(address)), address


def test_s4_a_count_forged_with_another_entry_is_not_told(client, counted, at) -> None:
    """The entry is of the log, and of another act."""
    at("results")
    as_owner("ballots_count", "UPDATE ballots_count SET entry_id = 1")
    assert "is not the one that the audit log has" in words_on(client.get("/2027/riverside/results/"))


def test_s4_each_fraud_is_found_by_itself(counted, riverside_contest, otto) -> None:
    told = [(table, sql, sentence) for table, (sql, sentence) in FRAUDS.items()]
    changes = (f"by_id = {otto.pk}", "at = at + interval '1 minute'", "number = 2", "inputs = repeat('0', 64)")
    sentence = FRAUDS["ballots_count"][1]
    told += [("ballots_count", f"UPDATE ballots_count SET {change}", sentence) for change in changes]
    for table, sql, sentence in told:
        with undone():
            as_owner(table, sql)
            found = agreement.differences_anywhere()
            assert found.keys() == {riverside_contest.pk}, sql
            assert sentence in found[riverside_contest.pk], sql


def test_s4_a_count_of_an_earlier_version_agrees_with_the_winners_and_the_money_on_record(counted) -> None:
    counted.entry.facts = {"winners": counted.outcome["winners"], "spent": counted.outcome["spent"]}
    assert not agreement.is_on_record(counted)  # of what it counted that version told nothing
    counted.inputs = ""
    assert agreement.is_on_record(counted)
    counted.outcome["spent"] += 1
    assert not agreement.is_on_record(counted)


def test_s4a_ballots_that_do_not_agree_are_not_counted(opened, riverside_contest, clara, at) -> None:
    as_owner("ballots_openedballot", ADDED)
    with pytest.raises(Refused, match="504 ballots are stored, and the record of the opening has 4"):
        count_contest(riverside_contest, by=clara, at=at("counting"))
    assert not Count.objects.exists()


def test_an_agreement_is_found_in_a_fixed_number_of_queries(counted, django_assert_num_queries) -> None:
    with django_assert_num_queries(7):
        assert agreement.differences_anywhere() == {}


def test_what_was_counted_is_told_by_its_digest(counted, riverside_contest) -> None:
    """Of other ballots it would be another."""
    from ballots.counting import inputs_of  # noqa: PLC0415

    assert inputs_of(riverside_contest, counted.rule) == counted.inputs
    with lifted("ballots_openedballot", "is_a_fact"):
        OpenedBallot.objects.create(contest=riverside_contest, content="", ballots=1)
    assert inputs_of(riverside_contest, counted.rule) != counted.inputs
