"""Starts programs and looks after them until they end: what `./run` does once all is prepared.

Only the standard library, because `./run` needs it before anything is installed.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Protocol

from postgres import NoDatabase

SETTLED_IN = 10  # seconds; pages that fail sooner would fail again
COMES_BACK_WITHIN = 60  # seconds
PAUSE = 0.5  # seconds, so that nothing spins where there is no memory for what is started
Program = subprocess.Popen[bytes]
ITS_OWN_FAULT = {signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSEGV, signal.SIGSYS}


class Database(Protocol):
    def revive(self) -> bool: ...


def attend(
    command: Sequence[str | Path],
    beside: Sequence[str | Path] | None = None,
    cwd: Path | None = None,
    database: Database | None = None,
) -> int:
    """Run a program to its end. Gives its exit status, for our own caller.

    With another `beside` it, both are servers: one that fails is started again, and so is the `database` if it is ours.
    All end with the first one if it ends by itself or cannot be started, or when we are told to or are killed. Raises
    NoDatabase if the database is gone and does not come back.
    """
    # Servers stand apart from the terminal, so that they hear only us: to gunicorn, a closed window means "reload".
    apart = beside is not None
    running = [start(program, cwd, apart) for program in (command, beside) if program]
    told: list[int] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        told.append(number)
        if number == signal.SIGINT and not apart and os.isatty(0):
            return  # the terminal has told the program itself
        for program in running:
            program.send_signal(signal.SIGTERM if apart else number)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    begun = well = time.monotonic()
    try:
        while True:
            try:
                code = running[0].wait(timeout=1 if beside else None)
                if not apart or told or code == 0:
                    return status(code)
                if not may_start_again(code, time.monotonic() - begun):
                    return status(code)
                end_with_its_children(running[0])
                time.sleep(PAUSE)
                begun = time.monotonic()
                running[0] = start(command, cwd, apart)
                if told:  # meanwhile, so the new ones have not heard it
                    running[0].terminate()
            except subprocess.TimeoutExpired:
                pass
            if told or beside is None:
                continue
            if running[1].poll() is not None:
                say("The worker ended; starting it again.")
                running[1] = start(beside, cwd, apart)
            well = see_to_database(database, well)
    finally:
        for program in running:
            if not told:
                program.terminate()
            program.wait()
        for number, handler in before.items():
            signal.signal(number, handler)


def may_start_again(code: int, lived: float) -> bool:
    """Pages that end by themselves as soon as they are started would do so again. Whoever kills them says nothing of
    that, be it a person or the system that is short of memory, however often it happens.
    """
    how = f"were killed by signal {-code}" if code < 0 else f"ended with status {code}"
    if lived < SETTLED_IN and (code > 0 or -code in ITS_OWN_FAULT):
        say(f"The pages {how} as soon as they were started.")
        return False
    say(f"The pages {how}; starting them again.")
    return True


def status(code: int) -> int:
    return 128 - code if code < 0 else code


def see_to_database(database: Database | None, well: float) -> float:
    """Start the embedded PostgreSQL again if it died. `well` is when it was last seen to live, in seconds of the
    monotonic clock; gives the same anew. Raises NoDatabase if by then it has not been started for a minute.
    """
    try:
        if database and database.revive():
            say("PostgreSQL had died; it was started again.")
    except (NoDatabase, OSError):  # on a full disk, not even the files beside it can be written
        if time.monotonic() - well > COMES_BACK_WITHIN:
            raise
        return well
    return time.monotonic()


def end_with_its_children(program: Program) -> None:
    """What a server that was killed leaves running would keep its port. Only for a server that stands apart."""
    with suppress(ProcessLookupError):  # it has left nothing
        os.killpg(program.pid, signal.SIGTERM)


def start(command: Sequence[str | Path], cwd: Path | None, apart: bool) -> Program:
    def end_with_parent() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG: kill -9 of ./run leaves nothing behind

    return subprocess.Popen(command, cwd=cwd, preexec_fn=end_with_parent, process_group=0 if apart else None)


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
