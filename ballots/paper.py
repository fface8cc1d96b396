"""The ballot paper of a contest: drawn by lot, and frozen."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from ballots.models import BallotLine, BallotPaper, NoVote
from budgeting.models import Contest
from budgeting.people import Person
from budgeting.stages import Act
from lib.canonical import canonical
from lib.refusal import Refused, allow
from proposals.models import Proposal
from tally.ties import lot


def freeze(contest: Contest, *, by: Person, at: datetime, seed: str) -> BallotPaper:
    """Put the shortlist on the ballot paper, in an order drawn by lot from `seed`, and freeze it for good.

    The order is that of SHA-256(seed ‖ proposal number), so anyone can draw it again. Raises Refused if the calendar
    does not allow it, there is a paper already, what was set up could not be counted, or nothing is shortlisted.
    """
    if not contest.cycle.allows(Act.FREEZE_PAPER, at):
        raise Refused(_("The ballot paper is frozen between the review and the vote."))
    if BallotPaper.objects.filter(contest=contest).exists():
        raise Refused(_("The ballot paper of %s is frozen already.") % contest)
    if NoVote.objects.filter(contest=contest).exists():
        raise Refused(_("%s is closed without a vote.") % contest)
    allow(contest.why_not_countable())
    shortlist = list(Proposal.objects.shortlisted(contest))
    if not shortlist:
        raise Refused(_("Nothing is shortlisted in %s.") % contest)
    if too_dear := [proposal.title for proposal in shortlist if proposal.cost > contest.budget]:
        raise Refused(_("These cost more than the whole budget: %s.") % ", ".join(too_dear))
    drawn = sorted(shortlist, key=lambda proposal: lot(seed, str(proposal.number)))
    with transaction.atomic():
        paper = write(contest, drawn, by=by, at=at, seed=seed)
        by.record(Done.PAPER_FROZEN, on=contest, digest=paper.digest, seed=seed)
    return paper


@transaction.atomic
def write(
    contest: Contest, proposals: Sequence[Proposal], *, by: Person | None, at: datetime, seed: str = ""
) -> BallotPaper:
    """Write the paper with the proposals in the order given: the first has ballot number 1."""
    lines = [
        BallotLine(
            ballot_number=number, proposal=proposal, title=proposal.title, summary=proposal.summary, cost=proposal.cost
        )
        for number, proposal in enumerate(proposals, start=1)
    ]
    manifest = canonical(describe(contest, lines, seed))
    digest = hashlib.sha256(manifest.encode()).hexdigest()
    paper = BallotPaper.objects.create(
        contest=contest,
        manifest=manifest,
        digest=digest,
        size=len(lines),
        lot_seed=seed,
        frozen_at=at,
        frozen_by_id=by.pk if by else None,
    )
    for line in lines:
        line.paper = paper
    BallotLine.objects.bulk_create(lines)
    return paper


def describe(contest: Contest, lines: Sequence[BallotLine], seed: str) -> dict[str, Any]:
    """Everything that decides what a ballot may say and how it will be counted. Money in minor units."""
    return {
        "version": 1,
        "cycle": contest.cycle.slug,
        "contest": contest.slug,
        "currency": contest.cycle.currency,
        "budget": contest.budget,
        "ballot_style": contest.ballot_style,
        "most_choices": contest.most_choices,
        "points": contest.points,
        "most_points": contest.most_points,
        "counting_rule": contest.counting_rule,
        "rule_parameters": contest.rule_parameters,
        "ballot_number_seed": seed,
        "lines": [
            {
                "ballot_number": line.ballot_number,
                "proposal": line.proposal.number,
                "title": line.title,
                "summary": line.summary,
                "cost": line.cost,
            }
            for line in lines
        ],
    }
