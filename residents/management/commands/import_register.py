"""./run manage import_register CYCLE FILE [--yes [--nearly-everybody] [--same-people | --other-people]]"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from budgeting.models import Cycle
from lib import clock
from lib.refusal import Refused
from residents import register_import, same_people
from residents.models import RegisterImport


class Command(BaseCommand):
    help = "Make a cycle's register of residents from a CSV or XLSX file. Without --yes it only says what would change."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("cycle", help="the cycle's address, such as 2027")
        parser.add_argument("file", type=Path)
        parser.add_argument("--yes", action="store_true", help="change the register")
        parser.add_argument("--years-alone", action="store_true", help="take who has a year of birth and no date")
        parser.add_argument("--nearly-everybody", action="store_true", help="also if hardly anybody stays on it")

        who = parser.add_mutually_exclusive_group()
        same = "who has the name and birth date of a line left out is the same person, with a corrected identifier"
        who.add_argument("--same-people", action="store_const", const=True, dest="same", help=same)
        who.add_argument("--other-people", action="store_const", const=False, dest="same", help="or somebody else")

    def handle(self, *args: Any, cycle: str, file: Path, yes: bool, same: bool | None, **options: Any) -> None:
        meant = options["nearly_everybody"]
        try:
            found = Cycle.objects.get(slug=cycle)
            with file.open("rb") as opened:
                made = register_import.preview(
                    found, opened, by=None, at=clock.now(), years_alone=options["years_alone"]
                )
            for fault in made.rejected:
                self.stderr.write(f"line {fault['line']}, {fault['column'] or 'the whole line'}: {fault['reason']}")
            self.stdout.write(
                f"{made.new} new, {made.changed} changed, {made.unchanged} unchanged, {made.gone} gone, "
                f"{len(made.rejected)} rejected"
            )
            lines = list(same_people.proposed(made).values_list("line", flat=True))
            for line in same_people.proposed(made):
                self.stdout.write(f"line {line.line} seems to go on with line {line.same_as} of the register")
            for alike in same_people.alike(made):
                self.stdout.write(f"one name and one date of birth on lines {', '.join(map(str, alike))}")
            if yes:
                others = {True: [], False: lines, None: None if lines else []}[same]
                self._ask(made, others, meant)
                register_import.confirm(made, by=None, at=clock.now(), nearly_everybody=meant, others=others)
                self.stdout.write("The register was changed.")
            else:
                register_import.drop(made, by=None, at=clock.now())
                self.stdout.write("Nothing was changed. With --yes it will be.")
        except Cycle.DoesNotExist:
            raise CommandError(f"There is no cycle “{cycle}”.") from None
        except Refused as refused:
            raise CommandError(refused.sentence) from None
        except OSError as why:
            raise CommandError(str(why)) from None

    def _ask(self, made: RegisterImport, others: list[int] | None, meant: bool) -> None:
        """Raises CommandError, and drops the upload, where the options leave open what is meant."""
        asked = "" if meant else register_import.nearly_everybody_goes(made, others)
        if others is None:
            asked, options = "Are they the same people?", "--same-people or --other-people"
        else:
            options = "--nearly-everybody"
        if asked:
            register_import.drop(made, by=None, at=clock.now())
            raise CommandError(f"{asked} Nothing was changed. If so: --yes {options}")
