"""./run manage verify_audit [--head NUMBER:HASH]"""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.chain import Broken
from audit.models import AuditEvent
from committee.sealing import altered_cards


class Command(BaseCommand):
    help = (
        "Recompute the chain of the audit log, and compare the cards of committees with the digests it has of them. "
        "Exit 0 if all holds, 1 with the first broken entry or the altered cards if it does not."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head", metavar="NUMBER:HASH", help="an entry noted earlier, outside this database: shows a cut-off end"
        )

    def handle(self, *args: Any, head: str | None, **options: Any) -> None:
        try:
            number, last = AuditEvent.verify_chain(_read(head) if head else None)
        except Broken as broken:
            self.stderr.write(str(broken))
            sys.exit(1)
        self.stdout.write(f"The audit log holds: {number} entries, head {number}:{last.hex()}")
        if altered := [f"{card} (card {card.pk})" for card in altered_cards()]:
            self.stderr.write("Not as it was handed in, on a proposal in a step by a member: " + "; ".join(altered))
            sys.exit(1)


def _read(head: str) -> tuple[int, bytes]:
    number, _, digest = head.partition(":")
    try:
        return int(number), bytes.fromhex(digest)
    except ValueError:
        raise CommandError("--head is an entry's number, a colon and its hash, as the audit page shows it.") from None
