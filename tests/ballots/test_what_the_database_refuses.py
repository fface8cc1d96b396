"""T-02: what no page does is tried on the database, with the guards told to stand aside: it refuses by itself.

What is tried here is not tried elsewhere: `test_casting.py`, `test_what_was_cast_is_counted.py`,
`test_after_the_opening.py`, `tests/test_guards.py`.
"""

import pytest
from django.db import DatabaseError

from ballots import board
from ballots.models import Envelope, Participation
from tests.cast import enrol
from tests.vote import cast, leaving_guards_aside

LATE = (
    "INSERT INTO ballots_envelope (resident_id, contest_id, sealed, fingerprint, channel)"
    " SELECT {tomas}, contest_id, sealed, repeat('A', 32), 'online' FROM ballots_envelope"
)
EXCHANGED = "UPDATE ballots_envelope SET sealed = {altered}, fingerprint = repeat('A', 32)"
TOOK_PART = (
    "INSERT INTO ballots_participation (resident_id, contest_id, channel, hand, day)"
    " SELECT {tomas}, contest_id, 'account', 1, now() FROM ballots_participation"
)
WHILE_IT_IS_OPEN = {
    "UPDATE ballots_envelope SET sealed = {altered}": "change together",
    "UPDATE ballots_envelope SET fingerprint = repeat('A', 32)": "change together",
    "UPDATE ballots_envelope SET sealed = substr(sealed, 2), fingerprint = repeat('A', 32)": "not the length",
    TOOK_PART: "has a ballot in the box",
    "UPDATE ballots_participation SET resident_id = {tomas}": "has a ballot in the box",
    "TRUNCATE ballots_participation": "may only be added to",
    "UPDATE ballots_boardbatch SET added = '{{}}'": "may only be added to",
    "DELETE FROM ballots_boardbatch": "may only be added to",
    "TRUNCATE ballots_boardbatch": "may only be added to",
    "DELETE FROM ballots_ballotboxkey": "sealed to this key",
    "INSERT INTO ballots_setaside (contest_id, fingerprint, joined_id, at)"
    " SELECT contest_id, fingerprint, 1, now() FROM ballots_envelope": "set aside where another counts",
    "UPDATE budgeting_phase SET closes = now() WHERE stage = 'voting'": "follows what two people did",
}
ONCE_IT_IS_SHUT = {
    LATE: "box of this contest is shut",
    EXCHANGED: "box of this contest is shut",
    "UPDATE ballots_envelope SET channel = 'paper'": "box of this contest is shut",
    "UPDATE ballots_castslot SET first = first + 1 WHERE slot = 7": "vote of this contest is closed",
    "UPDATE budgeting_phase SET closes = closes + interval '1 hour' WHERE stage = 'voting'": "is closed",
}


@pytest.fixture
def told(voting, tomas, cycle, riverside, rosa_may_vote, riverside_contest) -> dict[str, object]:
    """Rosa has voted, and her envelope is on the board; Tomas has not."""
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    assert board.publish(riverside_contest)
    tomas_line = enrol(tomas, cycle, riverside)
    return {"tomas": tomas_line.pk, "altered": "overlay(sealed placing '\\x00'::bytea from 5)"}


def refused(sql: str, told: dict[str, object]) -> str:
    with pytest.raises(DatabaseError) as refusal, leaving_guards_aside() as cursor:
        cursor.execute(sql.format(**told))
    return str(refusal.value)


def test_while_people_vote(told) -> None:
    for sql, said in WHILE_IT_IS_OPEN.items():
        assert said in refused(sql, told), sql
    with leaving_guards_aside() as cursor:
        cursor.execute(LATE.format(**told))
    assert Envelope.objects.count() == 2, "an envelope of his, by whoever holds the key of the box, is one; as yet"


def test_once_the_last_batch_is_up(told, riverside_contest, at) -> None:
    """With an envelope more, or another one, the box could not be opened any more."""
    at("counting")
    assert board.publish(riverside_contest).final
    for sql, said in ONCE_IT_IS_SHUT.items():
        assert said in refused(sql, told), sql
    assert (Envelope.objects.count(), Participation.objects.count()) == (1, 1)
