"""./run manage demo_code EMAIL: the six digits that a sign-in of the demo city needs now."""

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.core.management.base import BaseCommand, CommandError

from demo.people import authenticator_of, is_demo


class Command(BaseCommand):
    help = "Print the current code of a demo sign-in's second factor. Works in the demo city and nowhere else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        authenticator = authenticator_of(email) if is_demo() else None
        if authenticator is None:
            raise CommandError(f"{email} is no sign-in of a demo city with a second factor.")
        counters = list(yield_hotp_counters_from_time())  # as many before now as after
        counter = counters[len(counters) // 2]
        self.stdout.write(format_hotp_value(hotp_value(decrypt(authenticator.data["secret"]), counter)))
