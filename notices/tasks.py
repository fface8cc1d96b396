"""What the worker does for the outbox."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from lib import clock, jobs
from notices import bounce_mailbox
from notices.courier import Courier
from notices.spreading import spread

_courier = Courier(clock.now)


@jobs.every(timedelta(seconds=2), _("send the mails that wait"), by_itself=True)
def send_mail() -> None:
    spread(clock.now())
    _courier.go()


@jobs.every(timedelta(minutes=5), _("read which mails came back"), by_itself=True)
def read_what_came_back() -> None:
    bounce_mailbox.look(clock.now())
