"""Parts of a city are taken away while its residents vote and mails go out; it is well again by itself.

No vote and no mail that was acknowledged is lost.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from tests.drills.city import City, a_city, until
from tests.drills.mails import Mails
from tests.drills.voters import Voters, expected
from tests.smtp import MailServer, mail_server
from tests.smtp_talk import Security

pytestmark = [
    pytest.mark.drill,
    pytest.mark.long,
    pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="finds the city's processes in /proc"),
]
RESIDENTS = 6
ROUNDS, KILLS = 2, 20
AWAY = 4  # seconds
IN_A_ROW = 1024 * 1024  # bytes
Blow = Callable[[City], None]


@pytest.fixture(scope="module")
def letters() -> Iterator[MailServer]:
    with mail_server(Security.NONE) as server:
        yield server


@pytest.fixture(scope="module")
def city(letters: MailServer) -> Iterator[City]:
    with a_city(**letters.environment, EMAIL_TLS="none") as begun:
        begun.begin(RESIDENTS)
        yield begun


def test_t02_whoever_serves_the_city_signs_in_as_who_owns_nothing(city: City) -> None:
    until(city.stands, "all its parts")
    sessions = "FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    assert city.sql(f"SELECT DISTINCT usename {sessions}") == [("common_purse_acts",)]
    assert city.sql("SELECT tableowner FROM pg_tables WHERE tableowner = 'common_purse_acts'") == []


def restart_postgres(city: City) -> None:
    server = city.server
    with server._gate():
        server._run("pg_ctl", "restart", "-w", "-m", "fast", "-D", server.home / "data", "-l", server.home / "log")


def take_postgres_away(city: City) -> None:
    """For some seconds: ./run waits at the gate, and then starts it."""
    server = city.server
    with server._gate():
        server._run("pg_ctl", "stop", "-w", "-m", "fast", "-D", server.home / "data")
        time.sleep(AWAY)


def kill_postgres(city: City) -> None:
    city.kill(city.postmaster)


def kill_a_connection(city: City) -> None:
    """The server then ends all others and recovers, which takes it a moment."""
    ((number,),) = city.sql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' LIMIT 1")
    city.kill(number)


def kill_the_worker(city: City) -> None:
    city.kill(*city.processes("manage.py worker"))


def kill_a_process_of_the_pages(city: City) -> None:
    city.kill(city.processes("gunicorn")[-1])


def kill_the_pages(city: City) -> None:
    city.kill(city.processes("gunicorn")[0])


def kill_run_and_start_it_again(city: City) -> None:
    """As a service manager does."""
    city.kill(city.program.pid)
    city.program.wait()
    city.start()


def fill_the_disk(city: City) -> None:
    """For some seconds nothing can be written, the database's log included."""
    if not city.is_on_a_small_disk:
        pytest.skip("nobody lets us make a disk that can be filled")
    filler = city.folder / "var" / "filler"
    try:
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while file.write(b"x" * IN_A_ROW):
                pass
        time.sleep(AWAY)
        with suppress(OSError), filler.open("ab", buffering=0) as file:  # what was let go of meanwhile
            while file.write(b"x" * IN_A_ROW):
                pass
        time.sleep(AWAY)
    finally:
        filler.unlink()


BLOWS = [
    restart_postgres,
    take_postgres_away,
    kill_postgres,
    kill_a_connection,
    kill_the_worker,
    kill_a_process_of_the_pages,
    kill_the_pages,
    kill_run_and_start_it_again,
    fill_the_disk,
]


@pytest.mark.parametrize("blow", BLOWS, ids=lambda blow: blow.__name__)
def test_it_is_well_again_by_itself_and_every_vote_whose_receipt_was_shown_is_in_the_box(
    city: City, letters: MailServer, blow: Blow, record_property, capsys
) -> None:
    chance = Random(os.urandom(8))
    with Voters(city, city.sessions) as voters, Mails(city, letters) as mails:
        for _ in range(KILLS if blow.__name__.startswith("kill") else ROUNDS):
            wait_for_votes(voters)
            time.sleep(chance.random())  # at a random moment of somebody's vote
            blow(city)
            begun = time.monotonic()
            wait_for_votes(voters)
            until(city.stands, "it is whole again")
            healed = time.monotonic() - begun
            with capsys.disabled():
                sys.stderr.write(f"\n{blow.__name__}: well after {healed:.0f} s; {voters.tell()}")
    for voter in voters.voters:
        voters.look(voter)
    record_property("seen", voters.tell())
    assert len(mails.committed) > 5
    assert mails.lost() == set()
    assert mails.failed() == []
    assert mails.most_repeated() <= 2
    assert voters.lost == []
    assert [(status, voters.pages[status][:500]) for status in voters.seen if not expected(status)] == []
    if 503 in voters.pages:
        assert "This site will be back in a moment" in voters.pages[503]
    in_the_box = {fingerprint for (fingerprint,) in city.sql("SELECT fingerprint FROM ballots_envelope")}
    assert {voter.believed for voter in voters.voters} == in_the_box
    assert city.program.poll() is None


def wait_for_votes(voters: Voters) -> None:
    """Two from each, of those that are shown a receipt from now on."""
    enough = voters.receipts + 2 * RESIDENTS
    until(lambda: voters.receipts >= enough, "residents vote again")


def test_no_request_after_a_restart_of_the_database_is_answered_by_an_error(city: City) -> None:
    """However long nobody came: each connection that waits in a pool is dead by then."""
    with Voters(city, city.sessions) as voters:
        wait_for_votes(voters)
    restart_postgres(city)
    statuses = {city.ask("/accounts/login/").status for _ in range(40)}
    assert statuses == {200}
