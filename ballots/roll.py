"""The roll: who took part, and nothing of what they put into the box."""

from collections.abc import Iterable

from django.db.models import Count

from audit.acts import Done
from audit.models import AuditEvent, reference
from ballots.models import Envelope
from budgeting.models import Contest


def voters_recorded(contest: Contest) -> int:
    """How many residents voted online in this contest according to the audit log: what the box is held against."""
    events = AuditEvent.objects.filter(action=Done.VOTED, object=reference(contest))
    return events.values("facts__resident").distinct().count()


def voters_by_age(contests: Iterable[Contest]) -> dict[int, dict[str, int]]:
    """For each contest's key how many of each age band have an envelope in the box. Who has left the register voted."""
    found: dict[int, dict[str, int]] = {contest.pk: {} for contest in contests}
    envelopes = Envelope.objects.filter(contest__in=found)
    for contest, band, number in envelopes.values_list("contest", "resident__age_band").annotate(Count("resident")):
        found[contest][band] = number
    return found
