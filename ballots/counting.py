"""From ballots to a result: plain values out to `tally`, its answer back."""

import hashlib
import json
import logging
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from audit.compared import written
from audit.models import AuditEvent
from ballots import agreement, marks
from ballots.draws import seed_for_ties
from ballots.models import BallotPaper, Count, FromElsewhere, Opening
from ballots.models.count import digest_of
from budgeting.models import Contest, Counted
from budgeting.people import Person
from budgeting.rules import objection
from budgeting.stages import Act
from lib import money
from lib.refusal import Refused, require
from tally import Ballot, Election, NotCountable, Outcome, Project, Rule, UnresolvedTie, count

log = logging.getLogger(__name__)


class CannotCount(Refused):
    """The count ended with an error that nobody foresaw."""


def not_the_time_to_count() -> str:
    return _("The ballots are counted between the close of the vote and the end of the results.")


def rule_of(contest: Contest) -> Rule:
    """The complete rule a contest would be counted by, without what was drawn. Raises Refused if it makes no sense."""
    try:
        return contest.rule
    except NotCountable as wrong:
        raise Refused(objection(wrong).messages) from None


def rule_in_force(contest: Contest) -> Rule:
    """The rule as it stands on the frozen paper, with what was drawn for ties, if anything."""
    told = contest.paper.told
    rule = Rule.from_dict(told["rule"]) if "rule" in told else rule_of(contest)  # papers before version 2 had none
    return replace(rule, seed=seed_for_ties(contest))


def election_of(contest: Contest) -> Election:
    """The opened ballots and the frozen paper as plain values; a project goes by its ballot number."""
    paper: BallotPaper = contest.paper
    projects = [
        Project(str(line.ballot_number), line.cost, line.title, withdrawn=hasattr(line.proposal, "withdrawal"))
        for line in paper.lines.select_related("proposal__withdrawal")
    ]
    opened = contest.opened_ballots.order_by("content").values_list("content", "ballots")
    ballots = (
        Ballot({str(number): points for number, points in marks.from_text(content).items()}, copies)
        for content, copies in opened.iterator(chunk_size=5000)
    )
    return Election(projects, ballots, contest.budget, unit=money.unit(contest.cycle.currency))


def outcome_of(contest: Contest) -> Outcome:
    """Count a contest and store nothing.

    Raises Refused if its box is shut, if what is stored does not agree with the record of its opening, if its rule
    makes no sense, or if a tie is left that changes the result; and CannotCount if the count fails of anything else,
    which the trial before the freeze is there to prevent.
    """
    was_opened = Opening.objects.filter(cycle=contest.cycle).exists()
    if not was_opened and not FromElsewhere.objects.filter(contest=contest).exists():
        raise Refused(_("The box is opened before the ballots are counted."))
    if differences := agreement.of_the_ballots(contest):
        raise Refused(differences)
    try:
        return count(election_of(contest), rule_in_force(contest))
    except UnresolvedTie as tie:
        lines = contest.paper.lines.filter(ballot_number__in=map(int, tie.projects)).select_related("proposal")
        raise Refused(
            _("A tie decides the result, between: %s. Enter what was drawn in public, or announce a draw, then count.")
            % ", ".join(line.title for line in lines)
        ) from None
    except (Refused, DatabaseError):
        raise
    except Exception as error:
        log.exception("%s cannot be counted", contest)
        raise CannotCount(
            _(
                "The ballots of %(contest)s cannot be counted: %(failure)s. The log has more; tell those who look "
                "after the site. Two people can close the contest without a result."
            )
            % {"contest": contest.title, "failure": f"{type(error).__name__}: {error}"[:200]}
        ) from error


def inputs_of(contest: Contest, rule: dict[str, Any]) -> str:
    """The digest of all that a count of this contest goes by: its ballots as a multiset, its paper, the complete rule
    with what was drawn, and what was withdrawn.
    """
    withdrawn = contest.paper.lines.filter(proposal__withdrawal__isnull=False).values_list("ballot_number", flat=True)
    return digest_of(
        {
            "ballots": ballots_of(contest),
            "paper": contest.paper.digest,
            "rule": rule,
            "withdrawn": sorted(withdrawn),
        }
    )


def ballots_of(contest: Contest) -> str:
    """The digest of its opened ballots as a multiset."""
    ballots = hashlib.sha256()
    for content, copies in sorted(contest.opened_ballots.values_list("content", "ballots")):
        ballots.update(f"{copies} {content}\n".encode())
    return ballots.hexdigest()


@transaction.atomic
def count_contest(contest: Contest, *, by: Person | None, at: datetime) -> Count:
    """Count a contest by its rule and keep the outcome. Counting again gives the same, and then nothing is written:
    neither the moment of the count moves nor does the report fall out of date; or it gives something else, which is
    written beside what was there, and holds from then on.

    `by` None: an election from elsewhere, which no calendar of ours binds. The proposals learn whether they are funded,
    to be seen once the results are public. Raises Refused as `outcome_of` does, or if the calendar does not allow it.
    """
    require(by is None or contest.cycle.allows(Act.COUNT, at), not_the_time_to_count())
    Contest.objects.select_for_update(no_key=True, of=("self",)).get(pk=contest.pk)  # two counts at once come in turn
    outcome = outcome_of(contest)
    told = as_kept({"rule": outcome.rule.to_dict(), "outcome": outcome.to_dict()})
    before = Count.objects.standing().filter(contest=contest).first()
    if before and told == {"rule": before.rule, "outcome": before.outcome}:
        return before
    made = Count(contest=contest, number=before.number + 1 if before else 1, by_id=by.pk if by else None, at=at, **told)
    made.inputs = inputs_of(contest, made.rule)
    facts = {"number": made.number, "inputs": made.inputs, "outcome": made.digest}
    facts |= {"winners": list(outcome.winners), "spent": outcome.spent, "at": written(at)}
    made.entry = AuditEvent.append(Done.COUNTED, by=by, on=contest, **facts)
    made.save(force_insert=True)
    Counted.objects.update_or_create(contest=contest, defaults={"at": at})
    for line in contest.paper.lines.select_related("proposal"):
        line.proposal.conclude(at=at, funded=str(line.ballot_number) in outcome.winners)
    return made


def as_kept(told: dict[str, Any]) -> Any:
    """As it comes back from the database: lists for tuples, text for keys."""
    return json.loads(json.dumps(told))
