"""What the worker starts once the holders of a key are called together. Nobody need start it by hand."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ballots import keeper
from ballots.models import Ceremony


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()  # the worker has made them

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ceremony", type=int)

    def handle(self, *args: Any, ceremony: int, **options: Any) -> None:
        keeper.keep(Ceremony.objects.get(pk=ceremony))
