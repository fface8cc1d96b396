#!/usr/bin/env python
"""Django's command line. `./run manage …` sets everything up first; this file expects that it has been."""

import logging
import os
import sys
from contextlib import nullcontext

import django
import psycopg
from django.conf import settings
from django.core.management import execute_from_command_line
from django.db import Error, connection

from budgeting.environment import DATABASE_URL, WrongSetting
from lib.away import is_away
from lib.postgresql.acting import ActingConnection, as_owner

# They speak to no city, or look themselves whether the secrets are its own, or are for the day these are lost.
ASK_NOT_FOR_THE_SECRETS = {
    *("backup", "check_database", "give_up_secret", "restore"),
    *("compilemessages", "help", "makemessages", "makemigrations", "version", "--help", "--version"),
}
LETS_IN = "migrate"  # whoever else acts in the database is let in by this one, so it needs nobody to be let in


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


def why_it_does_not_answer() -> str:
    """In one line. The pool, which has waited for a connection, does not tell why there was none."""
    reason = "this one did not for a moment (it does now)"
    try:
        ActingConnection.connect(**connection.get_connection_params()).close()
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
    return f"{DATABASE_URL.shown()}; expected: a database that lets us in, but {reason}"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "budgeting.settings")
    try:
        settings.DEBUG  # noqa: B018  (the first to be asked for has all read)
    except WrongSetting as wrong:
        sys.exit(str(wrong))
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # it warns at each try; what is wrong is said at the end
    try:
        with as_owner() if sys.argv[1:2] == [LETS_IN] else nullcontext():
            if sys.argv[1:] and sys.argv[1] not in ASK_NOT_FOR_THE_SECRETS:
                refuse_secrets_of_another_city()
            execute_from_command_line(sys.argv)
    except (Error, psycopg.Error) as error:
        if not is_away(error):
            raise
        sys.exit(why_it_does_not_answer())


if __name__ == "__main__":
    main()
