"""Box, board and the count of ballots cast are held against each other: what is exchanged behind the booth is found.

S4c of the review: before the opening somebody who can write the database exchanges envelopes for ones of their own.
"""

from collections.abc import Callable
from datetime import datetime
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError
from django.utils.timezone import localdate

from accounts.models import User
from audit.acts import Done
from audit.models import AuditEvent
from ballots import board, chain, marks, stocktaking
from ballots.casting import Receipt
from ballots.models import CastSlot, Envelope, Opening, Participation
from ballots.models.casts import SLOTS
from ballots.opening import open_box
from ballots.sealing import Share, ballot_info, fingerprint, seal
from budgeting.models import Contest, Cycle
from lib.refusal import Refused
from tests.databases import lifted, refused_by_the_database, undone, without_triggers
from tests.keeping import kept
from tests.vote import cast, leaving_guards_aside

AGAIN = 3


@kept
def voted(voting: datetime, neighbours: list[User], riverside_contest: Contest) -> list[Receipt]:
    """Twelve vote, a batch comes up; then three vote again, the first of them twice."""
    receipts = [cast(riverside_contest, {1: 1}, by=user) for user in neighbours]
    board.publish(riverside_contest)
    again = [cast(riverside_contest, {2: 1}, by=user) for user in (*neighbours[:AGAIN], neighbours[0])]
    return [*receipts, *again]


def freshly_sealed(contest: Contest) -> bytes:
    """The public key is enough for it."""
    info = ballot_info(contest.cycle.slug, contest.slug, contest.paper.digest)
    return seal(marks.encode({4: 1}, contest.paper.size), bytes(contest.cycle.box_key.public_key), info)


def exchange(contest: Contest, envelopes: int) -> None:
    for envelope in Envelope.objects.order_by("fingerprint")[:envelopes]:
        sealed = freshly_sealed(contest)
        Envelope.objects.filter(pk=envelope.pk).update(sealed=sealed, fingerprint=fingerprint(sealed))


def test_where_nothing_is_wrong_all_agrees(voted, riverside_contest, cycle, shares, clara, at) -> None:
    moment = at("counting")
    opening = open_box(cycle, shares[:2], by=clara, at=moment)
    assert opening.reconciliation["riverside"]["voters"] == 12
    final = riverside_contest.batches.get(final=True)
    assert (final.first, final.repeated) == (12, AGAIN + 1)
    assert (len(final.replaced), len(final.came_and_went)) == (AGAIN, 1)
    assert stocktaking.errors(riverside_contest) == []
    assert (
        stocktaking.differences(
            riverside_contest, stocktaking.take(riverside_contest), list(riverside_contest.batches.all())
        )
        == []
    )


# What somebody does who can write the database ------------------------------------------------------------------------


def test_s4c_envelopes_exchanged_by_sql_stop_the_board_and_the_opening(
    voted: list[Receipt], riverside_contest: Contest, cycle: Cycle, shares: list[Share], clara: User, at: Callable
) -> None:
    exchange(riverside_contest, 8)
    said = "Riverside, Participatory budget 2027: 8 envelopes were replaced though nobody voted again"
    with pytest.raises(Refused, match=said):
        board.publish(riverside_contest)
    with pytest.raises(Refused, match=said):
        open_box(cycle, shares[:2], by=clara, at=at("counting"))
    assert not Opening.objects.exists()
    assert riverside_contest.batches.count() == 1


def test_s4c_exchanged_with_the_guards_taken_off_too(voted, riverside_contest, cycle, shares, clara, at) -> None:
    """Nothing then keeps what was replaced, and nothing took its place by a vote."""
    sealed = freshly_sealed(riverside_contest)
    target = Envelope.objects.exclude(fingerprint__in=[each.fingerprint for each in voted[12:]]).first()
    without_triggers(
        f"UPDATE ballots_envelope SET sealed = '\\x{sealed.hex()}', fingerprint = '{fingerprint(sealed)}'"
        f" WHERE fingerprint = '{target.fingerprint}'"
    )
    with pytest.raises(Refused, match="1 envelopes are on the board but not in the box"):
        open_box(cycle, shares[:2], by=clara, at=at("counting"))


ONE = "(SELECT min(fingerprint) FROM ballots_envelope)"
FRAUDS = {
    "an envelope is taken away": (
        f"DELETE FROM ballots_envelope WHERE fingerprint = {ONE}",
        "1 residents voted online, but have no envelope",
    ),
    "an envelope is added": (
        "INSERT INTO ballots_envelope (resident_id, contest_id, sealed, fingerprint, channel)"
        " SELECT id, contest_id, sealed, repeat('A', 32), 'online' FROM residents_resident, ballots_envelope"
        f" WHERE fingerprint = {ONE} AND id NOT IN (SELECT resident_id FROM ballots_envelope) LIMIT 1",
        "1 envelopes were put in by nobody who voted online",
    ),
    "a slot is raised": (
        "UPDATE ballots_castslot SET repeated = repeated + 5 WHERE slot = 7",
        "5 ballots were cast again, and what they replaced is not known",
    ),
    "a slot is raised, as if one more had voted": (
        "UPDATE ballots_castslot SET first = first + 1 WHERE slot = 7",
        "1 residents voted online, but have no envelope",
    ),
    "a slot is lowered": (
        "UPDATE ballots_castslot SET repeated = repeated - 1 WHERE slot = 7",
        "1 envelopes were replaced though nobody voted again",
    ),
    "what came and went is kept back": (
        "DELETE FROM ballots_replacedenvelope WHERE fingerprint NOT IN (SELECT unnest(added) FROM ballots_boardbatch)",
        "1 ballots were cast again, and what they replaced is not known",
    ),
    "what came and went is made up": (
        "INSERT INTO ballots_replacedenvelope (fingerprint, contest_id) SELECT repeat('A', 32), id"
        " FROM budgeting_contest WHERE slug = 'riverside'",
        "1 envelopes were replaced though nobody voted again",
    ),
    "a ballot that was replaced is put back": (
        "UPDATE ballots_envelope SET fingerprint = went.fingerprint FROM ballots_replacedenvelope AS went"
        " WHERE ballots_envelope.fingerprint = '{last}' AND went.fingerprint = '{first}'",
        "1 envelopes are back in the box",
    ),
}


def test_s4c_each_fraud_before_the_last_batch_is_named(
    voted, riverside_contest, rosa_may_vote, cycle, shares, clara, at
) -> None:
    for fraud, (sql, said) in FRAUDS.items():
        at("voting")
        with undone():
            without_triggers(sql.format(first=voted[0].fingerprint, last=voted[-1].fingerprint))
            for refused in (lambda: board.publish(riverside_contest), lambda: opened(cycle, shares, clara, at)):
                with pytest.raises(Refused, match=said) as told:
                    refused()
                assert "Riverside" in str(told.value), fraud
            assert not Opening.objects.exists(), fraud


def opened(cycle: Cycle, shares: list[Share], clara: User, at: Callable[[str], datetime]) -> Opening:
    return open_box(cycle, shares[:2], by=clara, at=at("counting"))


AFTERWARDS = (
    (FRAUDS["a slot is raised"][0], "The count of ballots cast is 5 off since the last batch"),
    (FRAUDS["what came and went is made up"][0], "1 envelopes were replaced after the last batch"),
    ("UPDATE ballots_boardbatch SET came_and_went = '{{}}' WHERE final", "batch 2 of the board was altered"),
)


def test_s4c_so_is_each_after_it(voted, riverside_contest, cycle, shares, clara, at) -> None:
    at("counting")
    assert board.publish(riverside_contest).final
    for sql, said in AFTERWARDS:
        with undone():
            without_triggers(sql.format())
            with pytest.raises(Refused, match=said):
                opened(cycle, shares, clara, at)


def test_a_batch_that_lists_fewer_than_were_cast_is_named_though_its_root_fits(voted, riverside_contest, at) -> None:
    """As somebody would write it who rewrites the board as a whole."""
    at("counting")
    final = board.publish(riverside_contest)
    final.came_and_went = []
    without_triggers(
        f"UPDATE ballots_boardbatch SET came_and_went = '{{}}', root = '{chain.root_of(final)}' WHERE final"
    )
    assert stocktaking.errors(riverside_contest) == [
        f"{riverside_contest}: batch 2 of the board lists other envelopes than ballots were cast."
    ]


# What the database refuses --------------------------------------------------------------------------------------------


KEPT = (
    ("UPDATE ballots_castslot SET first = first + 2 WHERE slot = 7", "grows by one ballot"),
    ("UPDATE ballots_castslot SET first = first + 1", "grows by one ballot"),
    ("UPDATE ballots_castslot SET first = first - 1, repeated = repeated + 2 WHERE slot = 7", "grows by one"),
    ("UPDATE ballots_castslot SET repeated = repeated - 1 WHERE slot = 7", "grows by one ballot"),
    ("UPDATE ballots_castslot SET slot = 300, first = first + 1 WHERE slot = 7", "grows by one ballot"),
    ("DELETE FROM ballots_castslot", "may only be added to"),
    ("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE ballots_castslot", "may only be added to"),
    ("DELETE FROM ballots_replacedenvelope", "stays until it is on the board"),
    ("UPDATE ballots_replacedenvelope SET fingerprint = repeat('A', 32)", "may only be added to"),
    ("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE ballots_replacedenvelope", "may only be added to"),
)


def test_the_database_keeps_what_was_counted(voted) -> None:
    for sql, said in KEPT:
        assert said in refused_by_the_database(sql)
        with pytest.raises(IntegrityError, match=said), leaving_guards_aside() as cursor:
            cursor.execute(sql)


A_FEW = ["(0, 0, 0)"]
ABOVE_NOTHING = [f"({slot}, {int(slot == 9)}, 0)" for slot in range(SLOTS)]
ELSEWHERE = [f"({slot + 1}, 0, 0)" for slot in range(SLOTS)]


@pytest.mark.parametrize("slots", [A_FEW, ABOVE_NOTHING, ELSEWHERE])
def test_nobody_begins_with_a_few_slots_or_above_nothing(hillside_contest, slots: list[str]) -> None:
    made = (
        f"FROM budgeting_contest, (VALUES {', '.join(slots)}) AS begins (slot, first, repeated) WHERE slug = 'hillside'"
    )
    sql = f"INSERT INTO ballots_castslot (contest_id, slot, first, repeated) SELECT id, begins.* {made}"
    assert "begin together and at nothing" in refused_by_the_database(sql)
    with pytest.raises(IntegrityError, match="begin together"), leaving_guards_aside() as cursor:
        cursor.execute(sql)


def test_after_the_last_batch_nothing_is_counted_any_more(voted, riverside_contest, at) -> None:
    at("counting")
    board.publish(riverside_contest)
    said = refused_by_the_database("UPDATE ballots_castslot SET repeated = repeated + 1 WHERE slot = 7")
    assert "the vote of this contest is closed" in said


def test_a_contest_without_slots_takes_no_ballot(voting, rosa_may_vote, riverside_contest) -> None:
    without_triggers("DELETE FROM ballots_castslot")
    with pytest.raises(LookupError, match="no slots"):
        cast(riverside_contest, {1: 1}, by=rosa_may_vote)


def test_slots_begin_by_chance_and_together_at_nothing(riverside_paper, riverside_contest) -> None:
    begun = list(CastSlot.objects.filter(contest=riverside_contest).values_list("first", "repeated"))
    assert len(begun) == SLOTS
    assert [sum(column) for column in zip(*begun, strict=True)] == [0, 0]
    assert len(set(begun)) > SLOTS * 9 // 10
    stock = stocktaking.take(riverside_contest)
    assert (stock.first, stock.repeated) == (0, 0)


# A city that comes from an earlier version in the middle of its vote ------------------------------------------------


@kept
def upgraded(voted: list[Receipt], neighbours: list[User], riverside_contest: Contest) -> None:
    """The earlier version left every vote in the log and no count on the board; then the migration ran."""
    lines = [user.verifications.get().resident_id for user in (*neighbours, *neighbours[:AGAIN], neighbours[0])]
    for line in lines:
        AuditEvent.append(Done.VOTED, by=None, on=riverside_contest, resident=line)
    first = riverside_contest.batches.get()
    first.first = first.repeated = None
    without_triggers(
        "UPDATE ballots_boardbatch SET first = NULL, repeated = NULL, log_head = '',"
        f" root = '{chain.root_of(first)}';"
        "DELETE FROM ballots_castslot; DELETE FROM ballots_replacedenvelope;"
        "ALTER TABLE ballots_participation ALTER day DROP NOT NULL; UPDATE ballots_participation SET day = NULL"
    )
    migration = import_module("ballots.migrations.0021_casts_are_counted")
    with lifted("ballots_castslot", "grows_by_one"):
        migration.count_what_was_cast(apps, None)


def test_after_an_upgrade_the_slots_hold_what_the_log_knew(upgraded, riverside_contest) -> None:
    stock = stocktaking.take(riverside_contest)
    assert (stock.first, stock.repeated, stock.voters) == (12, AGAIN + 1, 12)
    assert len(stock.gone) == AGAIN, "of what was on the board; the one that came and went is known to nobody"
    today = localdate(AuditEvent.objects.filter(action="voted").latest("number").at)
    assert set(Participation.objects.values_list("day", flat=True)) == {today}


def test_after_an_upgrade_the_vote_goes_on_and_is_opened(
    upgraded, neighbours, riverside_contest, cycle, shares, clara, at
) -> None:
    cast(riverside_contest, {4: 1}, by=neighbours[5])
    opened(cycle, shares, clara, at)
    first, final = riverside_contest.batches.all()
    assert chain.text_of(first).startswith("common-purse board 1\n")
    assert chain.text_of(final).startswith("common-purse board 2\n")
    assert (final.first, final.repeated, len(final.replaced)) == (12, AGAIN + 2, AGAIN + 1)
    assert stocktaking.errors(riverside_contest) == []


def test_after_an_upgrade_what_nobody_voted_for_is_still_named(
    upgraded, riverside_contest, cycle, shares, clara, at
) -> None:
    """Of the earlier version's ballots one is known to nobody: more than that cannot be hidden behind it."""
    exchange(riverside_contest, 2)
    with pytest.raises(Refused, match="1 envelopes were replaced though nobody voted again"):
        opened(cycle, shares, clara, at)


def test_after_an_upgrade_the_first_batch_settles_what_is_not_known(upgraded, neighbours, riverside_contest) -> None:
    for user in neighbours[: board.CROWD]:
        cast(riverside_contest, {4: 1}, by=user)
    assert board.publish(riverside_contest)
    exchange(riverside_contest, 1)
    with pytest.raises(Refused, match="1 envelopes were replaced though nobody voted again"):
        board.publish(riverside_contest)
