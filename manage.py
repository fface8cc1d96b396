#!/usr/bin/env python
"""Django's command line. `./run manage …` sets everything up first; this file expects that it has been."""

import os
import sys

import django
from django.core.management import execute_from_command_line

# They speak to no city, or look themselves whether the secrets are its own, or are for the day these are lost.
ASK_NOT_FOR_THE_SECRETS = {
    *("backup", "check_database", "give_up_secret", "restore"),
    *("compilemessages", "help", "makemessages", "makemigrations", "version", "--help", "--version"),
}


def refuse_secrets_of_another_city() -> None:
    django.setup()
    from budgeting import secret_checks  # noqa: PLC0415  (models can be imported from here on)
    from lib.refusal import Refused  # noqa: PLC0415

    try:
        warning = secret_checks.compare()
    except Refused as refused:
        sys.exit(refused.sentence)
    if warning:
        sys.stderr.write(f"{warning}\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "budgeting.settings")
    if sys.argv[1:] and sys.argv[1] not in ASK_NOT_FOR_THE_SECRETS:
        refuse_secrets_of_another_city()
    execute_from_command_line(sys.argv)
