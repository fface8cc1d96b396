"""Functions for lib/bounded.py to read by: an honest one, and such as take what they want."""

import os
import signal
import tempfile
import time
from collections.abc import Iterator

from lib.bounded import CannotRead


def upper(file, *arguments) -> Iterator:
    yield file.read().upper()
    yield list(arguments)


def greedy(file) -> Iterator:
    yield len(bytes(2**30))


def endless(file) -> Iterator:
    yield 1
    while True:
        pass


def sleeping(file) -> Iterator:
    yield os.getpid()
    time.sleep(60)


def writing(file) -> Iterator:
    with tempfile.TemporaryFile() as disk:
        disk.write(b"a")
        disk.flush()
    yield "written"


def curious(file) -> Iterator:
    os.write(1, b"a library says something")
    yield sorted(os.environ)


def failing(file) -> Iterator:
    raise RuntimeError("secret words of a file")
    yield


def refusing(file) -> Iterator:
    yield 1
    raise CannotRead("no such thing")


def ended(file) -> Iterator:
    yield 1
    os.kill(os.getpid(), signal.SIGKILL)
