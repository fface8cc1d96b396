"""What the worker does for committees."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from committee import motions, publishing, standing_in
from lib import clock
from lib.jobs import every


@every(timedelta(minutes=1), _("settle the votes of committees, and make their decisions public"))
def settle_and_publish() -> None:
    at = clock.now()
    standing_in.complete_all(at)
    motions.settle_what_has_closed(at)
    publishing.publish_due(at)
