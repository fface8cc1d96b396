"""Put up what is due on all boards. For a timer, where no worker runs; doing it too often does no harm."""

from typing import Any

from django.core.management.base import BaseCommand

from ballots import board
from budgeting.models import Contest


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        unfinished = Contest.objects.filter(paper__isnull=False, cycle__box_key__isnull=False)
        for contest in unfinished.exclude(batches__final=True).select_related("cycle", "district", "paper"):
            if batch := board.publish(contest):
                self.stdout.write(f"{contest}: batch {batch.number}, {batch.envelopes} envelopes, root {batch.root}")
