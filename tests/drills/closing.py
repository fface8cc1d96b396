"""Two clerks end the vote at this very moment: python -m tests.drills.closing"""

import os

import django


def close() -> None:
    from accounts.models import User  # noqa: PLC0415  # all of these need Django set up
    from ballots import closing  # noqa: PLC0415
    from budgeting.models import Cycle  # noqa: PLC0415
    from budgeting.two import Two  # noqa: PLC0415

    clara, ines = (User.objects.get(name=name) for name in ("Clara", "Ines"))
    closing.close_voting(Cycle.objects.get(), by=Two(clara, ines), reason="It was a drill.")


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "budgeting.settings"
    django.setup()
    close()
