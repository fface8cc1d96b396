"""20,000 people follow a round: the act costs no more than for three, and a real worker tells each once, at the pace.

It is killed in the middle. In .ci/run there are 200 of them.
"""

import time
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.models import reference
from notices.models import Follow, Happening, Mail
from proposals.models import Proposal
from tests.cast import drafted, middle_of
from tests.notices.working import until, worker
from tests.smtp import mail_server
from tests.thoroughness import many

FOLLOWERS = many(200, 20_000)
PER_MINUTE = many(600, 1_200)
MOST_MEGABYTES = 250

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.heavy, pytest.mark.marathon]


def follow(cycle, first: int, last: int, at: datetime) -> None:
    people = [User(email=f"follower{each}@example.org", password="!") for each in range(first, last)]
    User.objects.bulk_create(people, batch_size=5_000)
    addresses = [EmailAddress(user=each, email=each.email, verified=True, primary=True) for each in people]
    EmailAddress.objects.bulk_create(addresses, batch_size=5_000)
    Follow.objects.bulk_create([Follow(user=each, thing=reference(cycle), at=at) for each in people], batch_size=5_000)


def statements_of_an_act(proposal: Proposal, clerk: User, at: datetime) -> int:
    with CaptureQueriesContext(
        connection,
    ) as statements:
        proposal.comment(by=clerk, at=at, text="We look into it.")
    return len(statements)


def peak_of(program) -> int:
    """The most memory it has had, in megabytes."""
    status = Path(f"/proc/{program.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024


def test_each_of_many_followers_is_told_once(riverside_contest, rosa, clara, cycle, settings, tmp_path, at) -> None:
    moment = at("reviewing")
    proposal = drafted(rosa, riverside_contest)
    proposal.submit(by=rosa, at=middle_of("proposing"))
    follow(cycle, 0, 3, middle_of("proposing"))
    proposal.comment(by=clara, at=moment, text="We have read it.")  # from here on she follows it
    few = statements_of_an_act(proposal, clara, moment)
    with mail_server() as server:
        with worker(server, tmp_path):
            until(_all_is_said)
        told_before = len(server.received)
        follow(cycle, 3, FOLLOWERS, middle_of("proposing"))
        assert statements_of_an_act(proposal, clara, moment) == few
        began = time.monotonic()
        peaks = []
        for enough in (lambda: len(server.received) > told_before + FOLLOWERS / 3, _all_is_said):
            with worker(server, tmp_path, MAIL_PER_MINUTE=str(PER_MINUTE)) as program:
                until(enough, patience=3_600)
                peaks.append(peak_of(program))
        took = time.monotonic() - began
        arrived = Counter(letter.message_id for letter in server.received[told_before:])
        heard = Counter(letter.message["To"] for letter in server.received[told_before:])
    assert len(arrived) == FOLLOWERS + 1, "and the author"
    assert max(arrived.values()) <= 2
    assert sum(arrived.values()) - len(arrived) <= 1, "a death repeats one mail at most"
    assert len(heard) == FOLLOWERS + 1
    assert max(peaks) < MOST_MEGABYTES, peaks
    assert len(arrived) <= PER_MINUTE * (took / 60 + 1), "not faster than the mail server allows"


def _all_is_said() -> bool:
    """But for the digest, which waits for its hour."""
    waiting = Mail.objects.waiting().filter(is_daily=False)
    return not (waiting.exists() or Happening.objects.filter(spread_at=None).exists())
