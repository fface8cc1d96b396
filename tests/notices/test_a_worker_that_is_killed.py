"""The real worker is killed again and again while mails go out: each arrives, and at most twice under one name."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.mail import send_mail

from notices.models import Mail
from tests.databases import address_for_others
from tests.smtp import MailServer, Step, mail_server
from tests.thoroughness import many

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180  # seconds: a limit for what hangs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.heavy, pytest.mark.long, pytest.mark.drill]


@contextmanager
def worker(server: MailServer, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`./run manage worker` on the tests' database. It is killed at the end, if it was not before."""
    environment = {
        **os.environ,
        **server.environment,
        "EMAIL_TLS": "none",
        "DATABASE_URL": address_for_others(),
        "COMMON_PURSE_VAR": str(folder),
        "SECRET_KEY": project.SECRET_KEY,
        "REGISTER_KEY": project.REGISTER_KEY,
    }
    command = [sys.executable, ROOT / "manage.py", "worker", "--no-reload"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as program:
        try:
            yield program
        finally:
            program.kill()


def test_each_mail_arrives_and_none_more_than_twice(settings, tmp_path) -> None:
    settings.EMAIL_BACKEND = "notices.outbox.Outbox"
    kills, mails = many(2, 20), many(20, 200)
    moment = random.Random(7)
    for number in range(mails):
        send_mail("Your proposal", "It is submitted.", None, [f"resident{number}@city.example"])
    with mail_server() as server:
        server.hold(Step.END, 0.02)  # so that there is a middle
        for _ in range(kills):
            before = len(server.received)
            with worker(server, tmp_path) as program:
                _until(lambda known=before: len(server.received) > known or not Mail.objects.waiting().exists())
                time.sleep(moment.random() / 5)
                program.kill()
        with worker(server, tmp_path):
            _until(lambda: not Mail.objects.waiting().exists())
        arrived = Counter(letter.message_id for letter in server.received)
    assert set(arrived) == set(Mail.objects.values_list("message_id", flat=True))
    assert max(arrived.values()) <= 2
    assert sum(arrived.values()) <= mails + kills, "a death repeats one mail at most"
    failed = Mail.objects.failed().values_list("failure", flat=True)
    assert all("may have arrived" in failure for failure in failed)


def _until(truth) -> None:
    end = time.monotonic() + PATIENCE
    while not truth():
        assert time.monotonic() < end, "the mails do not go out"
        time.sleep(0.05)
