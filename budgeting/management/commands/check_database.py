"""./run manage check_database: done by `./run` before it serves."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from budgeting import secret_checks, versions
from lib.refusal import Refused


class Command(BaseCommand):
    help = "Look whether secrets and tables are this program's own; keep the secrets of a new city."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            versions.refuse_tables_of_a_later_version()
            warning = secret_checks.keep()
        except Refused as refused:
            raise CommandError(refused.sentence) from None
        if warning:
            self.stderr.write(warning)
