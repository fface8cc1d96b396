"""What the worker does for all rooms."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from budgeting import retention
from lib import clock
from lib.jobs import every


@every(timedelta(days=1), _("forget what is kept for a time only"))
def forget_what_is_over() -> None:
    retention.forget(clock.now())
