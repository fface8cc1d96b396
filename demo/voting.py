"""Reviewing, voting, counting and building, in the demo city."""

from datetime import timedelta

from django.db import connection
from django.utils.timezone import localdate

from ballots import board, draws, key
from ballots.casting import admission, cast
from ballots.counting import count_contest
from ballots.opening import open_box
from ballots.paper import freeze
from budgeting.calendar import Window
from budgeting.models import Contest, Cycle, Draw
from budgeting.stages import Stage
from demo import content, electorate
from demo.dates import WHILE_COUNTING, WHILE_VOTING, lay, within
from demo.electorate import Line
from demo.town import Town
from proposals.models import Proposal
from residents import register_import
from residents.digests import identifier_digest
from residents.models import Resident, Verification

GAUGES = "The level of the river at noon, in millimetres, at its three gauges from the spring down"
OFFICE = "The water office"
NOTICE = "The water office's notice board"
OUTCOMES = {"shortlisted": "shortlist", "rejected": "reject", "merged": "merge"}


def review(town: Town, plan: str, contests: dict[str, Contest]) -> None:
    window = town.window(plan, Stage.REVIEWING)
    proposals = {proposal.title: proposal for proposal in Proposal.objects.filter(cycle=town.cycles[plan])}
    decided = [one for part in town.city.rounds[plan] for one in part.proposals if one.decision]
    decided.sort(key=lambda one: (one.decision == "merged", proposals[one.title].number))
    for place, one in enumerate(decided):
        proposals[one.title].decide(
            by=town.committee,
            at=within(window, 0.3 + 0.6 * place / len(decided), town.now),
            outcome=OUTCOMES[one.decision],
            reason=one.reason,
            into=proposals[one.into] if one.into else None,
            cost=one.estimate,
        )


def make_ready(town: Town, plan: str, contests: dict[str, Contest]) -> None:
    """Draw the ballot numbers, make the key, and rehearse with two of its three shares."""
    cycle, window = town.cycles[plan], town.window(plan, Stage.PRESENTING)
    _draw(town, cycle, window)
    for contest in contests.values():
        freeze(contest, by=town.two, at=within(window, 0.2, town.now), half=cycle.slug)
    shares = key.make(cycle, town.holders, by=town.clerk, at=within(window, 0.6, town.now))
    key.rehearse(cycle, shares[:2], by=town.holders[0], at=within(window, 0.7, town.now))
    town.shares[plan] = shares


def _draw(town: Town, cycle: Cycle, window: Window) -> None:
    """The river's gauges decide the order on the papers, and whatever votes leave equal."""
    for use in Draw.Use:
        takes_place = within(window, 0.1, town.now).replace(hour=12, minute=0, second=0, microsecond=0)
        draw = Draw(cycle=cycle, use=use, what=GAUGES, drawn_by=OFFICE, takes_place=takes_place)
        draws.announce(draw, by=town.clerk, at=within(window, 0.02, town.now))
        draws.enter(draw, seed="2140 1873 2031", source=NOTICE, by=town.two, at=within(window, 0.15, town.now))


# Voting --------------------------------------------------------------------------------------------------------------


def enrol(town: Town, cycle: Cycle, plan: str) -> None:
    """Import the register, and tie the voters' accounts to their lines of it."""
    at = town.window(plan, Stage.PRESENTING).opens
    made = register_import.preview(cycle, electorate.as_file(town.lines, town.city), by=town.clerk, at=at)
    register_import.confirm(made, by=town.two, at=at)
    verified = [line for line in town.lines if line.name == town.city.sign_ins["verified"]]
    of_digest = {one.known_by[0]: one for one in Resident.objects.filter(cycle=cycle)}
    for line in (*_turnout(town, plan), *verified):
        one = of_digest[identifier_digest(cycle, line.identifier)]
        one.cycle = cycle  # read once for all of them
        Verification.at_desk(one, town.account(line), by=town.clerk, at=at)
    with connection.cursor() as cursor:
        # Until this transaction ends nobody else will, and every table would pass for empty.
        cursor.execute(
            "SELECT take_statistics(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )


def _turnout(town: Town, plan: str) -> list[Line]:
    """Half as many voted last time."""
    return town.voters if plan == "voting" else town.voters[: len(town.voters) // 2]


def vote(town: Town, plan: str, contests: dict[str, Contest]) -> None:
    """The voters cast their ballots, a few of them twice, and the board shows what came in."""
    cycle, chance = town.cycles[plan], town.chance("turnout", plan)
    if plan == "finished":
        lay(cycle, plan, town.now, back=WHILE_VOTING)
    for text in town.city.rounds[plan]:
        contest = contests[text.district]
        here = [line for line in _turnout(town, plan) if contest.district.city_wide or line.district == text.district]
        here = chance.sample(here, len(here) * 19 // 20)
        numbers = dict(contest.paper.lines.values_list("title", "ballot_number"))
        ballots = electorate.votes(text, len(here), town.seed)
        for place, (line, ticked) in enumerate(zip(here, ballots, strict=True)):
            choices = {numbers[title]: 1 for title in ticked}
            if place % 40 == 7:
                cast(contest, {}, by=admission(town.account(line), contest))  # and then thought better of it
            cast(contest, choices, by=admission(town.account(line), contest))
            if place == len(here) // 2:
                board.publish(contest)
        board.publish(contest)


def count(town: Town, contests: dict[str, Contest]) -> None:
    """Open the finished round's box with two shares, destroy them, and count every contest."""
    cycle, counting = town.cycles["finished"], town.window("finished", Stage.COUNTING)
    opened = counting.opens + timedelta(hours=1)
    lay(cycle, "finished", town.now, back=WHILE_COUNTING)
    open_box(cycle, town.shares["finished"][:2], by=town.holders[0], at=opened)
    lay(cycle, "finished", town.now)
    for contest in contests.values():
        count_contest(contest, by=town.clerk, at=opened + timedelta(hours=2))
    key.destroy_shares(
        cycle, "Two auditors, and a journalist with a camera", by=town.clerk, at=opened + timedelta(days=2)
    )
    town.shares.pop("finished")


def deliver(town: Town) -> None:
    """Tell how the building goes, for what was funded."""
    for part in town.city.rounds["finished"]:
        for text in part.proposals:
            proposal = Proposal.objects.get(cycle=town.cycles["finished"], title=text.title)
            if proposal.status_at(town.now) == "funded":
                _build(town, text, proposal)


def _build(town: Town, text: content.Proposal, proposal: Proposal) -> None:
    for place, step in enumerate(text.delivery, start=1):
        day = town.now + timedelta(weeks=step.weeks_ahead - step.weeks_ago)
        at = min(day, town.now - timedelta(hours=len(text.delivery) - place + 1))
        proposal.report_delivery(
            by=town.clerk,
            at=at,
            kind=_kind(step),
            on=localdate(day),
            note=f"{step.title}. {step.says}".strip(),
            percent=100 * place // (len(text.delivery) + 1),
            final_cost=step.final_cost,
        )


def _kind(step: content.Step) -> str:
    if step.done or step.delayed:
        return "delivered" if step.done else "delayed"
    return "planned" if step.weeks_ahead else "started"
