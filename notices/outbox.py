"""Django's way out for mail: it writes rows, and the worker sends them (courier.py).

Whatever sends mail, allauth included, comes through here, because settings.EMAIL_BACKEND names it. So nobody who looks
at a page waits for a mail server or meets its failure, and what is rolled back sends no mail.
"""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from lib import clock
from notices.marks import new_message_id
from notices.models import Mail


class Outbox(BaseEmailBackend):
    """Keeps each message as one row for each recipient, so that one address that refuses keeps no other waiting."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with transaction.atomic():
            return sum(self._keep(message) for message in email_messages)

    def _keep(self, message: EmailMessage) -> int:
        recipients = message.recipients()
        for recipient in recipients:
            Mail.objects.create(**_row(message, recipient))
        return bool(recipients)


def _row(message: EmailMessage, recipient: str) -> dict[str, object]:
    message_id = new_message_id()
    message.extra_headers |= {"Message-ID": message_id, "Auto-Submitted": "auto-generated"}
    at, asked_from = clock.now(), getattr(message, "asked_from", "")
    return {
        "message_id": message_id,
        "to": recipient,
        "subject": message.subject[:255],
        "content": message.message().as_bytes(),
        "asked_from": asked_from,
        "leaves_no_row": getattr(message, "leaves_no_row", False),
        "rank": Mail.Rank.ASKED_FOR if asked_from else Mail.Rank.TO_ONE,
        "written_at": at,
        "next_try_at": at,
    }
