"""Does what is stored of a vote agree with the record of its opening, of its count and of what the count led to?

Looked at each time a result is counted or drawn, in a fixed number of queries. The database's guards keep all of this;
it is looked at all the same, since whoever owns the database can take its guards away.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from audit.acts import Done
from audit.compared import written
from audit.models import reference
from ballots.models import BallotLine, Count, Envelope, FromElsewhere, InvalidBallot, OpenedBallot, Opening
from budgeting.models import Contest, Cycle
from lib.refusal import Refused

Differences = dict[int, list[str]]  # for the key of each contest that has any, a sentence each


class Disagrees(Refused):
    """What is stored does not agree with the record: no number of it is told."""

    def __init__(self, differences: Differences) -> None:
        super().__init__(told(differences))


def told(differences: Differences) -> list[str]:
    """One sentence after the other, in the order of the contests."""
    return [sentence for contest in sorted(differences) for sentence in differences[contest]]


def differences_of(cycles: Iterable[Cycle]) -> Differences:
    """Of all contests of these cycles whose box was opened, or whose ballots came from elsewhere."""
    return _differences(_on_paper().filter(cycle__in=list(cycles)))


def differences_anywhere() -> Differences:
    return _differences(_on_paper())


def _on_paper() -> QuerySet[Contest]:
    return Contest.objects.filter(paper__isnull=False).select_related("district")


def require_agreement(cycle: Cycle) -> None:
    """Raises Disagrees, saying where what is stored of a cycle differs from the record."""
    if differences := differences_of([cycle]):
        raise Disagrees(differences)


def of_the_ballots(contest: Contest) -> list[str]:
    """Before a count: of the ballots alone."""
    return _of_ballots([contest]).get(contest.pk, [])


def _differences(of: QuerySet[Contest]) -> Differences:
    contests = list(of)
    counts = Count.objects.standing().filter(contest__in=contests)
    counted = list(counts.select_related("entry", "contest__district", "contest__from_elsewhere"))
    found: Differences = defaultdict(list)
    for each in (_of_ballots(contests), _of_counts(counted), _of_awards(counted)):
        for contest, sentences in each.items():
            found[contest] += sentences
    return dict(found)


def _of_ballots(contests: list[Contest]) -> Differences:
    """As many opened and invalid ballots as the record of the opening says, or that of the file."""
    openings = {each.cycle_id: each.reconciliation for each in Opening.objects.filter(cycle__contests__in=contests)}
    elsewhere = dict(FromElsewhere.objects.filter(contest__in=contests).values_list("contest", "ballots"))
    opened, invalid = (_sums(rows, contests) for rows in (OpenedBallot, InvalidBallot))
    found: Differences = {}
    for contest in contests:
        stored = (opened.get(contest.pk, 0), invalid.get(contest.pk, 0))
        said = {"contest": contest.title, "stored": sum(stored)}
        if contest.pk in elsewhere:
            if sum(stored) != elsewhere[contest.pk]:
                sentence = _("%(contest)s: %(stored)d ballots are stored, and %(recorded)d came from elsewhere.")
                found[contest.pk] = [sentence % {**said, "recorded": elsewhere[contest.pk]}]
            continue
        channels = openings.get(contest.cycle_id, {}).get(contest.slug, {}).get("channels", {})
        recorded = tuple(sum(each[name] for each in channels.values()) for name in ("opened", "invalid"))
        if sum(stored) != sum(recorded):
            sentence = _(
                "%(contest)s: %(stored)d ballots are stored, and the record of the opening has %(recorded)d"
                " (%(channels)s)."
            )
            found[contest.pk] = [sentence % {**said, "recorded": sum(recorded), "channels": _by_channel(channels)}]
        elif stored != recorded:
            sentence = _(
                "%(contest)s: not as many ballots are invalid as the record of the opening says (%(channels)s)."
            )
            found[contest.pk] = [sentence % {**said, "channels": _by_channel(channels)}]
    return found


def _by_channel(channels: dict[str, dict[str, int]]) -> str:
    """ "online: 5"."""
    told = (f"{Envelope.Channel(name).label}: {each['opened'] + each['invalid']}" for name, each in channels.items())
    return ", ".join(told) or "–"


def _sums(rows: Any, contests: list[Contest]) -> dict[int, int]:
    of_each = rows.objects.filter(contest__in=contests).values("contest").order_by("contest")
    return dict(of_each.annotate(number=Sum("ballots")).values_list("contest", "number"))


def _of_counts(counts: list[Count]) -> Differences:
    """Each count that holds is the one the audit log has."""
    return {
        count.contest_id: [_("%s: the count is not the one that the audit log has.") % count.contest.title]
        for count in counts
        if not is_on_record(count)
    }


def is_on_record(count: Count) -> bool:
    """Is this what the audit log says was counted? An entry of an earlier version has the winners and the money."""
    entry = count.entry
    if entry is None:  # an election from elsewhere, counted by an earlier version
        return hasattr(count.contest, "from_elsewhere")
    if (entry.action, entry.object) != (Done.COUNTED, reference(count.contest)):
        return False
    facts = entry.facts
    if entry.actor_id != count.by_id or facts.get("at", written(count.at)) != written(count.at):
        return False
    if "outcome" in facts:
        told = {"number": count.number, "inputs": count.inputs, "outcome": count.digest}
        return told.items() <= facts.items()
    told = {"winners": count.outcome.get("winners"), "spent": count.outcome.get("spent")}
    return not count.inputs and told.items() <= facts.items()


def _of_awards(counts: list[Count]) -> Differences:
    """Each project on the paper of a counted contest is told to be funded where it won, and not where it did not."""
    winners = {count.contest_id: set(count.outcome.get("winners", ())) for count in counts}
    lines = BallotLine.objects.filter(paper__contest__in=winners).order_by("paper", "ballot_number")
    rows = lines.values_list("paper__contest", "ballot_number", "title", "proposal__award__funded")
    titles = {count.contest_id: count.contest.title for count in counts}
    found: Differences = defaultdict(list)
    for contest, number, title, funded in rows:
        if funded is not (str(number) in winners[contest]):
            said = _("%(contest)s: what is told of “%(project)s” is not what was counted.")
            found[contest].append(said % {"contest": titles[contest], "project": title})
    return dict(found)
