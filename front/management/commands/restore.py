"""./run manage restore FILE [--secrets FILE] [--lost NAME]"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from budgeting.secret_checks import SECRETS
from front.restoring import restore
from lib.refusal import Refused


class Command(BaseCommand):
    help = "Bring a city back from a backup, into an empty database."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--secrets", type=Path, metavar="FILE", help="what `backup --secrets` wrote")
        parser.add_argument("--lost", action="append", choices=SECRETS, default=[], help="a secret lost for good")

    def handle(self, *args: Any, file: Path, secrets: Path | None, lost: list[str], **options: Any) -> None:
        try:
            made, entries = restore(file, secrets_from=secrets, lost=lost)
        except Refused as refused:
            raise CommandError(refused.sentence) from None
        except OSError as why:
            raise CommandError(f"{why.filename or file}: {why.strerror}") from None
        self.stdout.write(f"{made.city} is back as of {made.made_at}. The audit log holds: {entries} entries.")
        for name in lost:
            self.stdout.write(f"Before the next start: ./run manage give_up_secret {name}")
