"""Calendars, held against the audit log: the dates are those that the last entry about them has."""

from collections.abc import Iterator

from audit.acts import Done
from audit.compared import compares, entries
from audit.models import reference
from budgeting.models import Cycle

ACTS = (Done.MADE, Done.CHANGED, Done.VOTING_ENDED, Done.VOTING_EXTENDED, Done.VOTING_RESUMED, Done.VOTING_PAUSED)


def register() -> None:
    compares("Calendars", calendars)


def calendars() -> Iterator[str]:
    """Of cycles whose dates an entry has; one by an earlier version says what changed, not what stands."""
    last = {entry.object: entry.facts["calendar"] for entry in entries(*ACTS).filter(facts__has_key="calendar")}
    for cycle in Cycle.objects.prefetch_related("phases").order_by("pk"):
        said, stands = last.get(reference(cycle)), cycle.dates()
        if said is None or said == stands:
            continue
        differing = [name for name in {**said, **stands} if said.get(name) != stands.get(name)]
        yield f"{cycle.slug} has other dates than the log for: {', '.join(differing)}."
