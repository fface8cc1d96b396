"""The mailbox to which mails come back is read over IMAP and TLS; what is none of our bounces stays in it, unread."""

from datetime import datetime

import pytest
from django.core.cache import cache

from notices import bounce_mailbox, bounces, marks
from notices.bounce_mailbox import MailboxRefuses
from notices.models import Mail, Returned
from tests.imap import Mailbox, mailbox
from tests.notices.came_back import FORGED, sample, sent


@pytest.fixture
def now(at, db) -> datetime:
    return at("reviewing")


@pytest.fixture
def mail(now) -> Mail:
    """One that its server took."""
    return sent(now)


@pytest.fixture
def box(settings, monkeypatch):
    with mailbox() as found:
        settings.BOUNCE_MAILBOX = found.address
        monkeypatch.setenv("SSL_CERT_FILE", str(found.certificate.chain))
        yield found


def test_what_came_back_is_noted_and_deleted_and_the_rest_left_as_it_is(box: Mailbox, mail, now, rosa) -> None:
    box.arrives(f"From: rosa@example.org\r\nIn-Reply-To: {mail.message_id}\r\n\r\nThank you!".encode())
    box.arrives(sample("postfix", mail.message_id))
    box.arrives(sample("exchange", FORGED))
    box.arrives(sample("exim", marks.new_message_id()))
    assert bounce_mailbox.look(now) == 1
    assert box.left == [1, 3, 4]
    mail.refresh_from_db()
    assert (mail.bounced_at, mail.bounce) == (now, "5.1.1")


def test_it_goes_on_where_it_stopped_and_reads_nothing_twice(box: Mailbox, mail, now) -> None:
    box.arrives(b"Subject: Hello\r\n\r\nHello.")
    bounce_mailbox.look(now)
    box.asked.clear()
    bounce_mailbox.look(now)
    assert not [words for words in box.asked if "FETCH" in words]
    box.arrives(sample("postfix", mail.message_id))
    assert bounce_mailbox.look(now) == 1
    assert len([words for words in box.asked if "FETCH" in words]) == 1


def test_read_from_the_beginning_it_changes_nothing(box: Mailbox, mail, now, rosa) -> None:
    for _two in range(2):
        box.arrives(sample("postfix", mail.message_id))
        bounce_mailbox.look(now)
        cache.delete(bounce_mailbox.READ_TO)
    assert Returned.objects.get().mails == 1


def test_in_a_mailbox_that_was_made_anew_it_begins_anew(box: Mailbox, mail, now) -> None:
    for _many in range(5):
        box.arrives(b"Subject: Hello\r\n\r\nHello.")
    bounce_mailbox.look(now)
    box.mails.clear()
    box.validity += 1
    box.arrives(sample("postfix", mail.message_id))
    assert bounce_mailbox.look(now) == 1


def test_a_megabyte_is_not_fetched_whole_and_keeps_nothing_waiting(box: Mailbox, mail, now) -> None:
    box.arrives(sample("postfix", marks.new_message_id()) + b"x" * (3 << 20))
    box.arrives(sample("postfix", mail.message_id))
    assert bounce_mailbox.look(now) == 1
    assert all(f"<0.{bounces.LARGEST + 1}>" in words for words in box.asked if "FETCH" in words)


def test_a_mailbox_that_refuses_or_is_nobody_we_trust_is_an_error(box: Mailbox, now, settings, monkeypatch) -> None:
    settings.BOUNCE_MAILBOX = box.address.replace("INBOX", "Elsewhere")
    with pytest.raises(MailboxRefuses):
        bounce_mailbox.look(now)
    settings.BOUNCE_MAILBOX = box.address.replace("word@", "words@")
    with pytest.raises(MailboxRefuses) as refusal:
        bounce_mailbox.look(now)
    assert "ass" not in str(refusal.value), "no password"
    settings.BOUNCE_MAILBOX = box.address
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(OSError, match="certificate"):
        bounce_mailbox.look(now)


def test_without_one_nothing_is_read(now, settings) -> None:
    assert not settings.BOUNCE_MAILBOX
    assert bounce_mailbox.look(now) == 0
