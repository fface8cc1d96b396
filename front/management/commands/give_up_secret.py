"""./run manage give_up_secret SECRET_KEY|REGISTER_KEY [--yes]"""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from budgeting.secret_checks import SECRETS
from front.lost_secrets import cycles_begun_anew, give_up, refuse_unless_lost
from lib import clock
from lib.refusal import Refused


class Command(BaseCommand):
    help = "For the day a secret is lost for good: says what follows, asks, and has another take its place, on record."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=SECRETS)
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, name: str, yes: bool, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        try:
            refuse_unless_lost(name)
            self.stdout.write(_what_follows(name))
            if not yes and not self._agreed(name):
                raise CommandError("Nothing was given up.")
            give_up(name, at=clock.now())
        except Refused as refused:
            raise CommandError(refused.sentence) from None
        self.stdout.write(f"{name} is given up, and the audit log says so. Keep the new one apart from the database.")

    def _agreed(self, name: str) -> bool:
        if not sys.stdin.isatty():
            raise CommandError(f"Nobody can be asked here. If it is meant: give_up_secret {name} --yes")
        return input(f"Type {name} to give it up: ").strip() == name


def _what_follows(name: str) -> str:
    if name == "SECRET_KEY":
        return (
            "Everybody signs in again. Authenticator apps and recovery codes are lost with it: their holders sign in "
            "with password and a mailed code and set up new ones, and everybody who holds a role is told by mail."
        )
    anew, standing = cycles_begun_anew(clock.now())
    lines = ["The key of the register of residents cannot be made again."]
    lines += [
        f"{cycle.slug}: nobody has voted. The register goes, with all letters and verifications: import it again."
        for cycle in anew
    ]
    lines += [
        f"{cycle.slug}: lines and ties stand as they are until the count. Nothing is imported, no letter is made and "
        "nobody more is verified, because nothing could tell who has voted."
        for cycle in standing
    ]
    return "\n".join(lines)
