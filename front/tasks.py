"""What the worker does for those who work for the budget: it tells them of it."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from front import desk_today, log_ends, phases_told, works_fail
from lib import clock
from lib.jobs import every


@every(timedelta(minutes=5), _("tell staff of phases that open or close"))
def tell_of_phases() -> None:
    phases_told.look(clock.now())


@every(timedelta(minutes=5), _("tell staff once a day what waits for them"))
def tell_what_waits() -> None:
    desk_today.look(clock.now())


@every(timedelta(minutes=5), _("tell clerks what fails"))
def tell_what_fails() -> None:
    works_fail.look(clock.now())


@every(timedelta(minutes=5), _("tell auditors where the log ends"))
def tell_where_the_log_ends() -> None:
    log_ends.look(clock.now())
