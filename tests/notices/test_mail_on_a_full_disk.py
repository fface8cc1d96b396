"""A city without a mail server writes its mails to files; on a full disk they wait."""

import errno
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.core.mail import send_mail
from django.core.mail.backends.filebased import EmailBackend

from notices.courier import Courier
from notices.models import Mail

MORNING = datetime(2027, 7, 1, 9, tzinfo=UTC)


def test_11_on_a_full_disk_mail_that_is_written_to_files_waits(db, settings, tmp_path: Path, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "mail.log"))

    now = [MORNING]
    monkeypatch.setattr("lib.clock.now", lambda: now[0])
    settings.EMAIL_BACKEND = "notices.outbox.Outbox"
    settings.MAIL_TRANSPORT = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    send_mail("Your code", "It is 1234.", None, ["rosa@city.example"])
    mail, courier = Mail.objects.get(), Courier(lambda: now[0])
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "write_message", full)
        for _ in range(5):
            courier.go()
            now[0] += timedelta(minutes=2)
    mail.refresh_from_db()
    assert (mail.failed_at, mail.sent_at, mail.failure) == (None, None, "No space left on device")
    courier.go()
    mail.refresh_from_db()
    assert mail.sent_at is not None
