"""One counted contest, as it is told: the same on the page, in the council's report and in the files."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, Sum, prefetch_related_objects
from django.utils.translation import gettext as _

from ballots.agreement import require_agreement
from ballots.models import BallotLine, Count, InvalidBallot, OpenedBallot, Opening, SupersededPaper
from budgeting import rule_sentences
from budgeting.models import Contest, Cycle, Draw
from lib import money
from results import sentences
from results.disclosure import ballots_may_be_published


@dataclass(frozen=True, slots=True)
class ProjectResult:
    """One project of the ranking. Money in minor units; `support` is in what the rule goes by, votes or points.

    Where no number may be published there is none here: `support` and `share` are None, `why` says no more than
    `funded`, and `nearness` nothing.
    """

    line: BallotLine
    support: int | None
    share: float | None  # of the most any project has, from 0 to 1
    funded: bool
    why: str
    nearness: str

    @property
    def number(self) -> int:
        return self.line.ballot_number

    @property
    def title(self) -> str:
        return self.line.title

    @property
    def cost(self) -> int:
        return self.line.cost


@dataclass(frozen=True, slots=True)
class Ballots:
    """How many ballots a contest had. `invalid`: how many for each reason."""

    counted: int = 0
    blank: int = 0
    invalid: tuple[tuple[str, int], ...] = ()

    @property
    def refused(self) -> int:
        return sum(number for _reason, number in self.invalid)

    @property
    def all(self) -> int:
        return self.counted + self.refused


class Result:
    """A count, and everything that is said of it. Made for a cycle's contests at once by `results_of`."""

    def __init__(self, count: Count, ballots: Ballots, opening: Opening | None, draws: Iterable[Draw] = ()) -> None:
        self.count = count
        self.contest = count.contest
        self.cycle = count.contest.cycle
        self.paper = count.contest.paper
        self.old_papers = list(count.contest.superseded_papers.all())
        self.ballots = ballots
        self.outcome: dict[str, Any] = count.outcome
        self.draws = [draw for draw in draws if draw.contest_id in (None, self.contest.pk)]
        self.accounts: dict[str, Any] = (opening.reconciliation if opening else {}).get(self.contest.slug, {})

    @property
    def currency(self) -> str:
        return self.cycle.currency

    @property
    def unit(self) -> int:
        """How many minor units make one unit of the currency."""
        return money.unit(self.currency)

    @property
    def budget(self) -> int:
        return self.outcome["budget"]

    @property
    def spent(self) -> int:
        return self.outcome["spent"]

    @property
    def left(self) -> int:
        return max(0, self.budget - self.spent)

    @property
    def reserve(self) -> int:
        """What the city adds where the rule funds a last project that did not fit."""
        return max(0, self.spent - self.budget)

    @property
    def measure(self) -> str:
        """What decides the ranking: "votes" or "points"."""
        return "points" if rule_sentences.goes_by_points(self.outcome["rule"]) else "votes"

    @property
    def publishes_numbers(self) -> bool:
        """With very few ballots a number of votes would say how somebody voted."""
        return ballots_may_be_published(self.ballots.counted)

    @cached_property
    def lines(self) -> list[ProjectResult]:
        """Every project: the ranking, or as they stand on the ballot paper where an order would tell of few ballots."""
        return self._ranking if self.publishes_numbers else self._as_on_paper

    @property
    def _as_on_paper(self) -> list[ProjectResult]:
        """What has to be said all the same: which projects are funded."""
        winners = set(self.outcome["winners"])
        found = []
        for line in sorted(self.paper.lines.all(), key=lambda line: line.ballot_number):
            funded = str(line.ballot_number) in winners
            found.append(ProjectResult(line, None, None, funded, _("Funded") if funded else _("Not funded"), ""))
        return found

    @property
    def _ranking(self) -> list[ProjectResult]:
        """Most votes (or points) first, equals in the order they went, funded before not funded."""
        support, reasons = self.outcome["totals"][self.measure], self.outcome["reasons"]
        most = max(support.values(), default=0) or 1
        rounds = {project: place for place, project in enumerate(self.outcome["winners"])}
        last = len(rounds)
        ids = {str(line.ballot_number): line for line in self.paper.lines.all()}
        order = sorted(ids, key=lambda one: (-support[one], rounds.get(one, last), ids[one].ballot_number))
        names = {one: line.title for one, line in ids.items()}
        return [
            ProjectResult(
                line=ids[one],
                support=support[one],
                share=support[one] / most,
                funded=one in rounds,
                why=sentences.why(reasons[one], names, self.currency),
                nearness="" if one in rounds else sentences.nearness(reasons[one], self.currency),
            )
            for one in order
        ]

    @cached_property
    def funded(self) -> list[ProjectResult]:
        """The funded projects in the order the count chose them, or by their number where that would tell too much."""
        if not self.publishes_numbers:
            return [line for line in self.lines if line.funded]
        by_id = {str(line.number): line for line in self.lines}
        return [by_id[project] for project in self.outcome["winners"]]

    @property
    def parts(self) -> list[tuple[str, int]]:
        """The pieces of the bar of the budget."""
        return [(line.title, line.cost) for line in self.funded]

    @property
    def rule(self) -> list[str]:
        return rule_sentences.rule(self.outcome["rule"], self.currency, self.unit)

    @property
    def seed(self) -> str:
        return self.outcome["rule"].get("seed") or ""

    @property
    def draw(self) -> Draw | None:
        """The draw that gave the seed."""
        return next((draw for draw in self.draws if draw.seed == self.seed), None) if self.seed else None

    @property
    def ties(self) -> list[str]:
        """The ties that mattered, a sentence each; none where it would tell who had as many votes as whom."""
        if not self.publishes_numbers:
            return []
        names = {str(line.number): line.title for line in self.lines}
        return [sentences.tie(tie, names) for tie in self.outcome["ties"] if tie["decisive"]]

    @property
    def idle_ties(self) -> int:
        """How many ties changed nothing; none is named where numbers are withheld."""
        if not self.publishes_numbers:
            return 0
        return sum(not tie["decisive"] for tie in self.outcome["ties"])

    @property
    def is_from_elsewhere(self) -> bool:
        """Its ballots came in a file: there was neither a box here nor an opening."""
        return hasattr(self.contest, "from_elsewhere")

    @property
    def root(self) -> str:
        """The last root of the board, or nothing where there was no board."""
        return self.accounts.get("board", {}).get("root", "")

    @property
    def channels(self) -> dict[str, dict[str, int]]:
        """For "online" and "paper": envelopes, opened, invalid."""
        return self.accounts.get("channels", {})

    @property
    def envelopes(self) -> int:
        return sum(channel["envelopes"] for channel in self.channels.values())


def results_of(cycle: Cycle, contest: Contest | None = None) -> list[Result]:
    """Every counted contest of a cycle, or that one of them, in a fixed number of queries.

    Raises Disagrees where what is stored of the cycle does not agree with the record of its opening and its counts:
    no page, file, mail or report is drawn from it then.
    """
    require_agreement(cycle)
    counts = Count.objects.standing().filter(contest__cycle=cycle)
    if contest is not None:
        counts = counts.filter(contest=contest)
    lines = BallotLine.objects.select_related("proposal__category").order_by("ballot_number")
    superseded = SupersededPaper.objects.select_related("by", "confirmed_by")
    counts = (
        counts.select_related("contest__district", "contest__paper", "contest__from_elsewhere")
        .prefetch_related(
            Prefetch("contest__paper__lines", queryset=lines),
            Prefetch("contest__superseded_papers", queryset=superseded),
        )
        .order_by("contest")
    )
    found = list(counts)
    ballots = _ballots(count.contest_id for count in found)
    opening = Opening.objects.filter(cycle=cycle).first()
    prefetch_related_objects([cycle], "phases")
    for count in found:
        count.contest.cycle = cycle  # one for all, with its calendar
        for line in count.contest.paper.lines.all():
            line.proposal.contest = count.contest  # its address needs both, and they are here
    draws = list(Draw.objects.filter(cycle=cycle, use=Draw.Use.TIES))
    return [Result(count, ballots[count.contest_id], opening, draws) for count in found]


def _ballots(contests: Iterable[int]) -> dict[int, Ballots]:
    """How many ballots each contest had, in three queries for all."""
    contests = list(contests)
    opened = OpenedBallot.objects.filter(contest__in=contests).values("contest")
    counted = dict(opened.annotate(number=Sum("ballots")).values_list("contest", "number"))
    blank = dict(opened.filter(content="").annotate(number=Sum("ballots")).values_list("contest", "number"))
    invalid = defaultdict(list)
    for contest, reason, number in InvalidBallot.objects.filter(contest__in=contests).values_list(
        "contest", "reason", "ballots"
    ):
        invalid[contest].append((reason, number))
    return {
        contest: Ballots(counted.get(contest, 0), blank.get(contest, 0), tuple(sorted(invalid[contest])))
        for contest in contests
    }
