"""Riverside, which is voting at this very moment: its residents and clerks, and the key of its box.

Run as a program (by `City.begin`) it fills the database, and writes whom there is as JSON:

    python -m tests.drills.riverside RESIDENTS [--points] [--not-rehearsed]
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
    """Sessions of the residents and of a clerk who has given the second factor; the holders' shares."""

    sessions: list[str]
    residents: list[int]
    clerk: str
    shares: list[tuple[int, str]]


def fill(residents: int, *, points: bool, rehearsed: bool) -> People:
    from ballots import key  # noqa: PLC0415  # all of these need Django set up
    from budgeting.models import Contest, Cycle, District, Phase  # noqa: PLC0415
    from budgeting.people import RoleName  # noqa: PLC0415
    from lib import clock  # noqa: PLC0415
    from tests import cast  # noqa: PLC0415
    from tests.served import session_of  # noqa: PLC0415

    now, day = clock.now(), timedelta(days=1)
    cycle = Cycle.objects.create(slug="2027", title="Participatory budget 2027", currency="EUR")
    presenting = Phase.objects.create(cycle=cycle, stage="presenting", opens=now - 9 * day, closes=now + day)
    riverside = District.objects.create(
        slug="riverside", name="Riverside", boundary=cast.square(0, 0), population=12_000
    )
    style = {"ballot_style": "points", "points": POINTS} if points else {}
    cast.put_on_paper(Contest.objects.create(cycle=cycle, district=riverside, budget=250_000_00, **style))
    holders = [cast.person(name, RoleName.CLERK) for name in ("Clara", "Ines", "Otto")]
    shares = key.make(cycle, holders, by=holders[0], at=now)
    if rehearsed:
        key.rehearse(cycle, shares[:2], by=holders[0], at=now)
    presenting.closes = now - timedelta(seconds=1)
    presenting.save()
    Phase.objects.create(cycle=cycle, stage="voting", opens=presenting.closes, closes=now + 9 * day)
    Phase.objects.create(cycle=cycle, stage="counting", opens=now + 9 * day, closes=now + 18 * day)
    users = [cast.person(f"Resident{number}") for number in range(residents)]
    return People(
        [session_of(user) for user in users],
        [cast.enrol(user, cycle, riverside).pk for user in users],
        session_of(holders[0]),
        [(share.number, share.words) for share in shares],
    )


if __name__ == "__main__":
    options = ArgumentParser()
    options.add_argument("residents", type=int)
    options.add_argument("--points", action="store_true")
    options.add_argument("--not-rehearsed", action="store_true")
    given = options.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "budgeting.settings"
    import django

    django.setup()
    json.dump(asdict(fill(given.residents, points=given.points, rehearsed=not given.not_rehearsed)), sys.stdout)
