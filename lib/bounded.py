"""Reading what strangers send in a process of its own: few at a time, with limits on memory and time, and no secrets.

A picture or a spreadsheet of some kilobytes may unpack to gigabytes, and the libraries that read them are large and
written for honest files. So the process that answers visitors never opens one. The one that does knows neither the
database nor any key, may write to nothing but its answer, and what it answers is plain data.
"""

import fcntl
import importlib
import io
import json
import os
import resource
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
FRAME = struct.Struct(">cI")  # a kind, and how many bytes follow
VALUE, BYTES, REFUSED, END = b"v", b"b", b"r", b"."
MOST_FRAME = 32 * 2**20  # bytes


class CannotRead(Exception):
    """The file is not what it should be. `reason` is a word of the reading function's own, or one of those below."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


TOO_MUCH = "too much"  # memory or time
BUSY = "busy"  # as many as may be are being read already
FAULT = "fault"  # the reading failed in a way its function did not foresee


@dataclass(frozen=True, slots=True)
class Bounds:
    """What reading one file may take; and of its kind, on the whole machine, how many at once."""

    kind: str
    memory: int  # bytes of address space
    seconds: int  # of the processor's, and as many of waiting for the next part of the answer, all together
    at_once: int  # on this machine
    in_line: int  # in one of our processes, with those being read: each holds a thread that could answer somebody
    patience: float  # seconds in that line


def read(function: str, file: IO[bytes], bounds: Bounds, *arguments: Any) -> Iterator[Any]:
    """What `function` ("lib.drawing:redrawn") yields for a file and arguments that JSON can tell: bytes, or such again.

    Raises CannotRead, also in the midst of it. Whoever stops asking ends the process.
    """
    with _place(bounds), _as_a_file(file) as source:
        process = subprocess.Popen(  # noqa: S603  (ours, with what its caller wrote)
            [sys.executable, "-m", __name__, function, json.dumps([bounds.memory, bounds.seconds, *arguments])],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        )
        try:
            yield from _answer(process, bounds)
        finally:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()


def _answer(process: subprocess.Popen[bytes], bounds: Bounds) -> Iterator[Any]:
    assert process.stdout is not None
    pipe, left = process.stdout.fileno(), float(bounds.seconds)
    poll = select.poll()
    poll.register(pipe, select.POLLIN)

    def exactly(size: int) -> bytes:
        nonlocal left
        parts = bytearray()
        while len(parts) < size:
            begun = time.monotonic()
            ready = poll.poll(max(left, 0) * 1000)
            left -= time.monotonic() - begun
            part = os.read(pipe, min(size - len(parts), 2**20)) if ready else b""
            if not part:  # too slow, or ended by a limit
                raise CannotRead(TOO_MUCH)
            parts += part
        return bytes(parts)

    while True:
        kind, size = FRAME.unpack(exactly(FRAME.size))
        if size > MOST_FRAME:
            raise CannotRead(TOO_MUCH)
        content = exactly(size)
        if kind == END:
            return
        if kind == REFUSED:
            raise CannotRead(content.decode())
        yield content if kind == BYTES else json.loads(content)


# In line -------------------------------------------------------------------------------------------------------------

_in_line: defaultdict[str, int] = defaultdict(int)
_counting = threading.Lock()


@contextmanager
def _place(bounds: Bounds) -> Iterator[None]:
    """One of `at_once` places, by a lock on a file, which the system lets go of when a process dies."""
    with _counting:
        if _in_line[bounds.kind] >= bounds.in_line:
            raise CannotRead(BUSY)
        _in_line[bounds.kind] += 1
    try:
        with _free_place(bounds):
            yield
    finally:
        with _counting:
            _in_line[bounds.kind] -= 1


@contextmanager
def _free_place(bounds: Bounds) -> Iterator[None]:
    folder = settings.VAR_DIR / "being-read"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    until = time.monotonic() + bounds.patience
    while True:
        for number in range(bounds.at_once):
            place = os.open(folder / f"{bounds.kind}-{number}", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(place)
                continue
            try:
                yield
            finally:
                os.close(place)
            return
        if time.monotonic() > until:
            raise CannotRead(BUSY)
        time.sleep(0.05)


@contextmanager
def _as_a_file(file: IO[bytes]) -> Iterator[int]:
    """The file's own descriptor if it has one, else that of a copy."""
    file.seek(0)
    try:
        descriptor = file.fileno()
    except (AttributeError, io.UnsupportedOperation):
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(file, copy)
            copy.flush()
            os.lseek(copy.fileno(), 0, os.SEEK_SET)
            yield copy.fileno()
    else:
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor


# In the other process ------------------------------------------------------------------------------------------------


def _bind(memory: int, seconds: int) -> None:
    """Set the limits of this process, for good. Those who wait for a page come first on the processor."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def main(function: str, told: str) -> None:
    memory, seconds, *arguments = json.loads(told)
    _bind(memory, seconds)
    sys.modules["numpy"] = None  # type: ignore[assignment]  # openpyxl takes it where it can: for nothing, and it is large
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing a library prints gets into the answer

    def say(kind: bytes, content: bytes) -> None:
        out.write(FRAME.pack(kind, len(content)) + content)
        out.flush()

    try:
        module, _, name = function.partition(":")
        reading: Callable[..., Iterator[Any]] = getattr(importlib.import_module(module), name)
        with os.fdopen(0, "rb", closefd=False) as file:
            for part in reading(file, *arguments):
                if isinstance(part, bytes):
                    say(BYTES, part)
                else:
                    say(VALUE, json.dumps(part).encode())
        say(END, b"")
    except CannotRead as refusal:
        say(REFUSED, refusal.reason.encode())
    except MemoryError:
        say(REFUSED, TOO_MUCH.encode())
    except Exception:
        say(REFUSED, FAULT.encode())


if __name__ == "__main__":
    # By its own name, or what a function raises would be another class than the one caught here.
    importlib.import_module("lib.bounded").main(*sys.argv[1:])
