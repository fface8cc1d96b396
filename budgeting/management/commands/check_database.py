"""./run manage check_database: done by `./run` before it serves."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from budgeting import secret_checks, versions
from lib.refusal import Refused

FORGETFUL = (
    "This PostgreSQL does not wait for its disk (fsync is off): when the machine fails, ballots are lost whose receipt "
    "was shown. Switch it on before anybody votes."
)


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
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('fsync')")
            if cursor.fetchone() == ("off",):
                self.stderr.write(FORGETFUL)
