"""From ballots to a result: plain values out to `ballots.tally`, its answer back."""

from datetime import datetime

from babel.numbers import get_currency_precision
from django.db import transaction
from django.utils.translation import gettext as _

from ballots import styles
from ballots.models import BallotPaper, Count, Opening
from ballots.tally import Ballot, Election, Outcome, Project, Rule, UnresolvedTie, count
from budgeting.calendar import Stage
from budgeting.models import Contest
from proposals.rules import Person, Refused


def rule_of(contest: Contest) -> Rule:
    """The contest's counting rule. Raises ValueError if its parameters make no sense.

    Unless the parameters say otherwise, approvals and knapsacks are ranked by votes, points and rankings by points, and
    a project needs one of them to be funded.
    """
    marks = (Contest.BallotStyle.APPROVAL, Contest.BallotStyle.KNAPSACK)
    told = {
        "name": contest.counting_rule,
        "rank_by": "votes" if contest.ballot_style in marks else "points",
        "minimum_votes": 1,
        "seed": contest.lot_seed or None,
    }
    return Rule.from_dict({**told, **contest.rule_parameters})


def election_of(contest: Contest) -> Election:
    """The opened ballots and the frozen paper as plain values; a project goes by its ballot number."""
    paper: BallotPaper = contest.paper
    projects = [
        Project(str(line.ballot_number), line.cost, line.title, withdrawn=hasattr(line.proposal, "withdrawal"))
        for line in paper.lines.select_related("proposal__withdrawal")
    ]
    opened = contest.opened_ballots.order_by("content").values_list("content", "ballots")
    ballots = (
        Ballot({str(number): points for number, points in styles.read(content).items()}, copies)
        for content, copies in opened.iterator(chunk_size=5000)
    )
    return Election(projects, ballots, contest.budget, unit=10 ** get_currency_precision(contest.cycle.currency))


def outcome_of(contest: Contest) -> Outcome:
    """Count a contest and store nothing.

    Raises Refused if its box is shut, or if a tie is left that changes the result.
    """
    was_opened = Opening.objects.filter(cycle=contest.cycle).exists()
    if not was_opened and not contest.opened_ballots.exists():  # an imported election has ballots and never had a box
        raise Refused(_("The box is opened before the ballots are counted."))
    try:
        return count(election_of(contest), rule_of(contest))
    except UnresolvedTie as tie:
        titles = contest.paper.lines.filter(ballot_number__in=map(int, tie.projects)).values_list("title", flat=True)
        raise Refused(
            _("A tie decides the result, between: %s. Enter the seed of the public lot, then count again.")
            % ", ".join(titles)
        ) from None


@transaction.atomic
def count_contest(contest: Contest, by: Person | None, at: datetime) -> Count:
    """Count a contest by its rule and keep the outcome; counting again gives the same, or replaces what was wrong.

    The proposals learn whether they are funded, to be seen once the results open. Raises Refused as `outcome_of` does.
    """
    outcome = outcome_of(contest)
    facts = {"rule": outcome.rule.to_dict(), "outcome": outcome.to_dict(), "by": by, "at": at}
    found, _created = Count.objects.update_or_create(contest=contest, defaults=facts)
    results = contest.cycle.window(Stage.RESULTS)
    for line in contest.paper.lines.select_related("proposal"):
        funded = str(line.ballot_number) in outcome.winners
        line.proposal.conclude(at, funded=funded, public_from=results.opens if results else at)
    if by is not None:
        by.record("counted", on=contest, winners=list(outcome.winners), spent=outcome.spent)
    return found
