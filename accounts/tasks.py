"""What the worker does for accounts."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from accounts import new_roles
from lib.jobs import every


@every(timedelta(hours=1), _("tell who may confirm of new roles"))
def tell_of_new_roles() -> None:
    new_roles.tell()
