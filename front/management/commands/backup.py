"""./run manage backup FILE [--secrets FILE]"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from front.backup import back_up
from lib import clock
from lib.refusal import Refused


class Command(BaseCommand):
    help = (
        "The city in one file: database, photos and private files. No secrets, unless asked into a file of their own."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a new file, such as city-2027-03-01.tar")
        parser.add_argument(
            "--secrets", type=Path, metavar="FILE", help="a new file for the secrets: keep it elsewhere"
        )

    def handle(self, *args: Any, file: Path, secrets: Path | None, **options: Any) -> None:
        try:
            made = back_up(file, at=clock.now(), secrets_to=secrets)
        except Refused as refused:
            raise CommandError(refused.sentence) from None
        except OSError as why:
            raise CommandError(f"{why.filename or file}: {why.strerror}") from None
        self.stdout.write(
            f"{file}: {made.city}, {file.stat().st_size} bytes, audit log to {made.audit_head or 'nothing'}"
        )
        self.stdout.write(f"The secrets are in {secrets}." if secrets else "The secrets are not in it.")
