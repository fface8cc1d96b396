"""The process that keeps what nobody else may know while the holders of the key are together.

The shares of a key in the making, or the words that were given, are in its memory and nowhere else: not on a disk, in
no job, session, log or error report. It ends with the ceremony, with the worker that started it, or after a day; then
they are gone, and whoever begins anew begins with new ones.
"""

import contextlib
import ctypes
import logging
import os
import resource
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from ballots import ceremony, key
from ballots.models import Ceremony, Part
from ballots.opening import open_box
from ballots.sealing import SEED, CannotOpen, PrivateKey, Share, seal
from ballots.vouching import ALTERED, code, code_of_asking, info, require_as_begun
from budgeting.people import Person
from lib import clock, jobs
from lib.refusal import Refused

log = logging.getLogger(__name__)

LOOK_EVERY = 0.2  # seconds
DUMPABLE = 4  # prctl's PR_SET_DUMPABLE: with 0 nobody but root reads this memory, and it leaves no core behind


class Keeper:
    """Keeps one ceremony. `held`: a connection of its own, whose lock tells everybody that it lives."""

    def __init__(self, kept: Ceremony, held: psycopg.Connection) -> None:
        self.pk, self.held = kept.pk, held
        self._one_time = PrivateKey(secrets.token_bytes(SEED))
        self._code = ""  # of what it took up
        self._shares: dict[int, Share] = {}
        self._shown_in: dict[int, str] = {}

    def take_up(self) -> bool:
        """Say by which key the sessions reach it; and make the key, if that is what it is for.

        Not so (False) if the ceremony has ended, or another process had it: what that one knew is gone with it.
        """
        with transaction.atomic():
            kept = Ceremony.objects.select_for_update().get(pk=self.pk)
            parts = list(kept.parts.all())
            if kept.keeper or not kept.is_on:
                return False
            try:
                require_as_begun(kept, parts)
            except Refused as refused:
                ceremony.end(kept, Ceremony.End.REFUSED, refused.sentence, at=clock.now())
                return False
            kept.keeper = self._one_time.public_key
            if kept.is_of_the_key:
                self._make_key(kept, parts)
            kept.vouched = self._code = code(kept, parts)
            kept.save()
        return True

    def _make_key(self, kept: Ceremony, parts: Sequence[Part]) -> None:
        made, shares = key.new(kept.cycle, kept.threshold, len(parts))
        self._shares = {share.number: share for share in shares}
        kept.public_key, kept.test_envelope, kept.test_digest = made.public_key, made.test_envelope, made.test_digest
        for part, commitment in zip(parts, made.commitments, strict=True):
            part.commitment = commitment
        Part.objects.bulk_update(parts, ["commitment"])

    def look(self) -> bool:
        """Do what waits. Is the ceremony still on? Raises psycopg.OperationalError if its lock is gone.

        Nothing is done in a ceremony of which the database says anything else than when it was taken up: it ends.
        """
        self.held.execute("SELECT 1")
        kept = Ceremony.objects.select_related("cycle", "begun_by").prefetch_related("parts__holder").get(pk=self.pk)
        at, parts = clock.now(), list(kept.parts.all())
        if kept.is_on and code(kept, parts) != self._code:
            ceremony.end(kept, Ceremony.End.REFUSED, str(ALTERED), at=at)
        elif kept.is_on and at >= kept.ends_at:
            ceremony.end(kept, Ceremony.End.TOO_LATE, at=at)
        elif kept.is_on and kept.is_of_the_key:
            self._answer(kept, parts, at)
        elif kept.is_on and ceremony.has_enough(kept, parts):
            self._open(kept, [part for part in parts if part.done_at][: kept.threshold], at)
        kept.refresh_from_db(fields=["ended_at"])
        return kept.is_on

    def _answer(self, kept: Ceremony, parts: Sequence[Part], at: datetime) -> None:
        """Hand each sheet that is asked for to the one session that asks, sealed to it; forget what has been taken."""
        for part in parts:
            if part.done_at:
                self._shares.pop(part.number, None)
            elif part.asked_with and not part.answer:
                asker = bytes(part.asked_with)
                if not constant_time_compare(part.vouched, code_of_asking(part, part.shown_in, asker)):
                    continue
                if self._shown_in.setdefault(part.number, part.shown_in) != part.shown_in:
                    ceremony.end(kept, Ceremony.End.REFUSED, _("A sheet was asked for in a second session."), at=at)
                    return
                sealed = seal(self._shares[part.number].secret, asker, info(part, "shown"))
                Part.objects.filter(pk=part.pk, asked_with=asker).update(answer=sealed)

    def _open(self, kept: Ceremony, given: Sequence[Part], at: datetime) -> None:
        how, said = Ceremony.End.DONE, ""
        try:
            self._do(kept, [self._share(part) for part in given], given[0].holder, at)
        except CannotOpen:
            how, said = Ceremony.End.REFUSED, _("Words that were given were altered on their way.")
        except Refused as refused:
            how, said = Ceremony.End.REFUSED, refused.sentence
        except DatabaseError:
            raise
        except Exception as failure:  # what it knew stays out of every report
            log.error("Ceremony %d ended by %s.", kept.pk, type(failure).__name__)
            how, said = Ceremony.End.REFUSED, _("It ended by an error that nobody foresaw.")
        ceremony.end(kept, how, said, at=at)

    def _share(self, part: Part) -> Share:
        return Share(part.number, self._one_time.open(bytes(part.sealed), info(part, "given")))

    def _do(self, kept: Ceremony, shares: list[Share], first: Person, at: datetime) -> None:
        by = kept.begun_by or first
        if kept.kind == Ceremony.Kind.REHEARSAL:
            key.rehearse(kept.cycle, shares, by=by, at=at)
        else:
            open_box(kept.cycle, shares, by=by, at=at, progress=self._tell)

    def _tell(self, opened: int) -> None:
        """How far it is, past the transaction of the opening, so that others see it."""
        self.held.execute("UPDATE ballots_ceremony SET opened = %s WHERE id = %s", [opened, self.pk])


@contextlib.contextmanager
def keeping(kept: Ceremony) -> Iterator[Keeper | None]:
    """A keeper that holds the lock of its ceremony for as long as this lasts; None if another holds it."""
    with jobs.session() as held:
        lock = held.execute("SELECT pg_try_advisory_lock(hashtext('ceremony'), %s)", [kept.pk])
        yield Keeper(kept, held) if lock.fetchone() == (True,) else None


def keep(kept: Ceremony) -> None:
    """Keep a ceremony until it ends, or whoever started this process has."""
    _leave_no_trace()
    parent = os.getppid()
    try:
        with keeping(kept) as keeper:
            if keeper and keeper.take_up():
                while keeper.look() and os.getppid() == parent:
                    time.sleep(LOOK_EVERY)
    except (DatabaseError, psycopg.Error) as failure:
        log.error("Ceremony %d is lost: %s.", kept.pk, type(failure).__name__)


def _leave_no_trace() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(AttributeError, OSError):  # Linux alone has it
        ctypes.CDLL(None).prctl(DUMPABLE, 0, 0, 0, 0)


# The worker starts them ----------------------------------------------------------------------------------------------

_started: dict[int, subprocess.Popen[bytes]] = {}


def start_what_waits() -> None:
    """A process of its own for each ceremony that was begun; one whose process is gone ends, never taken up again."""
    for pk, process in list(_started.items()):
        if process.poll() is not None:
            del _started[pk]
    for kept in Ceremony.objects.filter(ended_at=None):
        if ceremony.is_lost(kept):
            ceremony.end(kept, Ceremony.End.LOST, at=clock.now())
        elif not kept.keeper and kept.pk not in _started:
            manage = Path(settings.BASE_DIR) / "manage.py"
            _started[kept.pk] = subprocess.Popen([sys.executable, manage, "keep_ceremony", str(kept.pk)])  # noqa: S603
