"""./run manage check_secrets: done by `./run` before it serves."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from budgeting import secret_checks
from lib.refusal import Refused


class Command(BaseCommand):
    help = "Look whether the secrets are those this database's city was set up with; keep those of a new city."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            warning = secret_checks.keep()
        except Refused as refused:
            raise CommandError(refused.sentence) from None
        if warning:
            self.stderr.write(warning)
