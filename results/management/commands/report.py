"""./run manage report 2027: writes the council's report to a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from budgeting.models import Contest, Cycle
from lib import clock
from lib.refusal import Refused
from results.council_report import council_report, name_of


class Command(BaseCommand):
    help = "Writes the report for the council on a cycle, or on one of its contests, as a PDF."

    def add_arguments(self, parser: ArgumentParser) -> None:
        languages = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("cycle", help="the cycle's address, such as 2027")
        parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="where to write it")
        parser.add_argument("--contest", "--district", dest="contest", metavar="SLUG", help="only this one")
        parser.add_argument("--language", choices=languages, default=settings.LANGUAGE_CODE)

    def handle(self, *, cycle: str, output: Path | None, contest: str | None, language: str, **options: Any) -> None:
        try:
            found = Cycle.objects.get(slug=cycle)
            pots = found.contests.select_related("cycle", "district")
            pot = pots.get(slug=contest) if contest else None
            content = council_report(found, pot, language=language, at=clock.now())
            target = output or Path(name_of(found, pot))
            target.write_bytes(content)
        except Cycle.DoesNotExist:
            raise CommandError(f"There is no cycle {cycle}.") from None
        except Contest.DoesNotExist:
            raise CommandError(f"There is no contest {contest} in the cycle {cycle}.") from None
        except Refused as refused:
            raise CommandError(refused.sentence) from None
        except OSError as reason:
            raise CommandError(f"{reason.filename} cannot be written: {reason.strerror}.") from None
        self.stdout.write(str(target))
