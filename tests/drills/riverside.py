"""Riverside, which is voting at this very moment, once it has a key: its residents, and who holds that.

Run as a program (by `City.begin`) it fills the database, and writes whom there is as JSON:

    python -m tests.drills.riverside RESIDENTS [--points] [--without-key]
"""

import json
import os
import sys
from argparse import ArgumentParser
from dataclasses import asdict, dataclass
from datetime import timedelta

POINTS = 32_000  # to be shared out, with --points


@dataclass
class People:
    """Sessions of the residents, and of the three who hold the key or are to: they have given the second factor."""

    sessions: list[str]
    residents: list[int]
    holders: dict[str, int]  # who it is, by session; the first is a clerk
    shares: list[tuple[int, str]]

    @property
    def clerk(self) -> str:
        return next(iter(self.holders))


def fill(residents: int, *, points: bool, key_is_made: bool) -> People:
    from ballots import key  # noqa: PLC0415  # all of these need Django set up
    from budgeting.models import Contest, Cycle, District, Phase  # noqa: PLC0415
    from budgeting.people import RoleName  # noqa: PLC0415
    from lib import clock  # noqa: PLC0415
    from tests import cast  # noqa: PLC0415
    from tests.drills.dates import let_vote  # noqa: PLC0415
    from tests.served import session_of  # noqa: PLC0415

    now, day = clock.now(), timedelta(days=1)
    cycle = Cycle.objects.create(slug="2027", title="Participatory budget 2027", currency="EUR")
    Phase.objects.create(cycle=cycle, stage="presenting", opens=now - 9 * day, closes=now + day)
    riverside = District.objects.create(
        slug="riverside", name="Riverside", boundary=cast.square(0, 0), population=12_000
    )
    style = {"ballot_style": "points", "points": POINTS} if points else {}
    cast.put_on_paper(Contest.objects.create(cycle=cycle, district=riverside, budget=250_000_00, **style))
    holders, shares = [cast.person(name, RoleName.CLERK) for name in ("Clara", "Ines", "Otto")], []
    if key_is_made:
        shares = key.make(cycle, holders, by=holders[0], at=now)
        key.rehearse(cycle, shares[:2], by=holders[0], at=now)
        let_vote(cycle)
    users = [cast.person(f"Resident{number}") for number in range(residents)]
    return People(
        [session_of(user) for user in users],
        [cast.enrol(user, cycle, riverside).pk for user in users],
        {session_of(holder): holder.pk for holder in holders},
        [(share.number, share.words) for share in shares],
    )


if __name__ == "__main__":
    options = ArgumentParser()
    options.add_argument("residents", type=int)
    options.add_argument("--points", action="store_true")
    options.add_argument("--without-key", action="store_true")
    given = options.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "budgeting.settings"
    import django

    django.setup()
    people = fill(given.residents, points=given.points, key_is_made=not given.without_key)
    json.dump(asdict(people), sys.stdout)
