"""The roll: who took part, and nothing of what they put into the box."""

from django.db.models import Count

from audit.acts import Done
from audit.models import AuditEvent, reference
from ballots.models import Envelope
from budgeting.models import Contest


def voters_recorded(contest: Contest) -> int:
    """How many residents voted online in this contest according to the audit log: what the box is held against."""
    events = AuditEvent.objects.filter(action=Done.VOTED, object=reference(contest))
    return events.values("facts__resident").distinct().count()


def voters_by_age(contest: Contest) -> dict[str, int]:
    """How many of each age band have an envelope in the box. Whoever has left the register since still voted."""
    envelopes = Envelope.objects.filter(contest=contest)
    return dict(envelopes.values_list("resident__age_band").annotate(Count("resident")))
