"""What the worker does for proposals."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from lib import clock
from lib.jobs import every
from proposals import last_days, shortlist_public
from proposals.models import Hiding


@every(timedelta(minutes=5), _("remind before a call for proposals ends"))
def remind_of_the_last_days() -> None:
    last_days.look(clock.now())


@every(timedelta(minutes=5), _("tell that a shortlist is public"))
def tell_that_a_shortlist_is_public() -> None:
    shortlist_public.look(clock.now())


@every(timedelta(minutes=5), _("end what one person hid and nobody confirmed"))
def end_lapsed_hidings() -> None:
    Hiding.end_lapsed(clock.now())
