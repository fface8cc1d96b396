"""Import elections in Pabulib's format, count them by their declared rule, and compare with the official winners."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, transaction

from ballots.counting import count_contest
from ballots.models import Count
from lib import clock, money
from lib.refusal import Refused
from results.importing import import_election, official_numbers
from tally.pabulib import PabulibError, read

# What nobody thought of in a stranger's file.
UNFORESEEN = (ArithmeticError, LookupError, ValueError, DatabaseError)


class Command(BaseCommand):
    help = __doc__
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--currency", default="", metavar="PLN", help="where the files do not say which it is")

    def handle(self, *args: Any, files: list[Path], currency: str, **options: Any) -> None:
        verdicts = [self.import_file(path, currency.upper()) for path in files]
        imported = len(files) - verdicts.count("refused")
        self.stdout.write(
            f"{imported} of {len(files)} imported; {verdicts.count('agrees')} agree with their official winners, "
            f"{verdicts.count('differs')} differ, {verdicts.count('silent')} name none."
        )
        if imported < len(files):
            sys.exit(2)

    def import_file(self, path: Path, currency: str) -> str:
        """Import and count one file, or nothing of it. Gives "agrees", "differs", "silent" or "refused"."""
        try:
            file = read(path)
            with transaction.atomic():
                at = clock.now()
                contest = import_election(file, at=at, currency=currency)
                count = count_contest(contest, by=None, at=at)
        except (PabulibError, OSError) as wrong:
            return self.refuse(path, str(wrong))
        except Refused as refused:
            return self.refuse(path, refused.sentence)
        except UNFORESEEN as wrong:
            return self.refuse(path, f"cannot be imported: {type(wrong).__name__}: {wrong}".partition("\n")[0])
        self.tell(path, count)
        return self.compare(count, official_numbers(file), file.meta["rule"])

    def refuse(self, path: Path, reason: str) -> str:
        self.stderr.write(f"{path.name}: {reason}")
        return "refused"

    def tell(self, path: Path, count: Count) -> None:
        contest, outcome = count.contest, count.outcome
        currency = contest.cycle.currency
        spent, budget = money.written(outcome["spent"], currency), money.written(contest.budget, currency)
        self.stdout.write(f"{path.name} → {contest.get_absolute_url()}")
        self.stdout.write(
            f"  {contest.get_counting_rule_display()}: {len(outcome['winners'])} funded, {spent} of {budget}"
        )
        lines = {str(line.ballot_number): line for line in contest.paper.lines.all()}
        for winner in outcome["winners"]:
            line = lines[winner]
            self.stdout.write(f"  {line.ballot_number:>4}  {money.written(line.cost, currency):>14}  {line.title}")

    def compare(self, count: Count, official: set[str] | None, declared: str) -> str:
        if official is None:
            self.stdout.write("  The file names no official winners.")
            return "silent"
        ours = set(count.outcome["winners"])
        if ours == official:
            self.stdout.write("  Agrees with the official winners.")
            return "agrees"
        differences = [
            f"{what} {', '.join(sorted(numbers, key=int))}"
            for what, numbers in (("only we fund", ours - official), ("only they fund", official - ours))
            if numbers
        ]
        self.stdout.write(f"  Differs from the official winners (declared rule: {declared}): {'; '.join(differences)}.")
        return "differs"
