"""A vote tried to its end before its paper is frozen: ballots of the style, and counts of them by the rule."""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace
from random import Random

from django.utils.translation import gettext as _

from ballots import marks
from ballots.models import BallotPaper
from budgeting.models import Contest
from lib import money
from lib.refusal import Refused, allow, require
from tally import Ballot, Election, Project, Rule, count

SAMPLES = 30  # ballots, filled in at random


def try_out(contest: Contest, costs: Sequence[int], rule: Rule) -> None:
    """See that ballots can be cast on a paper with these costs (minor units), and that whatever is cast can be counted.

    Counted are an empty election, blank ballots, each ballot alone, a tie of all projects, and all ballots together,
    with a lot. Raises Refused with a sentence.
    """
    paper = BallotPaper(contest=copy(contest), size=len(costs))  # a contest knows its paper, and this is none
    paper.costs = dict(enumerate(costs, start=1))
    ballots = list(_ballots(paper))
    require(any(ballots), _("No ballot but a blank one could be cast on this paper."))
    for choices in ballots:
        allow(" ".join(marks.errors(choices, paper)))
        if marks.decode(marks.encode(choices, paper.size), paper.size) != choices:
            raise Refused(_("A ballot on this paper could not be read again."))
    rule = replace(rule, seed="as if this had been drawn")
    tie = [choices for choices in ballots if len(choices) == 1]
    elections: list[list[marks.Choices]] = [[], [{}, {}], tie, ballots, *([choices] for choices in ballots)]
    for cast in elections:
        _try_count(contest, costs, rule, cast)


def _ballots(paper: BallotPaper) -> Iterator[marks.Choices]:
    """A ballot for each project alone, as far as that can be, and some filled in at random."""
    chance = Random(paper.size)  # noqa: S311
    numbers = list(paper.costs)
    yield from (_filled(paper, [number]) for number in numbers)
    for _each in range(SAMPLES):
        chance.shuffle(numbers)
        yield _filled(paper, numbers[: chance.randint(1, paper.size)])


def _filled(paper: BallotPaper, numbers: Sequence[int]) -> dict[int, int]:
    """As many of the projects as one ballot can name, the first as high as it can be."""
    kept: list[int] = []
    for number in numbers:
        if not marks.errors(_in_order([*kept, number], paper.contest), paper):
            kept.append(number)
    return _in_order(kept, paper.contest)


def _in_order(numbers: Sequence[int], contest: Contest) -> dict[int, int]:
    """Projects in the order of somebody's preference, as a ballot of the contest's style says it."""
    if contest.ballot_style == Contest.BallotStyle.RANKING:
        return {number: len(numbers) - place for place, number in enumerate(numbers)}
    return dict.fromkeys(numbers, 1)


def _try_count(contest: Contest, costs: Sequence[int], rule: Rule, cast: Sequence[marks.Choices]) -> None:
    projects = [Project(str(number), cost) for number, cost in enumerate(costs, start=1)]
    ballots = [Ballot({str(number): points for number, points in choices.items()}) for choices in cast]
    try:
        count(Election(projects, ballots, contest.budget, unit=money.unit(contest.cycle.currency)), rule)
    except ValueError as error:
        raise Refused(_("The rule cannot count this contest: %s") % error) from None
