"""./run bench notices: one act that 20,000 people follow, from the row it writes to the mail server's answer.

And a new proposal, with a description of 20,000 characters, that is held against 5,000 saved searches.

The act is held against the same act with three followers; memory is the peak of the process. The mail server is a real
one in the same process, so its work counts in the time of the mails. In a database of its own that is dropped again.
"""

import os
import resource
import sys
from pathlib import Path
from time import perf_counter

import django

FOLLOWERS, MAILS = 20_000, 1_000  # all are told; so many mails are waited for
SEARCHES = 5_000


def followed_by(number: int, proposal: "Proposal", at: "datetime") -> None:
    people = User.objects.bulk_create(
        [User(email=f"follower{each}@example.org", password="!") for each in range(number)], batch_size=5_000
    )
    addresses = [EmailAddress(user=each, email=each.email, verified=True, primary=True) for each in people]
    EmailAddress.objects.bulk_create(addresses, batch_size=5_000)
    follows = [Follow(user=each, thing=reference(proposal), at=at) for each in people]
    Follow.objects.bulk_create(follows, batch_size=5_000)


def saved(number: int, cycle: "Cycle", at: "datetime") -> None:
    """Searches of one to three words, of which few find a playground."""
    chance = Random(1)
    words = [begin + end for begin in ("swing", "bench", "river", "light", "tree", "well") for end in ("", "s", "er")]
    people = list(User.objects.filter(email__startswith="follower")[:number])
    searches = [
        SavedSearch(user=each, cycle=cycle, words=" ".join(chance.sample(words, chance.randint(1, 3))), at=at)
        for each in people
    ]
    SavedSearch.objects.bulk_create(searches, batch_size=5_000)
    Follow.objects.bulk_create([Follow(user=each.user, thing=reference(each), at=at) for each in searches])


def found_by(proposal: "Proposal", at: "datetime") -> tuple[int, float]:
    begun = perf_counter()
    searches = SavedSearch.objects.finding(proposal).followed(at).count()
    return searches, perf_counter() - begun


def act(proposal: "Proposal", clerk: "User", at: "datetime") -> float:
    begun = perf_counter()
    proposal.comment(by=clerk, at=at, text="We look into it.")
    return perf_counter() - begun


def main(server: "MailServer") -> None:
    at = middle_of("reviewing").replace(hour=9)
    cycle = cycle_of_2027()
    district = District.objects.create(slug="riverside", name="Riverside", boundary=square(5.5, 50.4))
    contest = Contest.objects.create(cycle=cycle, district=district, budget=500_000_00)
    clerk, rosa = person("Clara", RoleName.CLERK), person("Rosa")
    proposal = drafted(rosa, contest)
    proposal.submit(by=rosa, at=middle_of("proposing"))
    followed_by(3, proposal, at)
    few = min(act(proposal, clerk, at) for _ in range(5))
    spread(at)
    User.objects.filter(email__startswith="follower").delete()
    Mail.objects.all().delete()
    followed_by(FOLLOWERS, proposal, at)
    many = min(act(proposal, clerk, at) for _ in range(5))
    Happening.objects.filter(spread_at=None).exclude(pk=Happening.objects.latest("pk").pk).update(spread_at=at)
    begun = perf_counter()
    spread(at)
    spreading = perf_counter() - begun
    begun, arrived, courier = perf_counter(), 0, Courier(lambda: at)
    while arrived < MAILS:
        arrived += courier.go()
    sending = perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    saved(SEARCHES, cycle, at)
    long = "lorem ipsum dolor sit amet " * 740
    searches, finding = found_by(Proposal.objects.get(pk=drafted(rosa, contest, description=long).pk), at)
    print(f"a new proposal: {searches:,} of {SEARCHES:,} saved searches find it, known after {finding * 1000:.0f} ms")
    print(f"the act: {many / few:.2f} times as long for {FOLLOWERS:,} followers as for 3")
    print(f"notices: {FOLLOWERS / spreading:,.0f} a second")
    print(f"mails: {arrived:,} arrived, {arrived / sending:,.0f} a second with a server in the same process")
    print(f"peak of the process, the server and what it took included: {peak} MB")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "budgeting.settings")
    django.setup()
    from datetime import datetime
    from random import Random

    from allauth.account.models import EmailAddress
    from django.conf import settings
    from django.db import connection

    from accounts.models import User
    from audit.models import reference
    from budgeting.models import Contest, Cycle, District
    from budgeting.people import RoleName
    from notices.courier import Courier
    from notices.models import Follow, Happening, Mail
    from notices.spreading import spread
    from proposals.models import Proposal, SavedSearch
    from tests.cast import cycle_of_2027, drafted, middle_of, person, square
    from tests.smtp import MailServer, mail_server

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        with mail_server() as server:
            for key, value in server.settings.items():
                setattr(settings, key, value)
            settings.MAIL_TRANSPORT = "notices.transport.Smtp"
            main(server)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
