"""The committee of the demo city at work: half of a round is read, and nothing of it is public."""

from datetime import datetime, timedelta
from typing import Any

from budgeting.calendar import Window
from budgeting.models import Cycle
from budgeting.stages import Stage
from committee import changing, correcting, merging, messaging, motions
from committee.costing import assess_cost
from committee.models import Motion
from committee.numbering import set_case_number
from committee.recusing import recuse
from demo import content
from demo.dates import within
from demo.preparing import prepare, set_up_committee
from demo.town import Town
from proposals.models import Ground, Proposal

BEFORE_THE_CLOSE = timedelta(days=2)


def write_grounds(town: Town) -> None:
    """What the city lets its committees give as a ground."""
    for ground in town.city.grounds:
        Ground.write(by=town.clerk, outcome=ground["outcome"], words=ground)


def deliberate(town: Town, plan: str) -> None:
    """One correction asked and answered; of the rest two are decided, and on two they vote, on one without a member.

    All are given out, and half of their cards are filled in. The cost of one is assessed, and decided on. One author
    has answered a message and is asked for another wording; another refuses a merger, which waits for the chair.
    """
    window, cycle = town.window(plan, Stage.REVIEWING), town.cycles[plan]
    if window.closes:
        Cycle.objects.filter(pk=cycle.pk).update(decisions_public_at=window.closes - BEFORE_THE_CLOSE)
    set_up_committee(town, cycle, window)
    first, second, third = town.members
    for one in (one for part in town.city.rounds[plan] for one in part.proposals):
        proposal, at = Proposal.objects.get(cycle=cycle, title=one.title), within(window, 0.8, town.now)
        if one.returned:
            asked, answered = within(window, 0.6, town.now), within(window, 0.85, town.now)
            correcting.ask(proposal, by=first, at=asked, reason=one.returned)
            description = f"{proposal.description}\n\n{one.corrected}"
            proposal.edit(by=town.people[one.author], at=answered, description=description)
        if one.recused:
            recuse(proposal, by=second, at=within(window, 0.3, town.now), interest=one.recused)
        prepare(town, proposal, one, window)
        _write_to_its_author(town, proposal, one, window)
        if one.case_number:
            set_case_number(proposal, one.case_number, by=town.clerk, at=within(window, 0.2, town.now))
        estimate: dict[str, Any] = {"cost": one.estimate, "months": one.months, "basis": one.rests_on}
        if one.estimate:
            assess_cost(proposal, by=first, at=within(window, 0.7, town.now), **estimate)
        if one.moved:
            ground = Ground.objects.filter(outcome=one.moved).last()
            decided: dict[str, Any] = {"outcome": one.moved, "reason": one.argued, "ground": ground}
            if one.into:
                decided["into"] = Proposal.objects.get(cycle=cycle, title=one.into)
            motion = motions.move(proposal, by=third, at=at, **decided, **estimate)
            if one.carried:
                motions.vote(motion, "for", by=first, at=within(window, 0.9, town.now))
                _answer_merger(town, plan, motion, within(window, 0.95, town.now))


def _write_to_its_author(town: Town, proposal: Proposal, one: content.Proposal, window: Window) -> None:
    """They write and answer in turn; and what is proposed to be written instead waits for the author."""
    author = town.people[one.author]
    for place, message in enumerate(one.said):
        at = within(window, 0.7 + 0.1 * place, town.now)
        if message.by:
            by = town.people[town.city.sign_ins[message.by]]
            messaging.write_to_author(proposal, by=by, at=at, text=message.says)
        else:
            messaging.answer(proposal, by=author, at=at, text=message.says)
    if one.wording:
        by, text = town.people[town.city.sign_ins[one.wording.by]], {"summary": one.wording.summary}
        at = within(window, 0.9, town.now)
        changing.propose(proposal, text, by=by, at=at, reason=one.wording.reason)


def _answer_merger(town: Town, plan: str, motion: Motion, at: datetime) -> None:
    agreed = {one.title: one.agreed for part in town.city.rounds[plan] for one in part.proposals}
    for consent in motion.resolution.consents.select_related("proposal", "author"):
        if (said := agreed[consent.proposal.title]) is not None:
            merging.answer(consent, said, by=consent.author, at=at)
