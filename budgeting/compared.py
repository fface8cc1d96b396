"""Calendars, held against the audit log: their dates are those that the last entry has; and acts of two people."""

from collections.abc import Iterator

from audit.acts import Done
from audit.compared import Row, compares, entries, one_for_each, written
from audit.models import reference
from budgeting.models import CalendarChange, Cycle, JointAct, OneIsEnough

ACTS = (Done.MADE, Done.CHANGED, Done.VOTING_ENDED, Done.VOTING_EXTENDED, Done.VOTING_RESUMED, Done.VOTING_PAUSED)


def register() -> None:
    compares("Calendars", calendars)
    compares("Votes by letter", votes_by_letter)
    compares("Changes of calendars", changes)
    compares("Acts of two people", acts_of_two)
    compares("One is enough", one_is_enough)


def calendars() -> Iterator[str]:
    """Of cycles whose dates an entry has; one by an earlier version says what changed, not what stands."""
    last = {entry.object: entry.facts["calendar"] for entry in entries(*ACTS).filter(facts__has_key="calendar")}
    for cycle in Cycle.objects.prefetch_related("phases").order_by("pk"):
        said, stands = last.get(reference(cycle)), cycle.dates()
        if said is None or said == stands:
            continue
        differing = [name for name in {**said, **stands} if said.get(name) != stands.get(name)]
        yield f"{cycle.slug} has other dates than the log for: {', '.join(differing)}."


def votes_by_letter() -> Iterator[str]:
    """Whether letters vote is as it was set up last."""
    set_up = entries(Done.MADE, Done.CHANGED).filter(facts__has_key="letters_vote")
    vote = {entry.object: entry.facts["letters_vote"] for entry in set_up}
    for cycle in Cycle.objects.order_by("pk"):
        if vote.get(reference(cycle), cycle.votes_by_letter) != cycle.votes_by_letter:
            yield f"{cycle.slug} lets people vote by letter alone, or not, otherwise than the log says."


DONE = {
    CalendarChange.Kind.ENDED: Done.VOTING_ENDED,
    CalendarChange.Kind.EXTENDED: Done.VOTING_EXTENDED,
    CalendarChange.Kind.PAUSED: Done.VOTING_PAUSED,
    CalendarChange.Kind.RESUMED: Done.VOTING_RESUMED,
}


def changes() -> Iterator[str]:
    """Each was made on record, for that reason; of dates that were moved in the set-up, the log has how it began."""
    rows, moved = [], []
    for each in CalendarChange.objects.select_related("cycle").order_by("pk"):
        if each.kind == CalendarChange.Kind.MOVED:
            moved.append(each)
            continue
        facts = {"reason": each.reason, "confirmed_by": each.confirmed_by_id}
        lately = {"at": written(each.at), "dates": each.dates}
        rows.append(Row(DONE[CalendarChange.Kind(each.kind)], reference(each.cycle), each.by_id, facts, lately))
    words = {
        Done.VOTING_ENDED: "early end of the vote",
        Done.VOTING_EXTENDED: "later end of the vote",
        Done.VOTING_PAUSED: "pause of the vote",
        Done.VOTING_RESUMED: "end of a pause of the vote",
    }
    yield from one_for_each(rows, words)
    said = entries(Done.CHANGED).filter(facts__has_key="reason").values_list("object", "actor", "facts")
    told = {(on, by, facts["reason"][1]) for on, by, facts in said}
    for each in moved:
        if (reference(each.cycle), each.by_id, each.reason[:200]) not in told:
            yield f"dates of {each.cycle.slug} were moved for a reason that no entry has."


def acts_of_two() -> Iterator[str]:
    """Each was proposed on record, and what was turned down was so."""
    rows = []
    for act in JointAct.objects.order_by("pk"):
        facts = {"act": act.kind, "about": act.on}
        rows.append(Row(Done.ACT_PROPOSED, reference(act), act.proposed_by_id, facts))
        if act.confirmed is False:
            rows.append(Row(Done.ACT_TURNED_DOWN, reference(act), act.settled_by_id, facts))
    words = {Done.ACT_PROPOSED: "proposing", Done.ACT_TURNED_DOWN: "turning down"}
    yield from one_for_each(rows, words)


def one_is_enough() -> Iterator[str]:
    rows = []
    for each in OneIsEnough.objects.order_by("pk"):
        said = {"reason": each.reason}
        rows.append(
            Row(Done.ONE_IS_ENOUGH, reference(each), each.announced_by_id, said, {"at": written(each.announced_at)})
        )
        if each.revoked_at:
            rows.append(Row(Done.ONE_IS_NOT_ENOUGH, reference(each), each.revoked_by_id))
    words = {Done.ONE_IS_ENOUGH: "announcement", Done.ONE_IS_NOT_ENOUGH: "revocation"}
    yield from one_for_each(rows, words)
