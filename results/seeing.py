"""Who may see results: everybody once they are public, and before that whoever oversees the vote."""

from datetime import datetime

from budgeting.guards import oversees
from budgeting.models import Counted, Cycle
from budgeting.people import Person


def may_see(person: Person, cycle: Cycle, at: datetime) -> bool:
    """Everyone once results of the cycle are public; clerks, council and auditors from the first count on."""
    counted = Counted.objects.all() if oversees(person) else Counted.public(at)
    return counted.filter(contest__cycle=cycle).exists()
