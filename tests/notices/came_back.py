"""What mail servers write of mails that come back, as they write it."""

from datetime import datetime
from pathlib import Path

from notices import marks
from notices.models import Mail

SAMPLES = Path(__file__).parent / "bounces"
SERVERS = ("postfix", "exim", "exchange")
FORGED = f"<{'a1' * 20}@city.example>"


def sample(server: str, message_id: str, **changes: str) -> bytes:
    """As that server writes it of a mail of that Message-ID, with the line ends of a mailbox."""
    text = (SAMPLES / f"{server}.eml").read_text().replace("MESSAGE-ID", message_id)
    for before, after in changes.items():
        text = text.replace(before, after)
    return text.replace("\n", "\r\n").encode()


def sent(now: datetime, address: str = "rosa@example.org") -> Mail:
    """A mail that its server took."""
    message_id = marks.new_message_id()
    return Mail.objects.create(
        message_id=message_id, to=address, subject="A comment", written_at=now, next_try_at=now, sent_at=now
    )
