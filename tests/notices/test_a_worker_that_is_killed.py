"""The real worker is killed again and again while mails go out: each arrives, and at most twice under one name."""

import random
import time
from collections import Counter

import pytest
from django.core.mail import send_mail

from notices.models import Mail
from tests.notices.working import until, worker
from tests.smtp import Step, mail_server
from tests.thoroughness import many

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.heavy, pytest.mark.long, pytest.mark.drill]


def test_each_mail_arrives_and_none_more_than_twice(settings, tmp_path) -> None:
    settings.EMAIL_BACKEND = "notices.outbox.Outbox"
    kills, mails = many(2, 20), many(20, 200)
    moment = random.Random(7)
    for number in range(mails):
        send_mail("Your proposal", "It is submitted.", None, [f"resident{number}@city.example"])
    with mail_server() as server:
        server.hold(Step.END, 0.02)  # so that there is a middle
        for _ in range(kills):
            before = len(server.received)
            with worker(server, tmp_path) as program:
                until(lambda known=before: len(server.received) > known or not Mail.objects.waiting().exists())
                time.sleep(moment.random() / 5)
                program.kill()
        with worker(server, tmp_path):
            until(lambda: not Mail.objects.waiting().exists())
        arrived = Counter(letter.message_id for letter in server.received)
    assert set(arrived) == set(Mail.objects.values_list("message_id", flat=True))
    assert max(arrived.values()) <= 2
    assert sum(arrived.values()) <= mails + kills, "a death repeats one mail at most"
    failed = Mail.objects.failed().values_list("failure", flat=True)
    assert all("may have arrived" in failure for failure in failed)
