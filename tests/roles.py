"""A role a clerk grants to somebody without an account: the form, and the code of the mail."""

import re

from django.core import mail

ROLES = "/desk/roles/"


def typed(name: str, **changes: object) -> dict[str, object]:
    return {
        "email": f"{name.lower()}@city.example",
        "name": name,
        "kind": "committee",
        "district": "",
        "begins": "2027-01-01",
        "ends": "2027-12-31",
        "language": "en",
    } | changes


def code_of_the_mail() -> str:
    return re.search(r"invitation/\w+/#(\w+)", mail.outbox[-1].body)[1]
