"""What the worker does for the outbox."""

from datetime import timedelta

from lib import clock, jobs
from notices.courier import Courier
from notices.models import Count, Mail

_courier = Courier(clock.now)


@jobs.every(timedelta(seconds=2), by_itself=True)
def send_mail() -> None:
    _courier.go()


@jobs.every(timedelta(days=1))
def forget_sent_mail() -> None:
    Mail.objects.forget_old(clock.now())


@jobs.every(timedelta(hours=1))
def forget_counts() -> None:
    Count.forget_old(clock.now())
