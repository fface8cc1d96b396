"""What is kept of mails and of counts only for a time."""

from django.utils.translation import gettext_lazy as _

from budgeting.retention import Kept
from notices.models import Count, Happening, Mail, Returned

KEPT = [
    Kept(
        "mails",
        _("Mails: to whom, when, and their subject; what they say, until they are sent"),
        _("30 days after they were sent or failed"),
        Mail.objects.forget_old,
    ),
    Kept(
        "notices",
        _("Notices: who was told of what, and whether they have read it"),
        _("180 days after it happened"),
        Happening.forget_old,
    ),
    Kept(
        "returned",
        _("Addresses from which mails came back, and how many"),
        _("until their owner signs in or changes it, and 180 days at most"),
        Returned.forget_old,
    ),
    Kept(
        "counts",
        _("How often something was tried or done within a time, by whom only as a keyed digest"),
        _("until that time is over, and a day at most"),
        Count.forget_old,
    ),
]
