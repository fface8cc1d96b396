"""./run manage check_database: done by `./run` before it serves."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from audit import fence
from budgeting import secret_checks, versions
from lib.refusal import Refused

FORGETFUL = (
    "This PostgreSQL does not wait for its disk (fsync is off): when the machine fails, ballots are lost whose receipt "
    "was shown. Switch it on before anybody votes."
)


class Command(BaseCommand):
    help = "Look whether secrets and tables are this program's own, and how they are fenced; keep those of a new city."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            versions.refuse_tables_of_a_later_version()
            warning = secret_checks.keep()
        except Refused as refused:
            raise CommandError(refused.sentence) from None
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('fsync')")
            forgetful = FORGETFUL if cursor.fetchone() == ("off",) else ""
        for line in filter(None, (warning, forgetful, fence.why_it_does_not_stand())):
            self.stderr.write(line)
