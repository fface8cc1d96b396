"""./run bench desk: the desk of a member with 300 assigned proposals and the chair's list of 3,000, against 3 of each.

Each page is held against itself with three rows. In a database of its own that is dropped again.
"""

import os
import sys
from pathlib import Path
from time import perf_counter

import django

FEW, MINE, ALL = 3, 300, 3_000
PAGES = ("/desk/", "/me/to-do/proposals/", "/me/work/", "/me/work/?q=playground", "/desk/2027/work/")


def proposals(number: int, pattern: "Proposal") -> "list[Proposal]":
    last = Proposal.objects.submitted().count()
    fields = {field.attname: getattr(pattern, field.attname) for field in Proposal._meta.concrete_fields}
    fields |= {"id": None, "submitted_at": middle_of("proposing")}
    made = [Proposal(**fields | {"number": last + place}) for place in range(1, number + 1)]
    return Proposal.objects.bulk_create(made, batch_size=1_000)


def assigned(found: "list[Proposal]", member: "User", at: "datetime") -> None:
    Assignment.objects.bulk_create(Assignment(proposal=each, member=member, at=at, due=at) for each in found)


def taken(browser: "Client") -> "dict[str, float]":
    """Seconds for each page, the shortest of several; once everything kept between requests was there."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    found = {}
    for page in PAGES:
        times = []
        for _ in range(6):
            begun = perf_counter()
            assert browser.get(page).status_code == 200
            times.append(perf_counter() - begun)
        found[page] = min(times)
    return found


def main() -> None:
    at = middle_of("reviewing")
    clock.now = lambda: at
    cycle = cycle_of_2027()
    district = District.objects.create(slug="riverside", name="Riverside", boundary=square(5.5, 50.4))
    contest = Contest.objects.create(cycle=cycle, district=district, budget=500_000_00)
    chair, pattern = person("Martin", RoleName.COMMITTEE, district=district), drafted(person("Rosa"), contest)
    browser = signed_in(chair)
    give_a_factor(browser, chair)
    assigned(proposals(FEW, pattern), chair, at)
    few = taken(browser)
    assigned(proposals(MINE - FEW, pattern), chair, at)
    proposals(ALL - MINE, pattern)
    many = taken(browser)
    for page in PAGES:
        ratio = many[page] / few[page]
        print(
            f"{page}: {ratio:.1f} times as long with {ALL:,} proposals, {MINE} of them assigned, as with {FEW}", end=""
        )
        print(f" ({many[page] * 1000:.0f} ms)")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "budgeting.settings")
    django.setup()
    from datetime import datetime

    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from accounts.models import User
    from budgeting.models import Contest, District
    from budgeting.people import RoleName
    from committee.models import Assignment
    from lib import clock
    from proposals.models import Proposal
    from tests.cast import cycle_of_2027, drafted, give_a_factor, middle_of, person, signed_in, square

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    settings.ALLOWED_HOSTS = ["testserver"]
    try:
        main()
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
