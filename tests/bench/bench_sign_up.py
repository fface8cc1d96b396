"""./run bench sign_up: how long a sign-up takes for an address that has an account, against a new one (S15).

In one process, alternating, in a database of its own that is dropped again. It was 17 to 47 ms against 329 to 461 ms,
and one try told them apart.
"""

import os
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import django

TIMES = 40
ROSA = {"name": "Rosa", "password1": "correct horse battery"}


def seconds(email: str) -> float:
    for kept in (Mail, Count):
        kept.objects.all().delete()
    cache.clear()  # of limits
    browser = Client()
    begun = perf_counter()
    assert browser.post("/accounts/signup/", ROSA | {"email": email}).status_code == 302
    return perf_counter() - begun


def main() -> None:
    known = User.objects.create_user("rosa@example.org", ROSA["password1"])
    EmailAddress.objects.create(user=known, email=known.email, verified=True, primary=True)
    seconds(known.email)
    took = [(seconds(known.email), seconds(f"new{number}@example.org")) for number in range(TIMES)]
    old, new = (median(each) for each in zip(*took, strict=True))
    print(f"known {old * 1e3:.0f} ms, new {new * 1e3:.0f} ms, ratio {old / new:.2f}")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "budgeting.settings")
    django.setup()
    from allauth.account.models import EmailAddress
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_test_environment

    from accounts.models import User
    from notices.models import Count, Mail

    setup_test_environment()
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        main()
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
