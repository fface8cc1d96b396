"""./run manage demo [--fresh] [--seed N]: load the demo city, or print its sign-ins again."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from accounts.models import User
from budgeting.models import Cycle
from demo import content
from demo.loading import Size, Town, load
from demo.papers import hand_out, handed_out
from demo.people import is_demo
from lib.postgresql import acting
from proposals.models import Photo
from results.models import Report


class Command(BaseCommand):
    help = "Load Halverne, the demo city, into an empty database; loaded already, print its sign-ins again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fresh", action="store_true", help="take the demo city down and begin anew")
        parser.add_argument("--seed", type=int, default=1142, help="another number, other people and votes")

    def handle(self, *args: Any, fresh: bool, seed: int, **options: Any) -> None:
        folder = settings.VAR_DIR / "demo"
        self.begun = time.monotonic()
        if Cycle.objects.exists() or User.objects.exists():
            if not is_demo():
                raise CommandError("This database holds a city of your own. The demo needs an empty one.")
            if not fresh:
                self.stdout.write(handed_out(folder))
                return
            self.tell("Taking the old city down")
            take_down()
        hand_out(self.load(seed), folder)
        self.tell("Done\n")
        self.stdout.write(handed_out(folder))

    def load(self, seed: int) -> Town:
        return load(content.read(), seed, Size(), self.tell)

    def tell(self, step: str) -> None:
        self.stdout.write(f"{time.monotonic() - self.begun:5.1f} s  {step}")
        self.stdout.flush()


def take_down() -> None:
    """Empty the demo's database by making its schema anew: some tables refuse, rightly, to have rows deleted."""
    for photo in Photo.objects.all():
        photo.large.delete(save=False)
        photo.small.delete(save=False)
    for report in Report.objects.all():
        report.file.delete(save=False)
    with acting.as_owner():
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
        call_command("migrate", verbosity=0)
    call_command("check_database")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")  # as at first, where all of this is one transaction
