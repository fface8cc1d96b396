"""The one clock. Views read it once and pass the moment on; only a vote asks the database's clock instead."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The present moment, aware, in UTC. Tests turn it by replacing this function."""
    return timezone.now()
