"""Put up what is due on all boards, as the worker does every quarter of an hour. Tells what fails, and where."""

from typing import Any

from django.core.management.base import BaseCommand

from ballots import board


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        for batch in board.publish_due():
            self.stdout.write(f"{batch.contest}: batch {batch.number}, {batch.envelopes} envelopes, root {batch.root}")
