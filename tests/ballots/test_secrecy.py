"""T-25: with the whole database, its write-ahead log and a backup in hand, nobody learns how anybody voted.

Before the opening no plain choice is to be found anywhere; after it no voter can be tied to a choice better than by
chance, nor be found to have voted again. Each search is also made for something it must find, and the linkage is also
tried on a naive schema.
"""

import base64
import io
import logging
import operator
import random
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.models import User
from audit.models import AuditEvent
from ballots import board, key, marks, stocktaking
from ballots.models import CastSlot, Envelope, OpenedBallot
from ballots.opening import open_box
from ballots.sealing import Share
from budgeting.models import Contest, District
from budgeting.people import RoleName
from residents.letters import make_codes
from residents.models import LetterCode, Verification
from tests.cast import cycle_of_2027, enrol, hands_of_the_clock, person, put_on_paper, square
from tests.databases import Aside, as_owner
from tests.letters import Posted, word_of
from tests.thoroughness import walks
from tests.vote import cast

FEW = 200
VOTERS = walks(FEW, 2000)
LINES = 24
ALMOST_ALL = 0.9 * VOTERS  # a few are cut in two by the headers of the pages they lie on
# Of as many guesses at different ballots chance gets one right; it gets ten or more once in ten million times.
BY_CHANCE = 9
# A slot belongs to the whole server, where another run may have one for its own database.
SLOT = "left('secrecy_' || regexp_replace(lower(current_database()), '[^a-z0-9_]', '_', 'g'), 63)"

pytestmark = pytest.mark.heavy


def rows(sql: str) -> list:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]


@dataclass
class Vote:
    """Who voted, and how: what the tests know and nobody else may."""

    log_begins: str  # where in the server's write-ahead log
    choices: dict[int, dict[int, int]] = field(default_factory=dict)  # by resident
    contest: Contest | None = None
    clerk: User | None = None
    shares: list[Share] = field(default_factory=list)
    said: str = ""  # what the platform printed and logged
    again: set[int] = field(default_factory=set)  # the residents who voted a second time
    slots_began: dict[int, tuple[int, int]] = field(default_factory=dict)
    slots_of_few: dict[int, tuple[int, int]] = field(default_factory=dict)  # once so few had voted that some were alone
    last_of_few: dict[int, int] = field(default_factory=dict)
    replaced_with: list[int] = field(default_factory=list)  # by transaction number, before any batch came up


def different_ballots() -> list[dict[int, int]]:
    """A ballot for each voter, no two alike, in no order."""
    lottery = random.Random(2027)
    found: set[tuple[int, ...]] = set()
    while len(found) < VOTERS:
        found.add(tuple(sorted(lottery.sample(range(1, LINES + 1), lottery.randint(6, 14)))))
    ballots = sorted(found)
    lottery.shuffle(ballots)
    return [dict.fromkeys(marks, 1) for marks in ballots]


@pytest.fixture(scope="module", autouse=True)
def _a_database_of_its_own(aside: Callable[[str], Aside]) -> Iterator[None]:
    """What happens here must be committed, and cannot be undone: the whole database goes at the end."""
    with aside("secrecy").in_use():
        yield


@pytest.fixture(scope="module")
def _the_log_is_kept(_a_database_of_its_own: None) -> Iterator[None]:
    """The server keeps its write-ahead log until the tests have read it."""
    try:
        with as_owner():
            rows(f"SELECT lsn::text FROM pg_create_physical_replication_slot({SLOT}, true)")
    except DatabaseError as refused:
        pytest.skip(f"this database user may not keep the write-ahead log: {refused}")
    try:
        yield
    finally:
        with as_owner():
            rows(f"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = {SLOT}")


def end_of_the_log() -> str:
    return rows("SELECT pg_current_wal_lsn()::text")[0]


@pytest.fixture(scope="module")
def vote(_the_log_is_kept: None) -> Vote:
    """The residents of Riverside vote, each differently; ten in the booth, and ten there with a letter alone.

    Three of ten do so again. They do so once: the first test looks before the opening, the last opens the box.
    """
    told, said = Vote(end_of_the_log()), io.StringIO()
    logging.getLogger().addHandler(handler := logging.StreamHandler(said))
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(said):
        let_them_vote(told, hands_of_the_clock(patch))
    logging.getLogger().removeHandler(handler)
    told.said = said.getvalue()
    return told


def let_them_vote(told: Vote, at: Callable[[str], object]) -> None:
    cycle, told.clerk = cycle_of_2027(), person("Clara", RoleName.CLERK)
    riverside = District.objects.create(slug="riverside", name="Riverside", boundary=square(0, 0), population=12_000)
    told.contest = Contest.objects.create(cycle=cycle, district=riverside, budget=250_000_00)
    put_on_paper(told.contest, [1000_00 + number for number in range(LINES)])
    moment = at("presenting")
    holders = [told.clerk, person("Ines", RoleName.COUNCIL), person("Otto", RoleName.AUDITOR)]
    told.shares = key.make(cycle, holders, by=told.clerk, at=moment)
    key.rehearse(cycle, told.shares[:2], by=told.clerk, at=moment)
    at("voting")
    told.slots_began = slots()
    for number, choices in enumerate(different_ballots()):
        user = person(f"Voter{number}")
        resident = enrol(user, cycle, riverside).pk
        told.choices[resident] = choices
        if number >= 20 and number % 10 in (3, 5, 8):
            told.again.add(resident)
            cast(told.contest, {}, by=user)
        if number < 10:
            vote_in_the_booth(user, list(choices))
        elif number < 20:
            vote_with_a_letter(user, list(choices))
        else:
            cast(told.contest, choices, by=user)
        if number == FEW - 1:
            told.slots_of_few, told.last_of_few = slots(), last_in_a_slot()
    told.replaced_with = rows(WHO_VOTED_AGAIN["replaced envelopes"])


def slots() -> dict[int, tuple[int, int]]:
    return {
        slot: (first, repeated) for slot, first, repeated in CastSlot.objects.values_list("slot", "first", "repeated")
    }


def last_in_a_slot() -> dict[int, int]:
    """Who was counted last in which slot, by the numbers of transactions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT resident_id, slot FROM ballots_castslot s JOIN ballots_envelope e ON e.xmin = s.xmin")
        return dict(cursor.fetchall())


def vote_in_the_booth(user: User, marks: Sequence[int]) -> None:
    booth = Client()
    booth.force_login(user)
    for step in ("review", "cast"):
        booth.post(f"/2027/riverside/ballot/{step}/", {"choice": [str(mark) for mark in marks]})


def vote_with_a_letter(user: User, marks: Sequence[int]) -> None:
    """Somebody's line loses its account, and they vote by post instead."""
    tie = Verification.objects.get(user=user)
    tie.delete()
    [(code, _reference)] = make_codes([tie.resident], by=None, at=tie.at)
    letter = Posted(code, LetterCode.objects.get(resident=tie.resident), tie.resident)
    booth = letter.opens()
    ballot = {"choice": [str(mark) for mark in marks], "booth": word_of(booth)}
    for step in ("review", "cast"):
        booth.post(f"/2027/riverside/ballot/{step}/", ballot)
    # Nothing of it was kept where it ended untouched, with all choices on the page.
    Client().post("/2027/riverside/ballot/cast/", ballot)
    booth.post("/ballots/end/")


def spellings(choices: dict[int, int]) -> list[bytes]:
    """The ways in which these choices might have been written down."""
    chosen = sorted(choices)
    vector = marks.encode(choices, LINES)[marks.HEAD :]
    words = [
        marks.as_text(choices),
        ", ".join(map(str, chosen)),
        ",".join(map(str, chosen)),
        "', '".join(map(str, chosen)),
        '", "'.join(map(str, chosen)),
        " ".join(map(str, chosen)),
        "&".join(f"choice={mark}" for mark in chosen),
        ", ".join(f"{mark}: 1" for mark in chosen),
        ",".join(f'"{mark}":1' for mark in chosen),
        ", ".join(f'"{mark}": 1' for mark in chosen),
        base64.b64encode(vector).decode(),
        vector.hex(),
        "".join("1" if mark in choices else "0" for mark in range(1, LINES + 1)),
    ]
    return [vector, *(word.encode() for word in words)]


def found_in(store: bytes, vote: Vote) -> list[bytes]:
    """The spellings that occur in the store."""
    return occurring(store, (spelling for choices in vote.choices.values() for spelling in spellings(choices)))


def occurring(store: bytes, words: Iterable[bytes]) -> list[bytes]:
    """Those of the words that occur in the store, all searched for at once by their eight most telling bytes."""
    anchors: dict[int, list[tuple[int, bytes]]] = {}
    for word in words:
        start = max(range(len(word) - 7), key=lambda at: 8 - word.count(0, at, at + 8))
        anchor = int.from_bytes(word[start : start + 8], "little")
        anchors.setdefault(anchor, []).append((start, word))
    wanted, found = np.array(list(anchors), np.uint64), []
    begins_like_one = np.zeros(1 << 16, bool)  # by two bytes of the eight: most places can be passed over at a glance
    begins_like_one[wanted & 0xFFFF] = True
    for shift in range(min(8, len(store))):
        number = max(0, (len(store) - shift) // 8)
        likely = np.flatnonzero(begins_like_one[np.frombuffer(store, "<u2", number * 4, shift)[::4]])
        eights = np.frombuffer(store, "<u8", number, shift)[likely]
        for hit in likely[np.isin(eights, wanted)]:
            at = int(hit) * 8 + shift
            here = anchors[int.from_bytes(store[at : at + 8], "little")]
            found += [word for start, word in here if at >= start and store.startswith(word, at - start)]
    return found


def backup(folder: Path) -> bytes:
    """What pg_dump gives of the whole database. The program is the server's own, found beside it."""
    number = (folder / "postmaster.pid").read_text().split()[0]
    program = Path(f"/proc/{number}/exe").resolve().parent / "pg_dump"
    if not program.exists():
        pytest.skip(f"there is no {program}")
    database = connection.settings_dict
    command = [program, "--host", database["HOST"], "--username", database["USER"], database["NAME"]]
    return subprocess.run(command, capture_output=True, check=True).stdout


def files_of_the_server() -> Path:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        folder = Path(cursor.fetchone()[0])
        try:
            list((folder / "pg_wal").iterdir())
        except OSError as refused:
            pytest.skip(f"the server's files cannot be read: {refused}")
        cursor.execute("CHECKPOINT")
    return folder


def write_ahead_log(folder: Path, begins: str) -> bytes:
    """What was written to it since the vote began."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM pg_walfile_name_offset(%s::pg_lsn) a, pg_walfile_name_offset(pg_current_wal_lsn()) b",
            [begins],
        )
        first, start, last, end = cursor.fetchone()
    segments = sorted(path for path in (folder / "pg_wal").iterdir() if first <= path.name <= last)
    log = b"".join(path.read_bytes() for path in segments)
    return log[start : len(log) - segments[-1].stat().st_size + end]


def gather_statistics() -> None:
    """As autovacuum leaves them: samples of every column, in tables of their own."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def tables(folder: Path) -> bytes:
    """Every file of this database, as it lies on the disk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        base = folder / "base" / str(cursor.fetchone()[0])
    return b"".join(path.read_bytes() for path in base.iterdir() if path.is_file())


@pytest.mark.long
def test_no_plain_choice_is_anywhere_during_voting(vote, at) -> None:
    at("voting")
    batch = board.publish(vote.contest)
    canary = spellings(next(iter(vote.choices.values())))[3]
    gather_statistics()
    folder = files_of_the_server()
    stores = {
        "backup": backup(folder),
        "write-ahead log": write_ahead_log(folder, vote.log_begins),
        "files": tables(folder),
    }
    fingerprints = [fingerprint.encode() for fingerprint in Envelope.objects.values_list("fingerprint", flat=True)]
    for name, store in stores.items():
        seen = set(occurring(store, fingerprints))
        assert len(seen) > ALMOST_ALL, f"the search of the {name} finds nothing at all"
        assert found_in(store, vote) == [], f"a plain choice in the {name}"
        assert found_in(store[-1000:] + canary, vote) == [canary]
    assert found_in(vote.said.encode(), vote) == []
    in_order_of_voting = rows("SELECT fingerprint FROM ballots_envelope ORDER BY ctid")
    assert batch.added == sorted(in_order_of_voting)
    assert sum(map(operator.eq, batch.added, in_order_of_voting)) <= BY_CHANCE


# How often ----------------------------------------------------------------------------------------------------------

WHO_VOTED_AGAIN = {
    "replaced envelopes": (
        "SELECT resident_id FROM ballots_replacedenvelope went JOIN ballots_envelope e ON e.xmin = went.xmin"
    ),
    "participation": (
        "SELECT resident_id FROM ballots_participation p JOIN ballots_envelope e USING (resident_id, contest_id)"
        " WHERE e.xmin <> p.xmin"
    ),
}


@pytest.mark.long
def test_no_voter_is_found_to_have_voted_again(vote, at) -> None:
    """T-26, T-27. By whom a slot was counted in last, the numbers of transactions tell; not, as a first vote or not."""
    at("voting")
    board.publish(vote.contest)
    for where, sql in WHO_VOTED_AGAIN.items():
        assert rows(sql) == [], where
    last, now = last_in_a_slot(), slots()
    assert len(last) > FEW // 3, "so many were alone in their slot, or the last in it"
    guess = {one for one, slot in last.items() if now[slot][1] > now[slot][0]}
    share = len(vote.again & last.keys()) / len(last)
    deviation = (len(guess) * share * (1 - share)) ** 0.5
    assert len(guess & vote.again) <= len(guess) * share + 5 * deviation


@pytest.mark.long
def test_the_experiment_does_find_who_voted_again_before_a_batch_or_where_slots_begin_at_nothing(vote) -> None:
    """The negative control: who has a copy from between two batches, or knew what each slot began at, would know."""
    assert set(vote.replaced_with) == vote.again
    grown = {
        slot: (first - vote.slots_began[slot][0], repeated - vote.slots_began[slot][1])
        for slot, (first, repeated) in vote.slots_of_few.items()
    }
    alone = {one: grown[slot] for one, slot in vote.last_of_few.items() if sum(grown[slot]) == 1}
    assert {one for one, counted in alone.items() if counted == (0, 1)} == vote.again & alone.keys() != set()


# After the opening --------------------------------------------------------------------------------------------------


def right(guess: Sequence[int], ballots: Sequence[str], vote: Vote) -> int:
    """How many are right, if the residents in this order cast the ballots in that order."""
    return sum(marks.as_text(vote.choices[one]) == said for one, said in zip(guess, ballots, strict=True))


VOTERS_IN_ORDER_OF = {
    "transaction": "SELECT resident_id FROM ballots_envelope ORDER BY xmin::text::bigint",
    "place on disk": "SELECT resident_id FROM ballots_envelope ORDER BY ctid",
    "fingerprint": 'SELECT resident_id FROM ballots_envelope ORDER BY fingerprint COLLATE "C"',
    "sealed bytes": "SELECT resident_id FROM ballots_envelope ORDER BY sealed",
    "register": "SELECT resident_id FROM ballots_envelope ORDER BY resident_id",
    "participation": "SELECT resident_id FROM ballots_participation ORDER BY ctid",
    "participation by transaction": "SELECT resident_id FROM ballots_participation ORDER BY xmin::text::bigint",
    "slot": (
        "SELECT resident_id FROM ballots_envelope e LEFT JOIN ballots_castslot s ON e.xmin = s.xmin ORDER BY slot"
    ),
}
BALLOTS_IN_ORDER_OF = {
    "transaction": "SELECT content FROM ballots_openedballot ORDER BY xmin::text::bigint, ctid",
    "place on disk": "SELECT content FROM ballots_openedballot ORDER BY ctid",
    "number": "SELECT content FROM ballots_openedballot ORDER BY id",
    "content": 'SELECT content FROM ballots_openedballot ORDER BY content COLLATE "C"',
}


@pytest.mark.long
def test_no_voter_is_tied_to_a_choice_after_the_opening(vote, at) -> None:
    moment = at("counting")
    open_box(vote.contest.cycle, vote.shares[:2], by=vote.clerk, at=moment)
    assert OpenedBallot.objects.count() == VOTERS == stocktaking.take(vote.contest).voters
    assert not AuditEvent.objects.filter(facts__has_key="resident", action="voted").exists()
    for vacuum in (False, True):
        if vacuum:
            rows_after_vacuum()
        for voters, one in VOTERS_IN_ORDER_OF.items():
            for ballots, other in BALLOTS_IN_ORDER_OF.items():
                guess, said = rows(one), rows(other)
                tried = f"voters by {voters}, ballots by {ballots}"
                assert right(guess, said, vote) <= BY_CHANCE, tried
                assert right(guess[::-1], said, vote) <= BY_CHANCE, f"{tried}, backwards"
    joined = "SELECT count(*) FROM ballots_envelope e JOIN ballots_openedballot o ON e.xmin::text = o.xmin::text"
    assert rows(joined) == [0]


def rows_after_vacuum() -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM FULL ballots_envelope, ballots_openedballot")


@pytest.mark.long
@pytest.mark.usefixtures("_the_log_is_kept")
def test_the_experiment_does_tie_voters_to_choices_where_the_schema_is_naive() -> None:
    """The negative control: who voted in one table, what was voted in another, as is often thought enough."""
    vote = Vote(end_of_the_log(), dict(enumerate(different_ballots())))
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE naive_voter (resident_id bigint); CREATE TABLE naive_vote (content text)")
        cursor.execute("GRANT ALL ON naive_voter, naive_vote TO PUBLIC")
    for resident, choices in vote.choices.items():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO naive_voter VALUES (%s)", [resident])
            cursor.execute("INSERT INTO naive_vote VALUES (%s)", [marks.as_text(choices)])
    by_transaction = "ORDER BY xmin::text::bigint"
    voters = rows(f"SELECT resident_id FROM naive_voter {by_transaction}")
    assert right(voters, rows(f"SELECT content FROM naive_vote {by_transaction}"), vote) == VOTERS
    folder = files_of_the_server()
    assert len(found_in(write_ahead_log(folder, vote.log_begins), vote)) > ALMOST_ALL
