"""What the worker does for accounts."""

from datetime import timedelta

from accounts import new_roles
from lib.jobs import every


@every(timedelta(hours=1))
def tell_of_new_roles() -> None:
    new_roles.tell()
