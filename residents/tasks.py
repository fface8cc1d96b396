"""What the worker does for residents."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from lib import clock
from lib.jobs import every
from residents import desk_days, vote_begins


@every(timedelta(hours=1), _("send the lists of who was verified at the desk"))
def send_lists_of_the_desk() -> None:
    desk_days.send_due(clock.now())


@every(timedelta(minutes=5), _("tell that a vote has begun"))
def tell_that_a_vote_has_begun() -> None:
    vote_begins.look(clock.now())
