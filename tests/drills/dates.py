"""Lets people vote from now on, or ends the vote, as two clerks do: python -m tests.drills.dates opens|closes"""

import os
import sys
from typing import Any

import django


def let_vote(cycle: Any) -> None:
    from datetime import timedelta  # noqa: PLC0415  # all of these need Django set up

    from lib import clock  # noqa: PLC0415

    now, day = clock.now(), timedelta(days=1)
    presenting = cycle.phases.get(stage="presenting")
    presenting.closes = now - timedelta(seconds=1)
    presenting.save()
    cycle.phases.create(stage="voting", opens=presenting.closes, closes=now + 9 * day)
    cycle.phases.create(stage="counting", opens=now + 9 * day, closes=now + 18 * day)


def close(cycle: Any) -> None:
    from accounts.models import User  # noqa: PLC0415
    from ballots import closing  # noqa: PLC0415
    from budgeting.two import Two  # noqa: PLC0415

    clara, ines = (User.objects.get(name=name) for name in ("Clara", "Ines"))
    closing.close_voting(cycle, by=Two(clara, ines), reason="It was a drill.")


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "budgeting.settings"
    django.setup()
    from budgeting.models import Cycle

    {"opens": let_vote, "closes": close}[sys.argv[1]](Cycle.objects.get())
