"""./run manage letters CYCLE REGISTER -o letters.pdf [--district D] [--limit N] [--again] [--anyway]"""

from argparse import ArgumentParser
from itertools import count, islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from budgeting.models import Cycle, District
from budgeting.public_address import why_nobody_gets_here
from lib import clock
from lib.refusal import Refused
from residents.letters import MOST_SHEETS, letters, sheets


class Command(BaseCommand):
    help = "Letters with a code for residents who have none yet, from the file the register was made from."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("cycle", help="the cycle's address, such as 2027")
        parser.add_argument("register", type=Path, help="the CSV or XLSX file the register was made from")
        parser.add_argument("-o", "--output", type=Path, required=True, help="the PDF; more than 200 sheets: several")
        parser.add_argument("--district", help="only residents of this district, by its address")
        parser.add_argument("--limit", type=int, help="at most this many letters")
        parser.add_argument("--anyway", action="store_true", help="even if PUBLIC_URL leads to this machine only")
        parser.add_argument("--again", action="store_true", help="also who has a letter already; its code is voided")

    def handle(self, *args: Any, cycle: str, register: Path, output: Path, **options: Any) -> None:
        if (sentence := why_nobody_gets_here()) and not options["anyway"]:
            raise CommandError(f"{sentence} No letter was made; with --anyway they are.")
        try:
            found = Cycle.objects.get(slug=cycle)
            district = District.objects.get(slug=options["district"]) if options["district"] else None
            chosen = {"district": district, "limit": options["limit"], "again": options["again"]}
            with register.open("rb") as file:
                made = letters(found, file, by=None, at=clock.now(), **chosen)
                self._print(found, made, output)
        except (Cycle.DoesNotExist, District.DoesNotExist):
            raise CommandError("There is no such cycle or district.") from None
        except Refused as refused:
            raise CommandError(refused.sentence) from None
        except OSError as why:
            raise CommandError(str(why)) from None

    def _print(self, cycle: Cycle, made: Any, output: Path) -> None:
        batch = list(islice(made, MOST_SHEETS))
        if not batch:
            self.stdout.write("Nobody in this file is without a letter.")
        for number in count(1):
            following = list(islice(made, MOST_SHEETS))
            single = number == 1 and not following
            path = output if single else output.with_stem(f"{output.stem}-{number:03}")
            if not batch:
                return
            path.write_bytes(sheets(cycle, batch))
            self.stdout.write(f"{path}: {len(batch)} letters")
            batch = following
