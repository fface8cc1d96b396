"""./run manage migrate: Django's own, done by the owner of the tables, who then lets whoever acts in to them."""

from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate

from audit import fence
from lib.postgresql import acting


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with acting.as_owner():
            super().handle(*args, **options)
            if not (options["plan"] or options["check_unapplied"]):
                call_command("createcachetable", verbosity=0)
                fence.let_in()
