"""What mail servers write of a mail they could not deliver is understood, and nothing else that lies in a mailbox."""

import time

import pytest

from notices import marks
from notices.bounces import Bounce, in_words, read
from tests.notices.came_back import FORGED, SERVERS, sample

# What is read ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("server", "status", "words", "hard"),
    [
        ("postfix", "5.1.1", "This mailbox does not exist.", True),
        ("exim", "5.2.2", "This mailbox is full.", False),
        ("exchange", "5.1.10", "This mailbox does not exist.", True),
    ],
)
def test_what_mail_servers_write_is_understood(server: str, status: str, words: str, hard: bool) -> None:
    message_id = marks.new_message_id()
    found = read(sample(server, message_id))
    assert found is not None
    assert (marks.message_id_of(found.mark), found.status, found.is_hard) == (message_id, status, hard)
    assert in_words(found.status) == words
    assert found.said.startswith("55")


@pytest.mark.parametrize("server", SERVERS)
def test_the_address_it_came_back_to_tells_the_mail_too(server: str, settings) -> None:
    """Where a relay gives mails another Message-ID."""
    settings.MAIL_BOUNCES = "bounces+*@city.example"
    message_id = marks.new_message_id()
    envelope = marks.comes_back_to(message_id)
    found = read(sample(server, "<other@relay.example>", **{"To: bounces@city.example": f"To: {envelope.upper()}",
                        "To: <bounces@city.example>": f"To: <{envelope}>"}))  # fmt: skip
    assert found is not None
    assert marks.message_id_of(found.mark) == message_id


def test_a_report_in_unicode_is_understood() -> None:
    """RFC 6533, of a server that was asked for SMTPUTF8."""
    message_id = marks.new_message_id()
    told = sample("postfix", message_id, **{"message/delivery-status": "message/global-delivery-status",
                  "message/rfc822": "message/global"})  # fmt: skip
    found = read(told)
    assert found is not None
    assert found.status == "5.1.1"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("5.4.310", "There is no mail server of this name."),
        ("5.7.26", "The other mail server refuses mails from us, or mails like this one."),
        ("4.4.7", "The other mail server did not take it for days."),
        ("5.6.0", "The other mail server sent it back."),
    ],
)
def test_every_status_has_words(status: str, words: str) -> None:
    assert in_words(status) == words
    assert not Bounce("", status, "").is_hard or status == "5.4.310"


# What is hostile or nothing of ours -----------------------------------------------------------------------------------

BOUNDARY = "4BqX2p5wz8.1814432402/mail.city.example"


def hostile() -> dict[str, bytes]:
    ours = marks.new_message_id()
    whole = sample("postfix", ours)
    within = b"Content-Type: message/rfc822\r\n\r\n" * 3000 + whole
    return {
        "a forged Message-ID": sample("postfix", FORGED),
        "one with another seal": sample("postfix", ours[:30] + ("0" if ours[30] != "0" else "1") + ours[31:]),
        "a megabyte": whole + b"x" * (1 << 20),
        "a zip": b"Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBBQA" + ours.encode(),
        "a bounce of a bounce": sample("postfix", FORGED).replace(b"What was written.", whole),
        "mails within mails": within,
        "parts within parts": b"".join(
            b"Content-Type: multipart/report; report-type=delivery-status; boundary=b%d\r\n\r\n--b%d\r\n" % (each, each)
            for each in range(2000)
        ) + whole,
        "thousands of parts": sample("postfix", FORGED) + f"\r\n--{BOUNDARY}\r\n\r\n".encode() * 5000 + ours.encode(),
        "what was only delayed": sample("postfix", ours, **{"Action: failed": "Action: delayed"}),
        "what was delivered": sample("postfix", ours, **{"Action: failed": "Action: delivered"}),
        "somebody who answers": f"From: rosa@example.org\r\nIn-Reply-To: {ours}\r\n\r\nThank you!".encode(),
        "an answering machine": f"Auto-Submitted: auto-replied\r\nReferences: {ours}\r\n\r\nI am away.".encode(),
        "a report of its reading": whole.replace(b"delivery-status", b"disposition-notification"),
        "nothing": b"",
        "noise": bytes(range(256)) * 500,
        "half of one": whole[: whole.index(b"Final-Recipient")],
    }  # fmt: skip


@pytest.mark.parametrize("what", list(hostile()))
def test_nothing_else_tells_anything_nor_takes_long(what: str) -> None:
    began = time.process_time()
    assert read(hostile()[what]) is None
    assert time.process_time() - began < 2
