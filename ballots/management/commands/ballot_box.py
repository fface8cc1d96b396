"""The ballot box of a cycle at a terminal: rehearse, or open it, where all holders sit in one room.

By pages each does so in a session of their own. So they make the key, too; here it would show all sheets to one.
"""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from ballots import key
from ballots.opening import open_box
from ballots.sealing import Share
from budgeting.models import Cycle
from budgeting.people import Person
from lib import clock
from lib.refusal import Refused


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["rehearse", "open"])
        parser.add_argument("cycle", help="the address of the cycle, such as 2027")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="the clerk who acts, for the record")

    def handle(self, *args: Any, act: str, cycle: str, by: str, **options: Any) -> None:
        found = Cycle.objects.filter(slug=cycle).first()
        if found is None:
            raise CommandError(f"There is no cycle {cycle}.")
        clerk = self.person(by)
        if not clerk.is_clerk:
            raise CommandError(f"{by} is no clerk.")
        try:
            if act == "rehearse":
                key.rehearse(found, self.shares(found), by=clerk, at=clock.now())
                self.stdout.write("The test envelope opened. The holders' sheets work.")
            else:
                opening = open_box(found, self.shares(found), by=clerk, at=clock.now())
                self.stdout.write(f"The box is open, and everything in it is accounted for: {opening.reconciliation}")
        except Refused as refused:
            raise CommandError(refused.sentence) from None

    def person(self, email: str) -> Person:
        if found := get_user_model().objects.filter(email__iexact=email).first():
            return found
        raise CommandError(f"Nobody has the e-mail address {email}.")

    def shares(self, cycle: Cycle) -> list[Share]:
        """As many as open the box, typed without being shown."""
        return [
            Share.typed(int(input("Number of the sheet: ")), getpass("Its twelve words (not shown): "))
            for _ in range(key.key_of(cycle).threshold)
        ]
