"""T-01: many threads vote for one resident over real HTTP (with --long two hundred), and one envelope is in the box.

Then the same with the primary key dropped, to show that the test would have noticed.
"""

import http.client
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEvent
from ballots import key, stocktaking
from ballots.models import Envelope
from budgeting.models import Contest, Cycle, Phase
from residents.models import LetterCode
from tests.cast import enrol, put_on_paper
from tests.databases import address_for_others, as_owner
from tests.keeping import kept
from tests.letters import Posted, word_of
from tests.served import free_port, session_of, wait_for
from tests.thoroughness import many
from tests.vote import cast

THREADS = 200
WORKERS = 4
ROOT = Path(__file__).resolve().parents[2]
CSRF = "c" * 32

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.heavy]


@kept
def contest_open_now(cycle: Cycle, riverside_contest: Contest, clara: User, ines: User, otto: User) -> Contest:
    """Riverside votes by the real clock, since the servers do not know the tests' one."""
    now = timezone.now()
    voting = cycle.phases.get(stage="voting")
    Phase.objects.filter(pk=voting.pk).update(opens=now - timedelta(hours=1), closes=now + timedelta(hours=1))
    put_on_paper(riverside_contest)
    before = now - timedelta(days=1)
    shares = key.make(cycle, [clara, ines, otto], by=clara, at=before)
    key.rehearse(cycle, shares[:2], by=clara, at=before)
    return riverside_contest


@contextmanager
def served(application: str, tmp_path: Path) -> Iterator[int]:
    """The site by several gunicorn workers on the tests' database; gives the port."""
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": address_for_others(),
        "SECRET_KEY": settings.SECRET_KEY,
        "REGISTER_KEY": settings.REGISTER_KEY,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PYTHONPATH": str(ROOT),
    }
    bind = ["--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS), "--threads", "8", "--preload"]
    log = tmp_path / "gunicorn.log"
    with log.open("w") as output:
        command = [sys.executable, "-m", "gunicorn", application, *bind]
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_for(lambda: log.read_text().count("Booting worker") == WORKERS and answers(port), log)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def answers(port: int) -> bool:
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as get:
            get.request("GET", "/2027/riverside/ballot/paper/")
            return get.getresponse().status == 200
    except OSError:
        return False


def vote_all_at_once(
    port: int, sessions: list[str], threads: int, words: dict[str, str] | None = None, meanwhile: Any = None
) -> Counter[str]:
    """Every thread posts a ballot at the same moment. How often each answer came: "302 /path/", "409", "500", …

    `words`: by session, what the forms of a letter's booth say. `meanwhile`: what happens at the same moment.
    """
    barrier, found, lock = threading.Barrier(threads), Counter[str](), threading.Lock()

    def vote(number: int) -> None:
        word = (words or {}).get(sessions[number % len(sessions)], "")
        body = urlencode({"csrfmiddlewaretoken": CSRF, "choice": number % 6 + 1, "booth": word})
        cookies = f"session={sessions[number % len(sessions)]}; csrf={CSRF}"
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        barrier.wait()
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as post:
                post.request("POST", "/2027/riverside/ballot/cast/", body, headers)
                answer = post.getresponse()
                told = f"{answer.status} {answer.headers.get('Location', '')}".strip()
        except OSError as broken:
            told = type(broken).__name__
        with lock:
            found[told] += 1

    running = [threading.Thread(target=vote, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    if meanwhile:
        meanwhile()
    for thread in running:
        thread.join()
    return found


def faults(answers: Counter[str]) -> list[str]:
    """What is wrong after many votes of one resident."""
    envelopes = Envelope.objects.count()
    found = [] if envelopes == 1 else [f"{envelopes} envelopes"]
    return found + [
        f"{count} × {told}" for told, count in answers.items() if told != "302 /2027/riverside/ballot/receipt/"
    ]


def votes_of_rosa(contest: Contest, rosa: User, application: str, threads: int, tmp_path: Path) -> list[str]:
    enrol(rosa, contest.cycle, contest.district)
    sessions = [session_of(rosa), session_of(rosa)]
    with served(application, tmp_path) as port:
        return faults(vote_all_at_once(port, sessions, threads))


@pytest.mark.long
def test_many_threads_leave_one_envelope(contest_open_now, rosa, tmp_path) -> None:
    assert votes_of_rosa(contest_open_now, rosa, "budgeting.wsgi", THREADS, tmp_path) == []
    stock = stocktaking.take(contest_open_now)
    assert (stock.first, stock.repeated) == (1, THREADS - 1)
    assert stocktaking.differences(contest_open_now, stock, []) == []


@pytest.mark.long
@pytest.mark.parametrize("tied", [False, True])
def test_an_account_and_two_booths_of_a_letter_leave_one_envelope_between_them(
    contest_open_now, greta: Posted, rosa, tmp_path, tied: bool
) -> None:
    """The letter votes in two browsers while Rosa ties its line to her account, and votes too."""
    booths = [greta.opens(), greta.opens()]
    words = {browser.cookies["session"].value: word_of(browser) for browser in booths}

    def tie() -> None:
        if tied:
            LetterCode.redeem(greta.code, by=rosa, at=timezone.now())

    with served("budgeting.wsgi", tmp_path) as port:
        found = vote_all_at_once(port, [*words, session_of(rosa)], many(12, 120), words, meanwhile=tie)
    # 400: its booth was ended by another request of the same browser, which Django notices as it keeps the session.
    answers = {"302 /2027/riverside/ballot/receipt/", "302 /verify/", "200", "400"}
    assert set(found) <= answers, found
    assert Envelope.objects.count() == 1 or tied
    assert set(Envelope.objects.values_list("resident", flat=True)) <= {greta.resident.pk}
    stock = stocktaking.take(contest_open_now)
    assert stock.first + stock.repeated == found["302 /2027/riverside/ballot/receipt/"]
    assert stocktaking.differences(contest_open_now, stock, []) == []
    assert AuditEvent.objects.filter(action="resident verified").count() == tied


@pytest.fixture
def no_primary_key(transactional_db) -> Iterator[None]:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ballots_envelope DROP CONSTRAINT ballots_envelope_pkey")
    yield
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ballots_envelope DISABLE TRIGGER is_not_emptied")
        cursor.execute("TRUNCATE ballots_envelope")
        cursor.execute("ALTER TABLE ballots_envelope ENABLE ALWAYS TRIGGER is_not_emptied")
        cursor.execute(
            "ALTER TABLE ballots_envelope ADD CONSTRAINT ballots_envelope_pkey PRIMARY KEY (resident_id, contest_id)"
        )


@pytest.mark.long
def test_without_the_primary_key_no_vote_is_accepted(contest_open_now, rosa, no_primary_key) -> None:
    """The product as it is notices at once that the key is gone: better no vote than two."""
    enrol(rosa, contest_open_now.cycle, contest_open_now.district)
    with pytest.raises(ProgrammingError, match="ON CONFLICT"):
        cast(contest_open_now, {1: 1}, by=rosa)
    assert not Envelope.objects.exists()


@pytest.mark.long
def test_what_trusts_itself_instead_of_the_primary_key_is_caught(
    contest_open_now, rosa, tmp_path, no_primary_key
) -> None:
    """The negative control: to look first whether there is an envelope, as careful programs do, is not enough."""
    found = votes_of_rosa(contest_open_now, rosa, "tests.ballots.without_primary_key", many(16, 80), tmp_path)
    assert found[0].endswith(" envelopes")
    assert int(found[0].split()[0]) > 1
