"""What the people of the demo have been told: what happened lately is new to them, and the rest they read long ago."""

from datetime import timedelta

from demo.town import Town
from notices.models import Follow, Happening

LATELY = timedelta(days=10)


def follow(town: Town) -> None:
    """Whoever can be signed in as follows the round that collects proposals, since before it began."""
    collecting = town.cycles["collecting"]
    for name in town.city.sign_ins.values():
        person = town.people[name]
        Follow.by_itself(collecting, user=person.pk, at=town.now - timedelta(days=300))


def leave_the_rest(town: Town) -> None:
    """The worker tells of what is left, in the first minute of the demo."""
    Happening.objects.filter(at__lt=town.now - LATELY).update(spread_at=town.now)
