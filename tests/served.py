"""What every test needs that has a program serve: a port, some patience, and somebody who has signed in."""

import time
from collections.abc import Callable
from pathlib import Path
from socket import create_server

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from accounts.models import User


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def wait_for(ready: Callable[[], object], log: Path, seconds: int = 120) -> None:
    """The seconds are a limit for what hangs, and no measure; when they are over, the log is shown."""
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


def session_of(user: User) -> str:
    """The cookie of somebody who has signed in, where a test is not about signing in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]  # at the door
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return session.session_key
