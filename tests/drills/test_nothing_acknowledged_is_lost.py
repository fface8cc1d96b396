"""T-03: residents vote while the parts of the city are killed; then the one who opens the box is, at ten points.

Whatever somebody was told is so: each ballot that was acknowledged is in the box, or a later one of the same resident;
box, count and roll agree, the board goes on, and the box opens and balances.
"""

import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from ballots import marks
from tests.drills.city import City, a_city, until
from tests.drills.electors import Electors, expected, faults, opened, settle
from tests.thoroughness import walks

pytestmark = [
    pytest.mark.drill,
    pytest.mark.long,
    pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="finds the city's processes in /proc"),
]
CONFIGURATIONS = Path(__file__).parent  # of gunicorn
RESIDENTS = 60
Blow = Callable[[City, Random], None]


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    with a_city() as begun:
        begun.begin(RESIDENTS, "--points")
        yield begun


@pytest.fixture(scope="module")
def electors(city: City) -> Electors:
    return Electors(city)


@pytest.fixture
def chance(record_property) -> Random:
    seed = int(os.environ.get("DRILL_SEED") or int.from_bytes(os.urandom(4)))
    record_property("seed", seed)
    sys.stderr.write(f"\nDRILL_SEED={seed}\n")
    return Random(seed)


def kill_a_process_of_the_pages(city: City, chance: Random) -> None:
    if workers := city.processes("gunicorn")[1:]:
        city.kill(chance.choice(workers))


def kill_a_connection(city: City, chance: Random) -> None:
    """In the middle of its statement, if it has one. The server then ends all others, and recovers."""
    backends = city.sql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' ORDER BY state, pid")
    city.kill(chance.choice(backends)[0])


def kill_postgres(city: City, _chance: Random) -> None:
    city.kill(city.postmaster)


def stop_postgres_at_once(city: City, _chance: Random) -> None:
    """As when the power fails: what is not in the log is gone."""
    with city.server._gate():
        city.server._run("pg_ctl", "stop", "-m", "immediate", "-D", city.server.home / "data")


def kill_the_worker(city: City, _chance: Random) -> None:
    city.kill(*city.processes("manage.py worker"))


BLOWS: list[Blow] = [
    kill_a_process_of_the_pages,
    kill_a_connection,
    kill_postgres,
    stop_postgres_at_once,
    kill_the_worker,
]


def strike(city: City, electors: Electors, blow: Blow, chance: Random) -> None:
    """At a random moment, once some have voted; and go on once others have."""
    some_vote(electors)
    time.sleep(chance.random() / 2)
    until(city.is_well, "the city is well")
    blow(city, chance)
    some_vote(electors)


def some_vote(electors: Electors) -> None:
    enough = electors.acknowledged + 10
    until(lambda: electors.acknowledged >= enough, "residents vote")


def test_whatever_is_killed_no_ballot_that_was_acknowledged_is_lost(
    city: City, electors: Electors, chance: Random, capsys
) -> None:
    blows, without_entries = BLOWS * walks(1, 20), city.differences()  # what was filled in past the product's verbs
    chance.shuffle(blows)
    with electors:
        for number, blow in enumerate(blows):
            strike(city, electors, blow, chance)
            if number % len(BLOWS) == 0:
                city.manage("publish_board")
    until(city.stands, "it is whole again")
    with capsys.disabled():
        sys.stderr.write(f"\n{electors.acknowledged} acknowledged, {electors.in_doubt} in doubt; {electors.tell()}")
    assert faults(electors) == []
    assert [(status, electors.pages[status][:500]) for status in electors.seen if not expected(status)] == []
    settle(electors)
    assert faults(electors) == []
    before = city.sql("SELECT count(*) FROM ballots_boardbatch")
    city.manage("publish_board")
    assert city.sql("SELECT count(*) FROM ballots_boardbatch") > before
    assert city.differences() == without_entries


# The opening ---------------------------------------------------------------------------------------------------------

STORED = """
    SELECT (SELECT count(*) FROM ballots_openedballot), (SELECT count(*) FROM ballots_opening),
        (SELECT count(*) FROM audit_auditevent WHERE action = 'box opened')
"""
NOTHING = [(0, 0, 0)]
KILLED = -9


def opens(city: City, point: str, *, kills_the_server: bool = False) -> int:
    """How many statements that took; 0 if it died, or its server did."""
    until(city.is_well, "the city is well")
    words = [point, str(city.postmaster)] if kills_the_server else [point]
    ran = city.program_of_ours("opening", *words, tells=json.dumps(city.people.shares[1:]), check=False)
    assert ran.returncode in ((0, 1) if kills_the_server else (0, KILLED)), ran.stderr
    until(city.is_well, "the city is well")
    return int(ran.stdout or 0)


def test_whoever_opens_the_box_may_die_at_any_point_of_it(city: City, electors: Electors) -> None:
    """Then nothing is stored, or everything; and it opens again, which begins with a look at the board and the log."""
    settle(electors)
    city.program_of_ours("dates", "closes")
    without_entries = city.differences()
    cast = Counter(marks.as_text(choices) for _, choices in opened(city).values())
    everything = [(len(cast), 1, 1)]
    whole = opens(city, "count")
    assert not opens(city, str(whole // 4))
    opens(city, str(whole // 2), kills_the_server=True)
    until(lambda: city.sql("SELECT number FROM ballots_boardbatch WHERE final"), "the worker puts up the final batch")
    rest = opens(city, "count")
    for share in (0, 0.3, 0.6, 0.9, 1):
        assert not opens(city, str(max(1, int(rest * share))))
        assert city.sql(STORED) == NOTHING, share
    for point in (str(rest * 3 // 4), "commit"):  # a process of the server outlives it for a moment, and may go on
        told = opens(city, point, kills_the_server=True)
        assert city.sql(STORED) in ([everything] if told else [NOTHING, everything]), point
    assert not opens(city, "committed")
    assert city.sql(STORED) == everything
    assert opens(city, "never")
    assert city.sql(STORED) == everything
    assert dict(city.sql("SELECT content, ballots FROM ballots_openedballot")) == cast
    ((record,),) = city.sql("SELECT reconciliation->'riverside' FROM ballots_opening")
    balance = {"envelopes": RESIDENTS, "opened": RESIDENTS, "invalid": 0}
    assert (record["voters"], record["channels"]) == (RESIDENTS, {"online": balance})
    assert city.differences() == without_entries


# What they would notice ----------------------------------------------------------------------------------------------


def test_a_booth_that_acknowledges_before_it_has_committed_is_found_out(chance: Random) -> None:
    with a_city("--config", CONFIGURATIONS / "early.py") as hasty:
        hasty.begin(12, "--points")
        with (electors := Electors(hasty)):
            some_vote(electors)
            hasty.kill(*hasty.processes("gunicorn")[1:])
        until(hasty.stands, "it is whole again")
        time.sleep(2)
        assert any("was told of" in fault for fault in faults(electors)), electors.tell()


@pytest.mark.parametrize("asks", [True, False])
def test_a_server_that_is_used_to_acknowledge_early_is_asked_not_to(asks: bool) -> None:
    """`synchronous_commit = off`. Pages that do not ask it have shown receipts that nobody knows after a crash."""
    with a_city(*(() if asks else ("--config", CONFIGURATIONS / "asynchronous.py"))) as city:
        city.begin(12, "--points")
        for setting in ("synchronous_commit = off", "wal_writer_delay = '10s'", "wal_writer_flush_after = '1GB'"):
            city.sql(f"ALTER SYSTEM SET {setting}")
        city.sql("SELECT pg_reload_conf()")
        time.sleep(2)
        worker = city.processes("manage.py worker")
        city.kill(*worker, by=signal.SIGSTOP)  # each commit that waits for the disk takes along all before it
        with (electors := Electors(city)):
            some_vote(electors)
            city.kill(city.postmaster)
        city.kill(*worker, by=signal.SIGCONT)
        until(city.stands, "it is whole again")
        found = faults(electors)
        assert found == [] if asks else any("is unknown" in fault for fault in found), found
