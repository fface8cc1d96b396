"""T-24: what people choose, and the holders' words, are in nothing that a city's programs write down.

The database's server logs whatever it can, with all values; so do the pages. Residents vote, with mistakes, and while
the booth breaks; the holders type their words. And T-25, T-26: whoever has all of it ties nobody to a ballot.
"""

import base64
import json
import operator
import re
import subprocess
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import urlencode

import pytest

import postgres
from ballots import marks
from ballots.sealing import in_groups
from tests.drills import out_of_order, traces
from tests.drills.city import BALLOT, City, a_city, until

pytestmark = [
    pytest.mark.drill,
    pytest.mark.long,
    pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="finds the city's processes in /proc"),
]
VOTERS, SIZE = 32, 6
LEAST, MOST = 10_000, 10_650  # points on one project: three times the most can still be given
BOX = "/2027/box/"
WORD = re.compile(r"<li><code>(\w+)</code></li>")
# Whoever runs the server may have it do all this; the product's own settings of an embedded one are overruled.
WAITING = "SELECT count(*) FROM notices_mail WHERE sent_at IS NULL"
TALKATIVE = {
    "log_statement": "all",
    "log_min_duration_statement": "0",
    "log_min_error_statement": "debug5",
    "log_error_verbosity": "verbose",
    "log_parameter_max_length": "-1",
    "log_parameter_max_length_on_error": "-1",
    "log_connections": "on",
    "log_temp_files": "0",
    "shared_preload_libraries": "auto_explain,pg_stat_statements",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_parameter_max_length": "-1",
    "auto_explain.log_verbose": "on",
    "pg_stat_statements.track": "all",
    "track_commit_timestamp": "on",
    "wal_level": "logical",
}
ACCESS = '%(h)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(q)s" %(L)s %({cookie}i)s %({content-type}i)s %({location}o)s'


def matches(pattern: str, lines: Iterable[str]) -> Iterator[str]:
    """What the pattern's group matched, where it did."""
    return (found[1] for line in lines if (found := re.search(pattern, line)))


@dataclass
class Vote:
    """Who voted how: what the test knows and nobody else may."""

    city: City
    choices: dict[int, dict[int, int]] = field(default_factory=dict)  # by resident
    others: list[dict[int, int]] = field(default_factory=list)  # filled in, and never in the box
    log_begins: int = 0  # of the database's server, in bytes

    @property
    def resident_of(self) -> dict[str, int]:
        return dict(zip(self.city.people.sessions, self.city.people.residents, strict=True))

    @property
    def traces(self) -> list[traces.Trace]:
        ballots = [trace for each in (*self.choices.values(), *self.others) for trace in traces.of_ballot(each, SIZE)]
        return ballots + [trace for _, words in self.city.people.shares for trace in traces.of_share(words)]


@pytest.fixture(scope="module")
def vote() -> Iterator[Vote]:
    """All of them have voted; the box is shut."""
    options = ["--config", Path(out_of_order.__file__), "--access-logfile", "-", "--access-logformat", ACCESS]
    with pytest.MonkeyPatch.context() as patch, a_city(*options, "--log-level", "debug") as city:
        patch.setattr(postgres, "SETTINGS", postgres.SETTINGS | TALKATIVE)
        for name, folder in {out_of_order.ORDERS: "orders", "TMPDIR": "temporary"}.items():
            (city.folder / folder).mkdir(mode=0o777)
            city.env[name] = str(city.folder / folder)
        with city.server.running():
            city.begin(VOTERS, "--points", "--without-key")
            city.sql("CREATE EXTENSION pg_stat_statements")
            city.sql("SELECT pg_create_logical_replication_slot('follower', 'test_decoding')")
            told = Vote(city, log_begins=len(log_of_the_server(city)))
            make_key(city)
            city.program_of_ours("dates", "opens")
            let_them_vote(told)
            yield told


def make_key(city: City) -> None:
    """Each of the three has their sheet shown, and types it back after a slip; two of them rehearse."""
    holders = city.people.holders
    form = {"key-holders": list(holders.values()), "key-threshold": 2, "key-replaces": ""}
    assert city.ask(f"{BOX}key/", city.people.clerk, form).status == 302
    until(lambda: city.sql("SELECT id FROM ballots_ceremony WHERE keeper <> ''"), "the worker has it kept")
    number_of = dict(city.sql("SELECT holder_id, number FROM ballots_part"))
    for session, holder in holders.items():
        sheet = WORD.findall(city.ask(f"{BOX}sheet/print/", session, {}).page)
        give_words(city, session, " ".join(sheet))
        city.people.shares.append((number_of[holder], " ".join(sheet)))
    city.people.shares.sort()
    come_together(city, "rehearsal")
    until(lambda: city.sql("SELECT id FROM ballots_rehearsal"), "they have rehearsed")


def come_together(city: City, what: str) -> None:
    """Two holders give their words."""
    begun = "SELECT id FROM ballots_ceremony WHERE ended_at IS NULL AND keeper <> ''"
    assert city.ask(f"{BOX}{what}/", city.people.clerk, {}).status == 302
    until(lambda: city.sql(begun), "the worker has it kept")
    words_of = dict(city.people.shares)
    number_of = dict(city.sql("SELECT holder_id, number FROM ballots_keyshare"))
    for session, holder in list(city.people.holders.items())[:2]:
        give_words(city, session, words_of[number_of[holder]])


def give_words(city: City, session: str, words: str) -> None:
    for typed, status in ((" ".join(sorted(words.split())), 422), (words, 302)):
        assert city.ask(f"{BOX}sheet/words/", session, {"words": typed}).status == status


def let_them_vote(told: Vote) -> None:
    """Each chooses, reviews and casts; before that some have given too much, some meet a booth that breaks."""
    lottery, city = Random(2027), told.city
    for place, (session, resident) in enumerate(zip(city.people.sessions, city.people.residents, strict=True)):
        wishes, other = some_ballot(lottery), some_ballot(lottery)
        assert city.ask(BALLOT, session).status == 200
        if place % 4 == 0:
            told.others.append(too_much := {number: points + 20_000 for number, points in other.items()})
            for step in ("", "review/", "cast/"):
                assert city.ask(f"{BALLOT}{step}", session, form(too_much)).status == 200
        if place % 4 == 1:
            told.others.append(other)
            (city.folder / "orders" / "break").touch()
            assert city.ask(f"{BALLOT}cast/", session, form(other)).status == 500
        if place % 4 == 2:
            told.others.append(other)
            with the_database_breaking(city):
                assert city.ask(f"{BALLOT}cast/", session, form(other)).status == 500
        assert city.ask(f"{BALLOT}review/", session, form(wishes)).status == 200
        assert city.ask(f"{BALLOT}cast/", session, form(wishes)).status == 302
        assert city.ask(f"{BALLOT}receipt/", session).status == 200
        if place % 12 == 11:
            city.manage("publish_board")
        told.choices[resident] = wishes
    with the_worker_failing(city):
        until(lambda: "failed and will be tried again" in city.log.read_text(), "the worker says that it fails")
    until(lambda: city.sql(WAITING) == [(0,)], "the mails are out")


def some_ballot(lottery: Random) -> dict[int, int]:
    return {number: lottery.randint(LEAST, MOST) for number in sorted(lottery.sample(range(1, SIZE + 1), 3))}


def form(choices: dict[int, int]) -> dict[str, str]:
    return {f"points-{number}": str(points) for number, points in choices.items()}


@contextmanager
def the_database_breaking(city: City) -> Iterator[None]:
    """In the middle of a vote, once the envelope is in."""
    city.sql(
        "CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'out of order: %', NEW; END $$"
    )
    city.sql("CREATE TRIGGER a_break BEFORE UPDATE ON ballots_castslot FOR EACH ROW EXECUTE FUNCTION breaks()")
    yield
    city.sql("DROP FUNCTION breaks CASCADE")


@contextmanager
def the_worker_failing(city: City) -> Iterator[None]:
    """It is started again, and what it does first fails."""
    city.sql("ALTER TABLE ballots_boardbatch RENAME TO away")
    city.kill(*city.processes("manage.py worker"))
    yield
    city.sql("ALTER TABLE away RENAME TO ballots_boardbatch")


# What was written down -----------------------------------------------------------------------------------------------

CHANGES = "SELECT data FROM pg_logical_slot_peek_changes('follower', NULL, NULL)"


def stores(vote: Vote) -> dict[str, bytes]:
    """Each kind of place, by its name, with what may be wrapped in it."""
    city = vote.city
    written = {
        "the server's log": log_of_the_server(city)[vote.log_begins :],
        "the logs of pages and worker": city.log.read_bytes(),
        "the tables": dump(city),
        "the server's statistics": "\n".join(query for (query,) in city.sql(STATEMENTS)).encode(),
        "what a follower is told": "\n".join(line for (line,) in city.sql(CHANGES)).encode(),
        "files": contents(city.folder, without=[city.server.home, city.log]),
    }
    return {name: traces.unwrapped(store) for name, store in written.items()}


STATEMENTS = "SELECT query FROM pg_stat_statements"


def log_of_the_server(city: City) -> bytes:
    return (city.server.home / "log").read_bytes()


def dump(city: City) -> bytes:
    command = [city.server.programs / "pg_dump", city.server.url]
    return subprocess.run(command, capture_output=True, check=True).stdout


def contents(folder: Path, without: list[Path]) -> bytes:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    wanted = (path for path in files if not any(path == each or each in path.parents for each in without))
    return b"\n".join(path.read_bytes() for path in wanted)


def as_it_lies_on_disk(city: City) -> bytes:
    city.sql("CHECKPOINT")
    return contents(city.server.home / "data", without=[])


def test_nothing_that_was_written_down_has_a_choice_or_a_holders_word(vote: Vote) -> None:
    found = stores(vote)
    ((sealed,), *_) = vote.city.sql("SELECT encode(sealed, 'hex') FROM ballots_envelope")
    for name, sign in {
        "the server's log": sealed.encode(),  # with all values
        "the logs of pages and worker": b'"POST /2027/riverside/ballot/cast/ HTTP/1.1" 500',
        "the tables": sealed.encode(),
        "the server's statistics": b"INSERT INTO ballots_envelope",
        "what a follower is told": sealed.encode(),
        "files": b"A ballot was cast in your name",
    }.items():
        assert sign in found[name], name
        assert traces.found(found[name], vote.traces) == [], name
    assert b"BoothOutOfOrder: RuntimeError in" in found["the logs of pages and worker"]
    assert traces.found(as_it_lies_on_disk(vote.city), vote.traces) == []


# What would have been found ------------------------------------------------------------------------------------------

PLANT = """
import json
from datetime import timedelta
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.core.mail import send_mail
from django_tasks_db.models import DBTaskResult
from lib import clock
in_session, in_cache, in_mail, in_task = json.loads({ballots!r})
session = SessionStore()
session["ballot"], session["so long that it is compressed"] = in_session, "x" * 900
session.save()
cache.set("ballot", list(in_cache.items()), 900)
send_mail("Your ballot", str(in_mail), None, ["rosa@example.org"])
given = dict(args_kwargs=dict(args=[in_task], kwargs=dict()), run_after=clock.now() + timedelta(days=9))
DBTaskResult.objects.create(task_path="lib.jobs.none", backend_name="default", **given)
"""


def test_wherever_somebody_wrote_it_down_it_would_have_been_found(vote: Vote) -> None:
    """The negative control: a ballot of its own in each kind of place and form, and three words of a sheet."""
    city, lottery = vote.city, Random(4711)
    ballots = [some_ballot(lottery) for _ in range(10)]
    spoken, addressed, remarked, in_session, in_cache, mailed, in_task, spooled, filed, replicated = ballots
    city.sql("SELECT %s::text", json.dumps(spoken))
    city.ask(f"/?{urlencode(form(addressed))}")
    city.sql(f"SELECT 1, 2 /* {remarked} */, 3, 4, 5")
    city.manage("shell", "-c", PLANT.format(ballots=json.dumps([in_session, in_cache, mailed, in_task])))
    until(lambda: city.sql(WAITING) == [(0,)], "the mail is out")
    city.sql("CREATE TABLE planted (what bytea)")
    city.sql("INSERT INTO planted VALUES (%s)", traces.sealed_part(replicated, SIZE))
    (city.folder / "temporary" / "upload").write_bytes(base64.b64encode(urlencode(form(spooled)).encode()))
    (city.folder / "var" / "report").write_bytes(zlib.compress(b"%PDF") + traces.sealed_part(filed, SIZE))
    words = city.people.shares[2][1].split()[4:7]
    city.ask(f"/?{urlencode({'words': ' '.join(words)})}")
    found = stores(vote)
    for name, planted in {
        "the server's log": [spoken, in_session, in_cache, mailed, in_task],
        "the logs of pages and worker": [addressed],
        "the server's statistics": [remarked],
        "the tables": [in_session, in_cache, in_task, replicated],
        "what a follower is told": [replicated],
        "files": [spooled, filed, mailed],
    }.items():
        for each in planted:
            assert traces.found(found[name], traces.of_ballot(each, SIZE)), (name, each)
    assert traces.found(found["the logs of pages and worker"], traces.of_share(city.people.shares[2][1]))
    assert traces.found(as_it_lies_on_disk(city), traces.of_ballot(replicated, SIZE))


# Whose ballot is whose -----------------------------------------------------------------------------------------------

# Of as many guesses at different ballots chance gets one right; it gets ten or more once in ten million times.
BY_CHANCE = 9
CAST = r'"POST /2027/riverside/ballot/cast/ HTTP/1.1" 302 .* session=(\w+)'
VOTERS_BY = {
    "moment of the commit": "SELECT resident_id FROM ballots_envelope ORDER BY pg_xact_commit_timestamp(xmin)",
    "place on disk": "SELECT resident_id FROM ballots_envelope ORDER BY ctid",
    "statistics": (
        "SELECT unnest(histogram_bounds::text::bigint[]) FROM pg_stats"
        " WHERE tablename = 'ballots_envelope' AND attname = 'resident_id'"
    ),
}
BALLOTS_BY = {
    "moment of the commit": "SELECT content FROM ballots_openedballot ORDER BY pg_xact_commit_timestamp(xmin), ctid",
    "number": "SELECT content FROM ballots_openedballot ORDER BY id",
    "statistics": (
        "SELECT unnest(histogram_bounds::text::text[]) FROM pg_stats"
        " WHERE tablename = 'ballots_openedballot' AND attname = 'content'"
    ),
}


def test_whoever_has_all_that_was_written_down_ties_nobody_to_a_ballot(vote: Vote) -> None:
    """T-25, T-26. The orders in which people voted are known to the second; none is that of the opened ballots."""
    city = vote.city
    open_the_box(vote)
    city.sql("ANALYZE")
    told = [line for (line,) in city.sql(CHANGES)]
    voters = {name: [one for (one,) in city.sql(sql)] for name, sql in VOTERS_BY.items()}
    voters["change told to a follower"] = [
        int(one) for one in matches(r"^table public.ballots_envelope: INSERT: .*?resident_id\[bigint\]:(\d+)", told)
    ]
    voters["line of the pages' log"] = [
        vote.resident_of[session]
        for session in matches(
            r'"POST /2027/riverside/ballot/cast/ HTTP/1.1" 302 .* session=(\w+)', city.log.read_text().splitlines()
        )
    ]
    ballots = {name: [one for (one,) in city.sql(sql)] for name, sql in BALLOTS_BY.items()}
    ballots["change told to a follower"] = list(
        matches(r"^table public.ballots_openedballot: INSERT: .* content\[text\]:'([^']*)'", told)
    )
    for one, guess in voters.items():
        assert sorted(guess) == sorted(vote.choices), one
        for other, said in ballots.items():
            assert len(said) == VOTERS, other
            for direction in (1, -1):
                assert right(guess[::direction], said, vote.choices) <= BY_CHANCE, (one, other)


def open_the_box(vote: Vote) -> None:
    """By words that are typed, which have left no trace either."""
    city = vote.city
    city.program_of_ours("dates", "closes")
    come_together(city, "opening")
    until(lambda: city.sql("SELECT id FROM ballots_opening"), "the box is open")
    words = [trace for _, words in city.people.shares[:2] for trace in traces.of_share(words)]
    for name, store in stores(vote).items():
        assert traces.found(store, words) == [], name


def right(guess: Sequence[int], said: Sequence[str], choices: dict[int, dict[int, int]]) -> int:
    return sum(marks.as_text(choices[one]) == content for one, content in zip(guess, said, strict=True))


def test_no_batch_of_the_board_tells_in_which_order_its_people_voted(vote: Vote) -> None:
    """T-26. Of each batch one line is guessed right by chance, from the moments in the server's own records."""
    when = dict(vote.city.sql("SELECT fingerprint, pg_xact_commit_timestamp(xmin) FROM ballots_envelope"))
    batches = [added for (added,) in vote.city.sql("SELECT added FROM ballots_boardbatch WHERE added <> '{}'")]
    assert len(batches) > 1
    assert [added for added in batches if added != sorted(added)] == []
    hits = sum(sum(map(operator.eq, added, sorted(added, key=when.get))) for added in batches if len(added) > 1)
    assert hits <= len(batches) + 5 * len(batches) ** 0.5


def test_where_voters_and_votes_are_written_at_once_the_same_records_tie_them(vote: Vote) -> None:
    """The negative control."""
    city = vote.city
    city.sql("CREATE TABLE naive_voter (resident_id bigint); CREATE TABLE naive_vote (content text)")
    for resident, choices in vote.choices.items():
        city.sql(
            "WITH who AS (INSERT INTO naive_voter VALUES (%s)) INSERT INTO naive_vote VALUES (%s)",
            resident,
            marks.as_text(choices),
        )
    voters = [one for (one,) in city.sql("SELECT resident_id FROM naive_voter ORDER BY pg_xact_commit_timestamp(xmin)")]
    said = [one for (one,) in city.sql("SELECT content FROM naive_vote ORDER BY pg_xact_commit_timestamp(xmin)")]
    assert right(voters, said, vote.choices) == VOTERS
    told = [line for (line,) in city.sql(CHANGES)]
    voters = [int(one) for one in matches(r"^table public.naive_voter: INSERT: resident_id\[bigint\]:(\d+)", told)]
    said = list(matches(r"^table public.naive_vote: INSERT: content\[text\]:'([^']*)'", told))
    assert right(voters, said, vote.choices) == VOTERS


def unnamed(copy: bytes) -> list[bytes]:
    """Without the word that each copy has of its own."""
    return [line for line in copy.splitlines() if b"restrict" not in line]


# Looked up by a stranger ---------------------------------------------------------------------------------------------


def test_t30_whoever_looks_a_receipt_up_leaves_nothing_of_it(vote: Vote) -> None:
    """Without signing in; and neither log, nor any table, has a word more for it."""
    city = vote.city
    ((name,),) = city.sql("SELECT min(fingerprint) FROM ballots_envelope")
    before, written = unnamed(dump(city)), len(city.log.read_bytes())
    page = city.ask("/2027/board/", data={"receipt": in_groups(name).lower()})
    assert (page.status, "This envelope is in the box of Riverside" in page.page) == (200, True)
    assert unnamed(dump(city)) == before
    said = city.log.read_bytes()[written:]
    assert b"POST /2027/board/" in said
    assert name[:4].lower().encode() not in said.lower()
