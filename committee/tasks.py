"""What the worker does for committees."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from committee import motions, publishing, standing_in
from committee.sheets import importing
from lib import clock
from lib.jobs import every


@every(timedelta(minutes=1), _("settle the votes of committees, and make their decisions public"))
def settle_and_publish() -> None:
    at = clock.now()
    standing_in.complete_all(at)
    motions.settle_what_has_closed(at)
    publishing.publish_due(at)


@every(timedelta(hours=1), _("forget spreadsheets of cards that nobody confirmed"))
def forget_spreadsheets() -> None:
    importing.forget_what_nobody_confirmed(clock.now())
