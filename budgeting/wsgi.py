"""What gunicorn serves, once the settings are right and the secrets are those of the database."""

import os
import sys
import threading
import time
from typing import NoReturn

import psycopg
from django import setup
from django.db import Error, connection

from budgeting.environment import WrongSetting

APP_LOAD_ERROR = 4  # a gunicorn whose process ends with it starts no other, and ends
PAUSE = 2  # seconds

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "budgeting.settings")


def _end(sentence: str) -> NoReturn:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
    os._exit(APP_LOAD_ERROR)  # from a thread nothing else ends the process


try:
    setup()
except WrongSetting as wrong:
    _end(str(wrong))

from budgeting import secret_checks  # noqa: E402  (it imports models, which are ready from here on)
from budgeting.bodies import Application  # noqa: E402
from lib import jobs  # noqa: E402
from lib.away import is_away  # noqa: E402
from lib.refusal import Refused  # noqa: E402


def _belong_together() -> bool:
    """Are the secrets those of the database? False: it is away, and cannot say. Ends the process if they are not."""
    try:
        with jobs.session():  # not from the pool, where one would wait for a server that is away
            pass
        secret_checks.compare()
    except Refused as refused:
        _end(refused.sentence)
    except (Error, psycopg.Error) as error:
        if not is_away(error):
            raise
        return False
    finally:
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # processes that are forked from this one must not share its connections
    return True


def _compare_once_it_is_back() -> None:
    while not _belong_together():
        time.sleep(PAUSE)


# ./run has had them made by now. Each process would make up its own, and cities would be half sealed with each.
if unkept := secret_checks.first_unkept():
    _end(unkept)
if not _belong_together():
    threading.Thread(target=_compare_once_it_is_back, daemon=True).start()

application = Application()
