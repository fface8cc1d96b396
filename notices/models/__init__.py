"""What happened and who hears of it; the mails on their way; and what limits count."""

from notices.models.count import Count
from notices.models.follow import Choice, Follow
from notices.models.happening import Happening, Notice
from notices.models.mail import GIVE_UP_AFTER, KEPT_FOR, LATE, LONGEST_PAUSE, PAUSE, Mail, Mails, Undelivered
from notices.models.returned import Returned
from notices.models.wording import Wording

__all__ = [
    "GIVE_UP_AFTER",
    "KEPT_FOR",
    "LATE",
    "LONGEST_PAUSE",
    "PAUSE",
    "Choice",
    "Count",
    "Follow",
    "Happening",
    "Mail",
    "Mails",
    "Notice",
    "Returned",
    "Undelivered",
    "Wording",
]
