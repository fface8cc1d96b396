"""./run manage verify_audit [--head NUMBER:HASH] [--board FILE]"""

import hashlib
import re
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.db import connection, transaction

from audit import compared
from audit.chain import Broken
from audit.models import AuditEvent
from ballots.models import BoardBatch

Head = tuple[int, bytes]


class Command(BaseCommand):
    help = (
        "Recompute the chain of the audit log, and compare what is stored with what it says. "
        "Exit 0 if both hold, 1 with the first broken entry, or with a line for each difference, if they do not."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head", metavar="NUMBER:HASH", help="an entry noted earlier, outside this database: shows a cut-off end"
        )
        parser.add_argument(
            "--board",
            metavar="FILE",
            type=Path,
            help="a batch of a board saved earlier: it names an entry too, and is looked for among those stored",
        )

    @no_translations
    def handle(self, *args: Any, head: str | None = None, board: Path | None = None, **options: Any) -> None:
        heads = [_read(head)] if head else []
        text = _text(board) if board else b""
        if board:
            heads += self._noted_in(text)
        with _at_one_moment():
            found = self._differences(heads, board, text)
        for line in found:
            self.stderr.write(line)
        if found:
            sys.exit(1)

    def _differences(self, heads: list[Head], board: Path | None, text: bytes) -> list[str]:
        """The first broken entry of the log, or a line for each thing that is stored otherwise than it says."""
        try:
            number, last = AuditEvent.verify_chain(*heads)
        except Broken as broken:
            return [str(broken)]
        self.stdout.write(f"The audit log holds: {number} entries, head {number}:{last.hex()}")
        found = list(compared.differences())
        if board and not BoardBatch.objects.filter(root=hashlib.sha256(text).hexdigest()).exists():
            found.insert(0, f"Boards: the batch in {board.name} is not on the board that is stored.")
        return found

    def _noted_in(self, text: bytes) -> list[Head]:
        """The entry of the log that a batch names, if it names one."""
        if named := re.search(rb"^log (\d+) ([0-9a-f]{64})$", text, re.MULTILINE):
            return [(int(named[1]), bytes.fromhex(named[2].decode()))]
        self.stdout.write("This batch names no entry of the log: its board is of an earlier version.")
        return []


@contextmanager
def _at_one_moment() -> Iterator[None]:
    """What is stored and the log are seen as of one moment, while the city votes and works on."""
    begins = not connection.in_atomic_block
    with transaction.atomic():
        if begins:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _read(head: str) -> Head:
    number, _, digest = head.partition(":")
    try:
        return int(number), bytes.fromhex(digest)
    except ValueError:
        raise CommandError("--head is an entry's number, a colon and its hash, as the audit page shows it.") from None


def _text(board: Path) -> bytes:
    try:
        text = board.read_bytes()
    except OSError as reason:
        raise CommandError(f"{board} cannot be read: {reason.strerror}.") from None
    if not text.startswith(b"common-purse board "):
        raise CommandError(f"{board} is no batch of a board, as its page hands it out.")
    return text
