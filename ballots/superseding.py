"""A frozen paper that was wrong is superseded until voting opens, never undone: by two people, with a public reason.

With it, and only with it, come the corrections it is made for. Each is a decision of the committee, made while the old
paper stands; the act of two puts it into effect. The old paper stays readable as it was, with its digest, and the
new one names it. Budget, rule and the seed of the ballot numbers stay. Where the committee has left out every project
there is no new one: the contest is closed without a vote.
"""

from collections.abc import Iterable, Sequence
from copy import copy
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from ballots import no_vote
from ballots.counting import rule_in_force
from ballots.hidden import why_not_with_hidden
from ballots.holding import has_begun
from ballots.models import BallotLine, BallotPaper, Correction, SupersededPaper
from ballots.paper import describe_lines, digest_of, in_order, left_out, lines_of
from ballots.trial import try_out
from budgeting.models import Contest, JointAct
from budgeting.people import Person
from budgeting.stages import Stage
from budgeting.two import Two
from lib.canonical import canonical
from lib.refusal import Refused, allow, require
from notices.kinds import Kind
from notices.models import Happening
from proposals.models import Hiding, Proposal
from proposals.models.withholding import as_written

WORDS = ("title", "summary", "cost")  # of a project on a paper
SHORTLIST, REJECT, LEAVE = Correction.Outcome.SHORTLIST, Correction.Outcome.REJECT, Correction.Outcome.LEAVE


def why_not_supersede(contest: Contest, at: datetime) -> str:
    """Why nothing of this contest's paper can be corrected now, in a sentence; empty if it can."""
    paper = BallotPaper.objects.filter(contest=contest).first()
    if paper is None:
        return _("The ballot paper of %s is not frozen.") % contest
    if not paper.lot_seed:
        return _("No lot was drawn for this paper: it was not frozen here.")
    window = contest.cycle.window(Stage.VOTING)
    if (window and window.opens <= at) or has_begun(contest.cycle_id):
        return _("Voting has opened: the ballot paper stays as it is.")
    return ""


# Decided by the committee ---------------------------------------------------------------------------------------------


def pending(contest: Contest) -> list[Correction]:
    """What the committee has decided to correct of the paper there is: the latest about each project."""
    found = Correction.objects.filter(contest=contest, digest=contest.paper.digest)
    latest = (
        found.order_by("proposal_id", "-pk").distinct("proposal_id").select_related("proposal__contest__cycle", "by")
    )
    return [correction for correction in latest if correction.outcome != LEAVE]


def why_not_correct(contest: Contest, *, by: Person, at: datetime) -> str:
    if not by.is_committee_for(contest.district):
        return _("Only the district's committee decides.")
    return why_not_supersede(contest, at)


@transaction.atomic
def correct(contest: Contest, proposal: Proposal, *, by: Person, at: datetime, **decided: Any) -> Correction:
    """Decide that a project of a frozen paper is put right, left out or taken in, once two people supersede the paper.

    `decided`: `outcome`, `reason`, and what is corrected of `title`, `summary` and `cost`. Raises Refused.
    """
    paper = BallotPaper.objects.select_for_update(no_key=True).filter(contest=contest).first()
    allow(why_not_correct(contest, by=by, at=at))
    assert paper is not None  # or else it could not be superseded
    require(not proposal.is_by(by), _("Nobody decides on a proposal of their own."))
    as_it_is = proposal.text()
    kept = {name: None if name == "cost" else "" for name in WORDS if decided.get(name) == as_it_is[name]}
    decided = {**decided, **kept, "reason": decided["reason"].strip()}
    correction = Correction(contest=contest, digest=paper.digest, proposal=proposal, by_id=by.pk, at=at, **decided)
    allow(_objection(correction, paper))
    if correction.outcome == SHORTLIST:
        _as_corrected(correction).require_within_means()
    correction.full_clean(exclude=["contest", "proposal", "by"])
    correction.save(force_insert=True)
    facts = {"outcome": correction.outcome, "reason": correction.reason, "corrects": sorted(correction.text)}
    facts["text"] = digest_of(canonical(correction.text))  # what it says may be withheld from view; the log only grows
    by.record(Done.CORRECTION_DECIDED, on=proposal, paper=paper.digest, **facts)
    return correction


def _objection(correction: Correction, paper: BallotPaper) -> str:
    """Why this would be no correction of that paper, in a sentence."""
    proposal, is_on = correction.proposal, paper.lines.filter(proposal=correction.proposal).exists()
    if proposal.contest_id != paper.contest_id or proposal.is_draft or hasattr(proposal, "withdrawal"):
        return _("“%s” cannot be on this paper.") % proposal
    if correction.outcome == REJECT and not is_on:
        return _("“%s” is not on the paper.") % proposal
    if correction.outcome == SHORTLIST and is_on and not correction.text:
        return _("“%s” is on the paper, and nothing of it is corrected.") % proposal
    return ""


# Put into effect by two -----------------------------------------------------------------------------------------------


def plan(contest: Contest, at: datetime, reason: str, named: Iterable[int]) -> dict[str, Any]:
    """What superseding would do now: the old paper line by line against the new, and what is left out.

    `named`: the keys of the corrections it is made for, which are all that are pending. The whole vote is tried to its
    end on the new paper. Raises Refused if anything stands against it.
    """
    allow(why_not_supersede(contest, at))
    require(reason.strip(), _("Say why the paper is superseded: everybody will ask."))
    paper, corrections = BallotPaper.objects.get(contest=contest), pending(contest)
    require(corrections, _("The committee has decided on no correction of this paper."))
    require(
        {each.pk for each in corrections} == set(named),
        _("The committee has decided something else in the meantime. Look at the page again."),
    )
    for correction in corrections:
        allow(_objection(correction, paper))
    lines = _lines_after(paper, corrections)
    allow(why_not_with_hidden([line.proposal for line in lines], at))
    named_somewhere = {each.proposal_id for each in (*lines, *paper.lines.all())}
    others = Proposal.objects.shortlisted(contest).exclude(pk__in=named_somewhere)
    if not lines and (other := others.first()):
        raise Refused(_("Nothing else would be left, but “%s” is on the shortlist: the committee takes it in.") % other)
    for line in lines:
        line.proposal.require_within_means()
    if too_dear := [line.title for line in lines if line.cost > contest.budget]:
        raise Refused(_("These cost more than the whole budget: %s.") % ", ".join(too_dear))
    if lines:
        try_out(contest, [line.cost for line in lines], rule_in_force(contest))
    return {
        "superseded": paper.digest,
        "digest": digest_of(_manifest_after(paper, lines)) if lines else None,
        "rows": _rows(paper, lines, corrections),
        "left_out": left_out(contest, named_somewhere, at),
        "reason": reason.strip(),
    }


def _lines_after(paper: BallotPaper, corrections: Sequence[Correction]) -> list[BallotLine]:
    """The lines of the paper as it would be, by the seed it was drawn with."""
    lines = paper.lines.select_related("proposal__contest__cycle")
    projects = {line.proposal_id: line.proposal for line in lines}
    for correction in corrections:
        projects.pop(correction.proposal_id, None)
        if correction.outcome == SHORTLIST:
            projects[correction.proposal_id] = _as_corrected(correction)
    return lines_of(in_order(projects.values(), paper.lot_seed))


def _as_corrected(correction: Correction) -> Proposal:
    """The project as it would be, not to be saved."""
    project = copy(correction.proposal)
    for name, value in correction.text.items():
        setattr(project, name, value)
    return project


def _manifest_after(paper: BallotPaper, lines: Sequence[BallotLine]) -> str:
    """As the old one, but for its lines; and it names the old one, so that no two papers are ever equal."""
    return canonical({**paper.told, "supersedes": paper.digest, "lines": describe_lines(lines)})


def _rows(paper: BallotPaper, lines: Sequence[BallotLine], corrections: Sequence[Correction]) -> list[dict[str, Any]]:
    """Each project of either paper, as it stood and as it would: in the order of the new one, then what is gone."""
    before = {line["proposal"]: line for line in paper.told["lines"]}
    after = {line["proposal"]: line for line in describe_lines(lines)}
    decided = {each.proposal.number: {"reason": each.reason, "by": str(each.by)} for each in corrections}
    return [
        {
            "proposal": number,
            "before": before.get(number),
            "after": after.get(number),
            "corrected": decided.get(number),
        }
        for number in dict.fromkeys([*after, *before])
    ]


@transaction.atomic
def supersede(act: JointAct, contest: Contest, *, by: Two, at: datetime) -> SupersededPaper:
    """Put the act of two into effect: the old paper is kept, the corrections are made, the new paper takes its place.

    Or none does, where nothing is left. Raises Refused as `plan` does.
    """
    Contest.objects.select_for_update(no_key=True, of=("self",)).get(pk=contest.pk)
    planned = plan(contest, at, **act.facts)
    paper, corrections = BallotPaper.objects.get(contest=contest), pending(contest)
    lines = _lines_after(paper, corrections)
    require(planned["digest"] == act.plan["digest"], _("What it would do has changed since it was proposed."))
    Hiding.end_lapsed(at)  # as the plan sees it already
    kept = _keep(paper, act, by=by, at=at, reason=planned["reason"])
    for correction in corrections:
        project = Proposal.objects.get(pk=correction.proposal_id)
        outcome, reason, text = correction.outcome, correction.reason, correction.text
        project.put_right(by=correction.by, at=at, outcome=outcome, reason=reason, **text)
    if lines:
        _write_anew(paper, lines, by=by, at=at)
    else:
        _take_away(paper)
    by.record(
        Done.PAPER_SUPERSEDED,
        on=contest,
        superseded=kept.digest,
        digest=kept.successor,
        reason=kept.reason,
        corrections=[{"proposal": each.proposal.number, "outcome": each.outcome} for each in corrections],
    )
    if not lines:
        no_vote.store(contest, by=by, at=at, reason=kept.reason)
    Happening.note(Kind.PAPER_SUPERSEDED, kept, at=at, by=by.first)
    return kept


def _keep(paper: BallotPaper, act: JointAct, *, by: Two, at: datetime, reason: str) -> SupersededPaper:
    return SupersededPaper.objects.create(
        contest=paper.contest,
        number=SupersededPaper.objects.filter(contest=paper.contest).count() + 1,
        manifest=paper.manifest,
        digest=paper.digest,
        frozen_at=paper.frozen_at,
        frozen_by_id=paper.frozen_by_id,
        frozen_with_id=paper.frozen_with_id,
        successor=act.plan["digest"],
        reason=reason,
        corrections=act.facts["named"],
        act=act,
        at=at,
        **by.signed,
    )


def _write_anew(paper: BallotPaper, lines: Sequence[BallotLine], *, by: Two, at: datetime) -> None:
    """The paper first, then its lines: the database lets a line go that is not on its paper any more."""
    manifest = _manifest_after(paper, lines)
    paper.manifest, paper.digest, paper.size = manifest, digest_of(manifest), len(lines)
    paper.frozen_at, (paper.frozen_by_id, paper.frozen_with_id) = at, by.keys
    paper.save()
    before = {_words(line): line.pk for line in paper.lines.all()}
    after = {_words(line) for line in lines}
    BallotLine.objects.filter(pk__in=[key for words, key in before.items() if words not in after]).delete()
    for line in lines:
        line.paper = paper
    BallotLine.objects.bulk_create(line for line in lines if _words(line) not in before)


def _take_away(paper: BallotPaper) -> None:
    """Nothing is left to vote on; what the paper was stands in the row that keeps it."""
    paper.lines.all().delete()
    paper.delete()


def _words(line: BallotLine) -> tuple[object, ...]:
    return (line.ballot_number, line.proposal_id, as_written(line.title), as_written(line.summary), line.cost)
