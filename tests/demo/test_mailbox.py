"""Whoever tries the demo city can read the mail it would have sent."""

from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend
from django.test import RequestFactory

from demo.mailbox import mailbox, newest


@pytest.fixture
def folder(settings, tmp_path: Path) -> Path:
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return settings.EMAIL_FILE_PATH


def send(folder: Path, *subjects: str) -> None:
    mails = [
        EmailMessage(subject, f"Text of {subject}: déjà vu", "city@example.org", ["rosa@example.org"])
        for subject in subjects
    ]
    EmailBackend(file_path=str(folder)).send_messages(mails)


def test_no_mail_yet_is_no_fault(folder: Path) -> None:
    assert newest(folder, 20) == []


def test_the_newest_mail_comes_first_and_no_more_than_asked(folder: Path) -> None:
    send(folder, "first", "second", "third")
    assert [mail["subject"] for mail in newest(folder, 2)] == ["third", "second"]


@pytest.mark.django_db
def test_a_person_reads_the_mail_on_the_page(folder: Path, rf: RequestFactory) -> None:
    send(folder, "Your code")
    page = mailbox(rf.get("/demo/mail/")).content.decode()
    assert "Your code" in page
    assert "déjà vu" in page


@pytest.mark.django_db
def test_d14_with_a_mail_server_the_page_says_where_the_mail_goes(settings, rf: RequestFactory) -> None:
    settings.EMAIL_FILE_PATH, settings.EMAIL_HOST = None, "mail.city.example"  # as settings.py leaves them then
    page = mailbox(rf.get("/demo/mail/")).content.decode()
    assert "mail.city.example" in page
    assert "No mail yet" not in page
