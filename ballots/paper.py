"""The ballot paper of a contest: drawn by lot, and frozen. What supersedes it stands in superseding.py."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.acts import Done
from ballots import slots
from ballots.counting import rule_of
from ballots.hidden import why_not_over_hidden
from ballots.models import BallotLine, BallotPaper, NoVote
from ballots.trial import try_out
from budgeting import registry
from budgeting.models import Contest, Draw, OneIsEnough
from budgeting.stages import Act
from budgeting.two import Two
from lib.canonical import canonical
from lib.refusal import Refused, allow
from proposals.models import Hiding, Outcome, Proposal, Status
from proposals.models.withholding import as_written
from tally.ties import lot

WHY_LEFT_OUT: dict[str, Promise] = {
    Status.SUBMITTED: gettext_lazy("The committee has not decided on it."),
    "corrected": gettext_lazy("It was returned and corrected, and the committee has not decided on it again."),
    Status.RETURNED: gettext_lazy("It was returned to its author, who has not corrected it."),
    Status.REJECTED: gettext_lazy("The committee did not put it on the shortlist."),
    Outcome.HANDED: gettext_lazy("The committee handed it to a department of the city."),
    Outcome.DONE: gettext_lazy("The committee found that it is done already, or under way."),
    Outcome.NEXT_YEAR: gettext_lazy("The committee kept it for the next round."),
    Status.MERGED: gettext_lazy("It was merged into another proposal."),
    Status.WITHDRAWN: gettext_lazy("Its author withdrew it."),
    Status.SHORTLISTED: gettext_lazy("The committee put it on the shortlist once the paper was frozen."),
}


def half_a_seed() -> str:
    """What one of the two who freeze a paper adds to the seed of its ballot numbers: nobody chooses it."""
    return secrets.token_hex(16)


def plan(contest: Contest, at: datetime) -> dict[str, Any]:
    """What freezing would do now: the projects on the paper, what is left out and why, and the complete rule.

    The whole vote is tried to its end. Raises Refused if the calendar does not allow it, there is a paper already,
    nothing is shortlisted, or what would be frozen could not be voted on or counted.
    """
    if not contest.cycle.allows(Act.FREEZE_PAPER, at):
        raise Refused(_("The ballot paper is frozen between the review and the vote."))
    if BallotPaper.objects.filter(contest=contest).exists():
        raise Refused(_("The ballot paper of %s is frozen already.") % contest)
    if NoVote.objects.filter(contest=contest).exists():
        raise Refused(_("%s is closed without a vote.") % contest)
    allow(_why_not_by_these_people(at))
    allow(registry.why_not(registry.Deed.FREEZE_PAPER, contest))
    allow(contest.why_not_countable())
    allow(why_not_over_hidden(contest, at))
    shortlist = list(Proposal.objects.shortlisted(contest).order_by("number"))
    if not shortlist:
        raise Refused(_("Nothing is shortlisted in %s.") % contest)
    if too_dear := [proposal.title for proposal in shortlist if proposal.cost > contest.budget]:
        raise Refused(_("These cost more than the whole budget: %s.") % ", ".join(too_dear))
    draw = Draw.announced_for(contest, Draw.Use.NUMBERS)
    if draw and not draw.is_drawn:
        raise Refused(_("The ballot numbers are drawn by this: %s. Enter what was drawn first.") % draw.what)
    rule = rule_of(contest)
    try_out(contest, [proposal.cost for proposal in shortlist], rule)
    return {
        "lines": [
            {"number": one.number, "title": one.title, "summary": one.summary, "cost": one.cost} for one in shortlist
        ],
        "left_out": left_out(contest, {one.pk for one in shortlist}, at),
        "terms": terms(contest),
        "seed": draw.seed if draw else "",
    }


def _why_not_by_these_people(at: datetime) -> str:
    """Whether it takes two people does not change between freeze and count."""
    said = OneIsEnough.announced()
    if said is None or said.from_ <= at:
        return ""
    return _(
        "Within a day one person will be enough, as was announced. Freeze the paper then, or take that back first."
    )


def left_out(contest: Contest, kept: set[int], at: datetime) -> list[dict[str, Any]]:
    """Every other submitted proposal, with a word of WHY_LEFT_OUT."""
    others = Proposal.objects.submitted().filter(contest=contest).exclude(pk__in=kept).with_status(at)
    return [{"number": one.number, "title": one.title, "why": _why_left_out(one)} for one in others.order_by("number")]


def _why_left_out(proposal: Any) -> str:
    if proposal.status == Status.SUBMITTED and proposal.decided is not None:
        return "corrected"
    return str(proposal.decided if proposal.own_word else proposal.status)


def freeze(contest: Contest, *, by: Two, at: datetime, half: str) -> BallotPaper:
    """Put the shortlist on the ballot paper, in an order drawn by lot, and freeze it.

    The order is that of SHA-256(seed || proposal number), so anyone can draw it again. The seed is what was drawn in
    public for it; where no draw was announced, `half` and another, each made by chance in the hands of one of the two.
    Raises Refused as `plan` does.
    """
    planned = plan(contest, at)
    seed = planned["seed"] or f"{half}-{half_a_seed()}"
    shortlist = Proposal.objects.shortlisted(contest)
    drawn = in_order(shortlist, seed)
    with transaction.atomic():
        Hiding.end_lapsed(at)  # as the plan sees it already
        paper = write(contest, drawn, by=by, at=at, seed=seed)
        by.record(Done.PAPER_FROZEN, on=contest, digest=paper.digest, seed=seed)
    return paper


def in_order(proposals: Iterable[Proposal], seed: str) -> list[Proposal]:
    """As the lot puts them."""
    return sorted(proposals, key=lambda proposal: lot(seed, str(proposal.number)))


@transaction.atomic
def write(
    contest: Contest, proposals: Sequence[Proposal], *, by: Two | None, at: datetime, seed: str = ""
) -> BallotPaper:
    """Write the paper with the proposals in the order given: the first has ballot number 1."""
    lines = lines_of(proposals)
    manifest = canonical(describe(contest, lines, seed))
    digest = digest_of(manifest)
    first, second = by.keys if by else (None, None)
    paper = BallotPaper.objects.create(
        contest=contest,
        manifest=manifest,
        digest=digest,
        size=len(lines),
        lot_seed=seed,
        frozen_at=at,
        frozen_by_id=first,
        frozen_with_id=second,
    )
    for line in lines:
        line.paper = paper
    BallotLine.objects.bulk_create(lines)
    slots.lay(contest)
    return paper


def lines_of(proposals: Sequence[Proposal]) -> list[BallotLine]:
    """A line for each of them, in the order given, as it stands now; they are on no paper yet."""
    return [
        BallotLine(
            ballot_number=number, proposal=proposal, title=proposal.title, summary=proposal.summary, cost=proposal.cost
        )
        for number, proposal in enumerate(proposals, start=1)
    ]


def digest_of(manifest: str) -> str:
    return hashlib.sha256(manifest.encode()).hexdigest()


def describe(contest: Contest, lines: Sequence[BallotLine], seed: str) -> dict[str, Any]:
    """Everything that decides what a ballot may say and how it will be counted. Money in minor units."""
    return {
        "version": 2,
        "cycle": contest.cycle.slug,
        "contest": contest.slug,
        **terms(contest),
        "ballot_number_seed": seed,
        "lines": describe_lines(lines),
    }


def describe_lines(lines: Sequence[BallotLine]) -> list[dict[str, Any]]:
    """As the projects were written: a digest tells of the whole, be all of it in view or not."""
    return [
        {
            "ballot_number": line.ballot_number,
            "proposal": line.proposal.number,
            "title": as_written(line.title),
            "summary": as_written(line.summary),
            "cost": line.cost,
        }
        for line in lines
    ]


def terms(contest: Contest) -> dict[str, Any]:
    """What is voted about and how it is counted: the complete rule, and the draw for ties if one is announced."""
    draw = Draw.announced_for(contest, Draw.Use.TIES)
    return {
        "currency": contest.cycle.currency,
        "budget": contest.budget,
        "ballot_style": contest.ballot_style,
        "most_choices": contest.most_choices,
        "points": contest.points,
        "most_points": contest.most_points,
        "rule": rule_of(contest).to_dict(),
        "draw": draw and {"what": draw.what, "drawn_by": draw.drawn_by, "takes_place": draw.takes_place.isoformat()},
    }
