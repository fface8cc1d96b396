"""What takes two people in this room: when the vote closes, a contest without a vote or a result, a rehearsed key."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ballots import closing, key, no_vote
from ballots.models import BallotBoxKey
from budgeting.calendar import Window
from budgeting.models import Contest, Cycle, JointAct
from budgeting.models.change import dates, moves
from budgeting.two import Doing, Two, subject
from lib import clock
from lib.refusal import allow

Calendar = Callable[[Cycle, JointAct, datetime], Iterable[Window]]
Verb = Callable[..., None]  # as budgeting.two.Doing.carry_out


def desk_of(act: JointAct) -> str:
    return reverse("box", args=[_cycle(act).slug])


def _cycle(act: JointAct) -> Cycle:
    cycle = act.cycle
    assert cycle is not None  # every act of this room is sketched with one
    return cycle


# The close of the vote ----------------------------------------------------------------------------------------------


def _ended(cycle: Cycle, act: JointAct, at: datetime) -> Iterable[Window]:
    return closing.if_ended(cycle, at)


def _extended(cycle: Cycle, act: JointAct, at: datetime) -> Iterable[Window]:
    return closing.if_extended(cycle, _until(act), at)


def _resumed(cycle: Cycle, act: JointAct, at: datetime) -> Iterable[Window]:
    return closing.if_resumed(cycle, at)


def _until(act: JointAct) -> datetime:
    return datetime.fromisoformat(act.facts["until"])


def _planned(calendar: Calendar) -> Callable[[JointAct, datetime], dict[str, Any]]:
    """What stays the same until it is confirmed: how the calendar stands now. The new dates depend on the minute."""

    def plan(act: JointAct, at: datetime) -> dict[str, Any]:
        cycle = Cycle.objects.get(pk=_cycle(act).pk)
        calendar(cycle, act, at)  # or Refused
        return {**act.facts, "calendar": {window.stage.value: dates(window) for window in cycle.windows()}}

    return plan


def _shown(calendar: Calendar) -> Callable[[JointAct], dict[str, Any]]:
    """The dates that would move if it were confirmed this minute; of an act that is settled, they stand elsewhere."""

    def context(act: JointAct) -> dict[str, Any]:
        cycle = Cycle.objects.get(pk=_cycle(act).pk)
        moved = moves(cycle.windows(), calendar(cycle, act, clock.now())) if act.waits else []
        return {"cycle": cycle, "plan": act.plan, "moved": moved}

    return context


def _end(act: JointAct, *, by: Two, at: datetime) -> None:
    closing.close_voting(_cycle(act), by=by, reason=act.facts["reason"])


def _extend(act: JointAct, *, by: Two, at: datetime) -> None:
    closing.extend_voting(_cycle(act), until=_until(act), by=by, reason=act.facts["reason"])


def _resume(act: JointAct, *, by: Two, at: datetime) -> None:
    closing.resume_voting(_cycle(act), by=by, reason=act.facts["reason"])


def _of_the_close(calendar: Calendar, carry_out: Verb, name: Callable[[JointAct], str]) -> Doing:
    return Doing(
        plan=_planned(calendar),
        carry_out=carry_out,
        name=name,
        template="ballots/two/close.html",
        context=_shown(calendar),
        url=desk_of,
    )


ENDING = _of_the_close(_ended, _end, lambda act: _("end the vote of %s before its date") % _cycle(act))
EXTENDING = _of_the_close(_extended, _extend, lambda act: _("let the vote of %s go on for longer") % _cycle(act))
RESUMING = _of_the_close(_resumed, _resume, lambda act: _("resume the vote of %s") % _cycle(act))


# A contest without a vote, or without a result ----------------------------------------------------------------------


def _plan_of_closing(act: JointAct) -> dict[str, Any]:
    return {**act.facts, "budget": subject(act, Contest).budget}


def _plan_no_vote(act: JointAct, at: datetime) -> dict[str, Any]:
    allow(no_vote.why_not_close(subject(act, Contest), at))
    return _plan_of_closing(act)


def _close_without_vote(act: JointAct, *, by: Two, at: datetime) -> None:
    no_vote.close_without_vote(subject(act, Contest), by=by, at=at, reason=act.facts["reason"])


def _plan_no_result(act: JointAct, at: datetime) -> dict[str, Any]:
    no_vote.failure_of(subject(act, Contest), at)
    return _plan_of_closing(act)


def _close_without_result(act: JointAct, *, by: Two, at: datetime) -> None:
    no_vote.close_without_result(subject(act, Contest), by=by, at=at, reason=act.facts["reason"])


WITHOUT_VOTE = Doing(
    plan=_plan_no_vote,
    carry_out=_close_without_vote,
    name=lambda act: _("close %s without a vote") % subject(act, Contest),
    template="ballots/two/no_vote.html",
    context=lambda act: {"contest": subject(act, Contest), "plan": act.plan},
    url=desk_of,
)
WITHOUT_RESULT = replace(
    WITHOUT_VOTE,
    plan=_plan_no_result,
    carry_out=_close_without_result,
    name=lambda act: _("close %s without a result") % subject(act, Contest),
)


# A key that was rehearsed -------------------------------------------------------------------------------------------


def _plan_giving_up(act: JointAct, at: datetime) -> dict[str, Any]:
    allow(key.why_not_give_up(_cycle(act), at))
    found = BallotBoxKey.objects.get(cycle=_cycle(act))
    holders = [share.holder.named for share in found.holders.select_related("holder")]
    return {**act.facts, "key": key.name_of(bytes(found.public_key)), "holders": holders}


def _give_up(act: JointAct, *, by: Two, at: datetime) -> None:
    key.give_up(_cycle(act), by=by, at=at, reason=act.facts["reason"])


GIVING_UP = Doing(
    plan=_plan_giving_up,
    carry_out=_give_up,
    name=lambda act: _("give up the rehearsed key of %s") % _cycle(act),
    template="ballots/two/key.html",
    url=desk_of,
)
