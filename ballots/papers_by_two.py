"""What takes two before the vote: a ballot paper frozen or superseded, a draw announced, and what was drawn entered."""

import hashlib
from copy import copy
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from ballots import draws, paper, superseding
from ballots.acts_of_two import desk_of
from ballots.in_view import in_view
from budgeting import rule_sentences
from budgeting.models import Contest, Cycle, Draw, JointAct
from budgeting.two import Doing, Two, subject
from lib import money
from lib.refusal import allow

# Freezing a paper ----------------------------------------------------------------------------------------------------


def _plan_paper(act: JointAct, at: datetime) -> dict[str, Any]:
    half = hashlib.sha256(act.facts["half"].encode()).hexdigest()
    return {**paper.plan(subject(act, Contest), at), "half_sha256": half}


def _freeze(act: JointAct, *, by: Two, at: datetime) -> None:
    paper.freeze(subject(act, Contest), by=by, at=at, half=act.facts["half"])


def paper_shown(act: JointAct) -> dict[str, Any]:
    """What freezing or superseding will do, for the page that proposes it and for the one that confirms it."""
    contest = subject(act, Contest)
    plan = in_view(act.plan, contest.cycle)
    left_out = [{**one, "why": paper.WHY_LEFT_OUT[one["why"]]} for one in plan["left_out"]]
    return {"contest": contest, "cycle": contest.cycle, "plan": plan, "left_out": left_out}


def freezing_shown(act: JointAct) -> dict[str, Any]:
    """What freezing will do, with all that is set of the ballot and the count in the words residents read."""
    shown = paper_shown(act)
    terms, planned = shown["plan"]["terms"], copy(shown["contest"])
    for name in ("budget", "ballot_style", "most_choices", "points", "most_points"):
        setattr(planned, name, terms[name])
    draw = terms["draw"] and {**terms["draw"], "takes_place": datetime.fromisoformat(terms["draw"]["takes_place"])}
    words = rule_sentences.rule(terms["rule"], terms["currency"], money.unit(terms["currency"]))
    by_lot = "lot" in terms["rule"]["ties"]
    return {**shown, "contest": planned, "count_in_words": words, "draw": draw, "by_lot": by_lot}


FREEZING = Doing(
    plan=_plan_paper,
    carry_out=_freeze,
    name=lambda act: _("freeze the ballot paper of %s") % subject(act, Contest).title,
    template="ballots/box/freezing.html",
    context=freezing_shown,
    url=desk_of,
)


# Superseding a paper -------------------------------------------------------------------------------------------------


def _plan_successor(act: JointAct, at: datetime) -> dict[str, Any]:
    return superseding.plan(subject(act, Contest), at, **act.facts)


def _supersede(act: JointAct, *, by: Two, at: datetime) -> None:
    superseding.supersede(act, subject(act, Contest), by=by, at=at)


SUPERSEDING = Doing(
    plan=_plan_successor,
    carry_out=_supersede,
    name=lambda act: _("supersede the ballot paper of %s") % subject(act, Contest).title,
    template="ballots/two/superseding.html",
    context=paper_shown,
    url=desk_of,
)


# Draws ---------------------------------------------------------------------------------------------------------------


def _sketched(act: JointAct) -> Draw:
    facts = {**act.facts, "takes_place": datetime.fromisoformat(act.facts["takes_place"])}
    return Draw(cycle=act.cycle, contest=Contest.objects.filter(pk=facts.pop("contest")).first(), **facts)


def _plan_draw(act: JointAct, at: datetime) -> dict[str, Any]:
    allow(draws.why_not_announce(_sketched(act), at))
    return act.facts


def _announce(act: JointAct, *, by: Two, at: datetime) -> None:
    draws.announce_late(_sketched(act), by=by, at=at)


ANNOUNCING = Doing(
    plan=_plan_draw,
    carry_out=_announce,
    name=lambda act: _("announce a draw for %s") % subject(act, Cycle),
    template="components/draw.html",
    context=lambda act: {"draw": _sketched(act)},
    url=desk_of,
)


def _plan_seed(act: JointAct, at: datetime) -> dict[str, Any]:
    allow(draws.why_not_enter(subject(act, Draw), at))
    return act.facts


def _enter(act: JointAct, *, by: Two, at: datetime) -> None:
    draws.enter(subject(act, Draw), **act.facts, by=by, at=at)


ENTERING = Doing(
    plan=_plan_seed,
    carry_out=_enter,
    name=lambda act: _("enter what was drawn for %s") % subject(act, Draw).cycle,
    template="ballots/box/seed.html",
    context=lambda act: {"draw": subject(act, Draw), "plan": act.plan},
    url=desk_of,
)
