"""Mails that go out while parts of the city are taken away: what was written and committed, and what arrived.

Run as a program it writes mails, one after the other, until its input ends; it says each number once it is committed.
"""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from types import TracebackType

import django

from tests.drills.city import ROOT, City, until
from tests.smtp import MailServer

PAUSE = 0.2  # seconds between two mails
PUT_OFF_THRICE = 300.0  # seconds, and some more: a mail is tried again after 30, 60 and 120
WAITING = "SELECT count(*) FROM notices_mail WHERE sent_at IS NULL AND failed_at IS NULL"
GIVEN_UP = """SELECT "to" FROM notices_mail WHERE failed_at IS NOT NULL AND failure LIKE '%may have arrived%'"""
FAILED = "SELECT failure FROM notices_mail WHERE failed_at IS NOT NULL AND failure NOT LIKE '%may have arrived%'"
ADDRESS = "resident{number}of{process}@city.example"


class Mails:
    """While this goes on mails are written."""

    def __init__(self, city: City, server: MailServer) -> None:
        self.city, self.server, self.committed = city, server, set[str]()

    def __enter__(self) -> "Mails":
        command = [sys.executable, "-m", "tests.drills.mails"]
        env = {**self.city.env, "DATABASE_URL": self.city.server.url, "PYTHONPATH": str(ROOT)}
        self.writer = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.listener = threading.Thread(target=self._listen)
        self.listener.start()
        return self

    def _listen(self) -> None:
        for line in self.writer.stdout:
            self.committed.add(line.strip())

    def __exit__(self, kind: type | None, error: BaseException | None, where: TracebackType | None) -> None:
        self.writer.stdin.close()
        self.listener.join()
        self.writer.stdout.close()
        self.writer.wait()

    def lost(self) -> set[str]:
        """Once all are out: those that were committed and neither arrived nor stand on the desk as perhaps arrived."""
        until(lambda: self.city.sql(WAITING) == [(0,)], "the mails are out", patience=PUT_OFF_THRICE)
        arrived = {letter.rcpt_tos[0] for letter in self.server.received}
        return self.committed - arrived - {address for (address,) in self.city.sql(GIVEN_UP)}

    def most_repeated(self) -> int:
        """How often the one arrived that arrived most often; each must go by one name."""
        names = Counter(letter.message_id for letter in self.server.received)
        assert len({letter.rcpt_tos[0] for letter in self.server.received}) == len(names)
        return max(names.values())

    def failed(self) -> list[str]:
        return [failure for (failure,) in self.city.sql(FAILED)]


def write_on() -> None:
    from django.core.mail import send_mail  # noqa: PLC0415  # needs Django set up
    from django.db import Error, close_old_connections  # noqa: PLC0415

    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    number = 0
    while not ended.wait(PAUSE):
        number += 1
        address = ADDRESS.format(number=number, process=os.getpid())
        try:
            send_mail("Your proposal", "It is submitted.", None, [address])
        except Error:
            close_old_connections()
            time.sleep(PAUSE)
        else:
            sys.stdout.write(f"{address}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "budgeting.settings"
    django.setup()
    write_on()
