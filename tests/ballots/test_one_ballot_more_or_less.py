"""One more or one less in any part of the vote: it is not opened, or not counted, and it is said where (T-34)."""

from collections.abc import Callable

import pytest

from ballots.counting import count_contest
from ballots.models import Count, FromElsewhere, OpenedBallot, Opening
from budgeting.models import Contest
from lib.refusal import Refused
from tests.databases import undone
from tests.lies import every_guard_lifted
from tests.vote import leaving_guards_aside

HERE = "contest_id = (SELECT id FROM budgeting_contest WHERE slug = 'hillside')"
ONE = f"(SELECT min(fingerprint) FROM ballots_envelope WHERE {HERE})"
ITS_LINE = f"resident_id = (SELECT resident_id FROM ballots_envelope WHERE fingerprint = {ONE})"
NOBODY = "(SELECT id FROM residents_resident WHERE id NOT IN (SELECT resident_id FROM ballots_envelope) LIMIT 1)"
PLACE = {"riverside": "Riverside, Participatory budget 2027: ", "hillside": "Hillside, Participatory budget 2027: "}

BEFORE_THE_OPENING = {
    "one more in the count of first ballots": (
        f"UPDATE ballots_castslot SET first = first + 1 WHERE slot = 9 AND {HERE}",
        "1 residents voted online, but have no envelope",
    ),
    "one less": (
        f"UPDATE ballots_castslot SET first = first - 1 WHERE slot = 9 AND {HERE}",
        "1 envelopes were put in by nobody who voted online",
    ),
    "one more in the count of ballots cast again": (
        f"UPDATE ballots_castslot SET repeated = repeated + 1 WHERE slot = 9 AND {HERE}",
        "1 ballots were cast again, and what they replaced is not known",
    ),
    "one less of these": (
        f"UPDATE ballots_castslot SET repeated = repeated - 1 WHERE slot = 9 AND {HERE}",
        "1 envelopes were replaced though nobody voted again",
    ),
    "one more on the roll": (
        "INSERT INTO ballots_participation (resident_id, contest_id, channel, hand, day)"
        f" SELECT {NOBODY}, contest_id, channel, hand, day FROM ballots_participation WHERE {HERE} AND {ITS_LINE}",
        "1 residents are on the roll as having voted online, but have no envelope",
    ),
    "one less on the roll": (
        f"DELETE FROM ballots_participation WHERE {HERE} AND {ITS_LINE}",
        "1 envelopes came online from nobody on the roll of who voted",
    ),
    "one more in the box": (
        "INSERT INTO ballots_envelope (resident_id, contest_id, sealed, fingerprint, channel)"
        f" SELECT {NOBODY}, contest_id, sealed, repeat('A', 32), channel FROM ballots_envelope"
        f" WHERE fingerprint = {ONE}",
        "1 envelopes were put in by nobody who voted online",
    ),
    "one less in the box": (
        f"DELETE FROM ballots_envelope WHERE fingerprint = {ONE}",
        "1 residents voted online, but have no envelope",
    ),
    "one more set aside": (
        "INSERT INTO ballots_setaside (contest_id, fingerprint, joined_id, at)"
        f" SELECT contest_id, {ONE}, id, at FROM residents_joinedline, (SELECT contest_id FROM ballots_envelope"
        f" WHERE fingerprint = {ONE}) AS here",
        "1 envelopes that came online are set aside, though no two lines were joined",
    ),
    "one less set aside, in Riverside": (
        "DELETE FROM ballots_setaside",
        "1 envelopes that came online were to be set aside as lines were joined, and are not",
    ),
}
AFTER_THE_OPENING = {
    f"UPDATE ballots_openedballot SET ballots = ballots + 1 WHERE {HERE}": 3,
    f"UPDATE ballots_openedballot SET ballots = ballots - 1 WHERE {HERE}": 1,
    "INSERT INTO ballots_invalidballot (contest_id, reason, ballots)"
    f" SELECT contest_id, 'Why', 1 FROM ballots_openedballot WHERE {HERE}": 3,
}  # how many are stored then


@pytest.mark.parametrize("close_first", [False, pytest.param(True, marks=pytest.mark.long)])
def test_t34_with_one_more_or_less_the_box_stays_shut_and_nothing_is_counted(whole_vote, close_first: bool) -> None:
    """Before the last batch of the board, and after it; then after the opening."""
    whole_vote.to_voting()
    if close_first:
        whole_vote.to_the_close()
    with every_guard_lifted():
        for name, (sql, sentence) in BEFORE_THE_OPENING.items():
            where = PLACE["riverside" if "Riverside" in name else "hillside"]
            said = refused(sql, whole_vote.to_the_opening)
            assert f"{where}{sentence}" in said, name
            other = PLACE["hillside" if "Riverside" in name else "riverside"]
            assert other not in said, name
    assert not Opening.objects.exists()
    whole_vote.to_the_opening()
    hillside, moment = whole_vote.boxes[1], whole_vote.at("counting")
    with every_guard_lifted():
        for sql, stored in AFTER_THE_OPENING.items():
            said = refused(sql, lambda: count_contest(hillside, by=whole_vote.clara, at=moment))
            assert said == f"Hillside: {stored} ballots are stored, and the record of the opening has 2 (online: 2)."
    assert not Count.objects.exists()


def test_t34_with_one_more_or_less_from_elsewhere_nothing_is_counted(riverside_paper, riverside_contest, at) -> None:
    moment = at("counting")
    OpenedBallot.objects.create(contest=riverside_contest, content="1:1", ballots=7)
    FromElsewhere.objects.create(contest=riverside_contest, ballots=7, at=moment)
    for change, stored in (("+ 1", 8), ("- 1", 6)):
        with every_guard_lifted():
            sql = f"UPDATE ballots_openedballot SET ballots = ballots {change}"
            said = refused(sql, lambda: count_contest(riverside_contest, by=None, at=moment))
        assert said == f"Riverside: {stored} ballots are stored, and 7 came from elsewhere."
    assert count_contest(Contest.objects.get(pk=riverside_contest.pk), by=None, at=moment)


def refused(sql: str, deed: Callable[[], object]) -> str:
    """What is said to who tries, with that in the database."""
    with undone():
        with leaving_guards_aside() as cursor:
            cursor.execute(sql)
        with pytest.raises(Refused) as refusal, undone():
            deed()
    return refusal.value.sentence
