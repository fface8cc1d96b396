"""The program that keeps a ceremony, as the worker starts it: what it knows goes when it goes."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.models import User
from ballots import ceremony, keeper
from ballots.models import BallotBoxKey, Ceremony
from tests.cast import signed_in
from tests.papers import source_of
from tests.together import BOX, take_sheet

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_key_is_made_by_it_and_it_is_gone_afterwards(keepers, cycle, clara: User, ines: User, at) -> None:
    begun = ceremony.begin_key(cycle, [clara, ines], by=clara, at=at("presenting"), threshold=2)
    for _turn in range(2):  # of the worker
        keeper.start_what_waits()
    (process,) = keepers.values()
    until(lambda: Ceremony.objects.get().keeper)
    assert not leaves_a_core(process)
    for holder in (clara, ines):
        take_sheet(signed_in(holder))
    assert BallotBoxKey.objects.get().shares == 2
    assert process.wait(30) == 0
    keeper.start_what_waits()
    assert not keepers
    assert Ceremony.objects.get(pk=begun.pk).end == "done"


def test_killed_it_takes_with_it_what_it_knew_and_nothing_is_tried_again(keepers, cycle, clara, ines, at) -> None:
    ceremony.begin_key(cycle, [clara, ines], by=clara, at=at("presenting"), threshold=2)
    keeper.start_what_waits()
    until(lambda: Ceremony.objects.get().keeper)
    take_sheet(signed_in(ines))
    (process,) = keepers.values()
    process.send_signal(signal.SIGKILL)
    process.wait()
    until(lambda: ceremony.is_lost(Ceremony.objects.get()))
    keeper.start_what_waits()
    assert not keepers
    assert "ended with the server" in source_of(signed_in(clara).get(BOX))
    assert not BallotBoxKey.objects.exists()


def leaves_a_core(process: subprocess.Popen[bytes]) -> bool:
    limits = Path(f"/proc/{process.pid}/limits").read_text().splitlines()
    (core,) = (line for line in limits if line.startswith("Max core file size"))
    return core.split()[4:6] != ["0", "0"]
