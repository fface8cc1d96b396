"""What came out of the box, and what it led to, held against the audit log, and counted anew."""

from collections.abc import Iterator
from dataclasses import replace

from django.db.models import Exists, OuterRef

from audit.acts import Done
from audit.compared import Row, entries, one_for_each, written
from audit.models import reference
from ballots import agreement
from ballots.counting import as_kept, ballots_of, election_of, inputs_of, rule_in_force
from ballots.models import BallotLine, Count, FromElsewhere, NoResult, Opening
from ballots.papers_on_record import of_two
from budgeting.models import Counted, Draw
from proposals.models import Award
from tally import Rule, count


def openings() -> Iterator[str]:
    """Each is on record, and so are the ballots that came out of it."""
    stored = list(Opening.objects.select_related("cycle").order_by("pk"))
    rows = (
        Row(
            Done.BOX_OPENED,
            reference(each.cycle),
            each.by_id,
            {"shares": each.share_numbers, "reconciliation": each.reconciliation},
            {"at": written(each.at)},
        )
        for each in stored
    )
    yield from one_for_each(rows, {Done.BOX_OPENED: "opening of the box"})
    opened = {reference(each.cycle): each.cycle for each in stored}
    for entry in entries(Done.BOX_OPENED).filter(facts__has_key="ballots", object__in=opened):
        for contest in opened[entry.object].contests.select_related("cycle", "district"):
            said = entry.facts["ballots"].get(contest.slug)
            if said and said != ballots_of(contest):
                yield f"the ballots of {contest.get_absolute_url()} are not those that came out of the box."


def from_elsewhere() -> Iterator[str]:
    """Each came in a file, with those ballots."""
    rows = (
        Row(
            Done.ELECTION_IMPORTED,
            reference(each.contest),
            None,
            {"ballots": each.ballots},
            {"digest": ballots_of(each.contest)},
        )
        for each in FromElsewhere.objects.select_related("contest")
    )
    yield from one_for_each(rows, {Done.ELECTION_IMPORTED: "election from elsewhere"})


def counts() -> Iterator[str]:
    """Each is on record with what was counted, and that is what is there; counted anew it gives the same; and what
    each led to is what it says.
    """
    yield from agreement.told(agreement.differences_anywhere())
    stored = Count.objects.select_related("entry", "contest__cycle", "contest__paper", "contest__from_elsewhere")
    held = set(Count.objects.standing().values_list("pk", flat=True))
    for each in stored.order_by("pk"):
        name = each.contest.get_absolute_url()
        if each.pk not in held:
            if not agreement.is_on_record(each):
                yield f"count {each.number} of {name} is not on record."
            continue
        if each.inputs:
            yield from _counted_anew(each, name)
        if not Counted.objects.filter(contest=each.contest, at=each.at).exists():
            yield f"that {name} is counted is not told as it was."
    on_record = [each.entry_id for each in stored if each.entry_id]
    for entry in entries(Done.COUNTED).filter(facts__has_key="outcome").exclude(number__in=on_record):
        yield f"the count of {entry.object} by entry {entry.number} is not there."


def _counted_anew(each: Count, name: str) -> Iterator[str]:
    """Of a count by an earlier version only what agreement.py looks at is known."""
    if inputs_of(each.contest, each.rule) != each.inputs:
        yield f"{name} was not counted from the ballots, the paper and the rule that are there."
    elif not _is_by_the_paper(each):
        yield f"{name} was not counted by the rule on its paper and by what was drawn."
    elif not _gives_the_same(each):
        yield f"counted anew, {name} gives something else."


def _is_by_the_paper(each: Count) -> bool:
    """A draw that was announced since may decide the next count, and not this one."""
    rule = Rule.from_dict(each.rule)
    drawn = Draw.objects.filter(cycle=each.contest.cycle_id, use=Draw.Use.TIES).exclude(seed="")
    seeds = {None, *drawn.values_list("seed", flat=True)}
    return rule.seed in seeds and replace(rule, seed=None) == replace(rule_in_force(each.contest), seed=None)


def _gives_the_same(each: Count) -> bool:
    """In all that both this version and the one that counted it tell."""
    anew = as_kept(count(election_of(each.contest), Rule.from_dict(each.rule)).to_dict())
    return all(each.outcome[name] == value for name, value in anew.items() if name in each.outcome)


def awards() -> Iterator[str]:
    """Nothing is told to be funded, or not, but what a count said of."""
    counted = BallotLine.objects.filter(proposal=OuterRef("proposal"), paper__contest__counts__isnull=False)
    for award in Award.objects.filter(~Exists(counted)).select_related("proposal").order_by("pk"):
        yield f"{reference(award.proposal)} is told to have an outcome of the vote, and no count has one of it."


def without_a_result() -> Iterator[str]:
    stored = NoResult.objects.select_related("contest")
    rows = (of_two(Done.CLOSED_WITHOUT_RESULT, reference(each.contest), each, failure=each.failure) for each in stored)
    yield from one_for_each(rows, {Done.CLOSED_WITHOUT_RESULT: "end without a result"})
