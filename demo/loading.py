"""The demo city, loaded through the verbs people use: proposals submitted, ballots sealed, the box opened by shares.

Where a verb for one person would take too long for thousands (accounts, endorsements), rows are written in bulk as that
verb would have written them.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.db import connection, transaction
from django.utils.timezone import get_current_timezone, localdate

from accounts import register
from accounts.digests import identifier_digest
from accounts.letters import Letter, letters
from accounts.models import AuditEvent, Resident, User
from ballots import board, key
from ballots.casting import cast
from ballots.counting import count_contest
from ballots.opening import open_box
from ballots.paper import freeze
from ballots.sealing import Share
from budgeting import clock
from budgeting.calendar import Stage, Window
from budgeting.models import Contest, Cycle, District
from demo import content, electorate
from demo.content import City
from demo.dates import WHILE_COUNTING, WHILE_VOTING, lay, windows, within
from demo.electorate import Line
from demo.people import KEY_HOLDERS, LOADED, appoint, settle
from demo.pictures import drawn
from proposals.models import Category, Comment, Endorsement, Proposal

# The year a round is named after, counted from the day of loading, and the words beside it.
NAMES = {
    "finished": (-1, "", "The common purse"),
    "voting": (0, "", "The common purse"),
    "reviewing": (0, "-schools", "The schools' purse"),
    "collecting": (1, "", "The common purse"),
}
OUTCOMES = {"shortlisted": "shortlist", "rejected": "reject", "merged": "merge"}
LETTERS = 12  # unused, for whoever tries the demo


@dataclass(frozen=True)
class Size:
    """How much of a city: lines of the register, and voters of the vote that is running."""

    residents: int = 5_000
    voters: int = 560


@dataclass
class Town:
    """What the steps of loading hand on to each other."""

    city: City
    seed: int
    now: datetime
    lines: list[Line]
    voters: list[Line]
    people: dict[str, User]
    districts: dict[str, District] = field(default_factory=dict)
    cycles: dict[str, Cycle] = field(default_factory=dict)
    shares: dict[str, list[Share]] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)

    @property
    def clerk(self) -> User:
        return self.people[self.city.sign_ins["clerk"]]

    @property
    def committee(self) -> User:
        return self.people[self.city.sign_ins["committee"]]

    @property
    def holders(self) -> list[User]:
        return [self.people[self.city.sign_ins[name]] for name in KEY_HOLDERS]

    def account(self, line: Line) -> User:
        return self.people.get(line.name) or self.people[line.identifier]

    def chance(self, *about: object) -> Random:
        return Random(" ".join(map(str, (self.seed, *about))))  # noqa: S311  an invented city


def load(city: City, seed: int, size: Size, tell: Callable[[str], None]) -> Town:
    """Load the whole city into an empty database, or nothing of it. `tell` is given a line as each step begins."""
    now = clock.now()
    lines = electorate.register(city, seed, size.residents, localdate(now))
    voters = _voters(city, lines, size.voters, seed)
    with transaction.atomic():
        AuditEvent.append(None, LOADED, None, {"city": city.name, "seed": seed})
        tell(f"{len(city.districts)} districts, and the people of {city.name}")
        town = Town(city, seed, now, lines, voters, settle(city, voters))
        appoint(city, town.people)
        _draw_districts(town)
        for plan in content.ROUNDS:
            _load_round(town, plan, tell)
        town.letters = list(letters(town.cycles["voting"], _letter_file(town), by=town.clerk, at=now))
    return town


def _voters(city: City, lines: list[Line], count: int, seed: int) -> list[Line]:
    """Who votes: anyone but the staff and the sign-ins, who have their own vote still before them."""
    reserved = {*city.staff, *city.sign_ins.values()}
    free = [line for line in lines if line.name not in reserved]
    return Random(f"voters {seed}").sample(free, min(count, len(free) - LETTERS))  # noqa: S311


def _draw_districts(town: Town) -> None:
    for told in town.city.districts:
        town.districts[told.slug] = District.objects.create(
            slug=told.slug,
            name=told.name,
            boundary=told.boundary,
            population=told.population,
            city_wide=told.slug == "city-wide",
        )
    Category.objects.bulk_create(Category(slug=slug, name=name) for slug, name in town.city.categories.items())


def _load_round(town: Town, plan: str, tell: Callable[[str], None]) -> None:
    cycle = _begin_cycle(town, plan)
    contests = {told.district: _begin_contest(town, cycle, told) for told in town.city.rounds[plan]}
    tell(f"{cycle.slug}: {sum(len(told.proposals) for told in town.city.rounds[plan])} proposals, drawn and discussed")
    _propose(town, plan, contests)
    if plan in ("reviewing", "collecting"):
        return
    tell(f"{cycle.slug}: the committee, the ballot papers and the key")
    _review(town, plan, contests)
    _make_ready(town, plan, contests)
    tell(f"{cycle.slug}: {len(town.lines):,} residents on the register, and their ballots")
    _enrol(town, cycle, plan)
    _vote(town, plan, contests)
    if plan == "finished":
        tell(f"{cycle.slug}: the box is opened and counted, and the building begins")
        _count(town, contests)
        _deliver(town)


def _begin_cycle(town: Town, plan: str) -> Cycle:
    years, suffix, title = NAMES[plan]
    year = localdate(town.now).year + years
    cycle = Cycle.objects.create(
        slug=f"{year}{suffix}",
        title=f"{title} {year}",
        currency=town.city.currency,
        introduction=town.city.history if plan == "voting" else "",
    )
    lay(cycle, plan, town.now)
    town.cycles[plan] = cycle
    return cycle


def _begin_contest(town: Town, cycle: Cycle, told: content.Contest) -> Contest:
    return Contest.objects.create(
        cycle=cycle,
        district=town.districts[told.district],
        budget=told.budget,
        ballot_style=told.style,
        most_choices=told.most_choices,
        counting_rule=Contest.CountingRule.GREEDY,
        lot_seed=f"{town.city.name} {cycle.slug}, the numbers of the river gauge at noon: 214 187 203",
    )


# Proposing and discussing --------------------------------------------------------------------------------------------


def _propose(town: Town, plan: str, contests: dict[str, Contest]) -> None:
    """Every proposal of a round, in an order of arrival that mixes the districts."""
    chance = town.chance("arrival", plan)
    arriving = [(told, contests[part.district]) for part in town.city.rounds[plan] for told in part.proposals]
    chance.shuffle(arriving)
    window = _window(town, plan, Stage.PROPOSING)
    for place, (told, contest) in enumerate(arriving):
        submitted = within(window, 0.05 + 0.6 * place / len(arriving), town.now)
        proposal = _submit(town, told, contest, submitted)
        _discuss(town, told, proposal, submitted, within(window, 0.99, town.now))
        if told.withdrawn:
            proposal.withdraw(proposal.author, within(window, 0.995, town.now), told.withdrawn)
    _endorse(town, plan, window)


def _submit(town: Town, told: content.Proposal, contest: Contest, at: datetime) -> Proposal:
    author = town.people[told.author]
    longitude, latitude = town.city.places[told.place]
    proposal = Proposal.objects.create(
        contest=contest,
        author=author,
        title=told.title,
        summary=told.summary,
        description=told.description,
        category=Category.objects.get(slug=told.category),
        cost=told.cost,
        upkeep=told.upkeep,
        beneficiaries=told.benefits,
        address=told.place,
        longitude=longitude,
        latitude=latitude,
        language=told.language,
        created_at=at - timedelta(hours=3),
    )
    picture = drawn(*told.picture, name=told.title)
    proposal.add_photo(author, at - timedelta(hours=1), io.BytesIO(picture), told.alt)
    proposal.submit(author, at)
    return proposal


def _discuss(town: Town, told: content.Proposal, proposal: Proposal, after: datetime, before: datetime) -> None:
    written: list[Comment] = []
    chance, last = town.chance("comments", told.title), after
    for place, one in enumerate(told.comments, start=1):
        about = after + (before - after) * place / (len(told.comments) + 1)
        last = at = min(max(_awake(about, chance), last + timedelta(minutes=chance.randint(6, 90))), before)
        parent = written[one.answers - 1] if one.answers else None
        comment = proposal.comment(town.people[one.by], at, one.says, parent)
        written.append(comment)
        if one.hidden:
            comment.hide(town.clerk, at + timedelta(hours=5), one.hidden)
        if one.reported:
            comment.report(town.people[town.city.sign_ins["resident"]], at + timedelta(hours=2), one.reported)


def _awake(about: datetime, chance: Random) -> datetime:
    """A moment of the same day at which people write comments."""
    return about.astimezone(get_current_timezone()).replace(hour=chance.randint(8, 22), minute=chance.randint(0, 59))


def _endorse(town: Town, plan: str, window: Window) -> None:
    """Support before the review, more for what is better liked."""
    chance = town.chance("endorsements", plan)
    crowd = [town.account(line) for line in town.voters]
    told = {one.title: one for part in town.city.rounds[plan] for one in part.proposals}
    support = []
    for proposal in Proposal.objects.filter(cycle=town.cycles[plan], withdrawal=None).order_by("number"):
        one = told[proposal.title]
        wanted = one.endorsed if one.endorsed is not None else 6 + one.support * chance.randint(5, 20) // 10
        since = proposal.submitted_at or town.now
        while_open = within(window, 0.97, town.now) - since
        for user in chance.sample(crowd, min(wanted, len(crowd))):
            support.append(Endorsement(proposal=proposal, by=user, at=since + while_open * chance.random()))
    Endorsement.objects.bulk_create(support, batch_size=2_000)


# Reviewing and preparing the vote ------------------------------------------------------------------------------------


def _review(town: Town, plan: str, contests: dict[str, Contest]) -> None:
    window = _window(town, plan, Stage.REVIEWING)
    proposals = {proposal.title: proposal for proposal in Proposal.objects.filter(cycle=town.cycles[plan])}
    decided = [one for part in town.city.rounds[plan] for one in part.proposals if one.decision]
    decided.sort(key=lambda one: (one.decision == "merged", proposals[one.title].number))
    for place, one in enumerate(decided):
        proposals[one.title].decide(
            town.committee,
            within(window, 0.3 + 0.6 * place / len(decided), town.now),
            OUTCOMES[one.decision],
            one.reason,
            into=proposals[one.into] if one.into else None,
            cost=one.estimate,
        )


def _make_ready(town: Town, plan: str, contests: dict[str, Contest]) -> None:
    """Draw the ballot numbers, make the key, and rehearse with two of its three shares."""
    cycle, window = town.cycles[plan], _window(town, plan, Stage.PRESENTING)
    for contest in contests.values():
        freeze(contest, town.clerk, within(window, 0.2, town.now), seed=contest.lot_seed)
    shares = key.make(cycle, town.holders, town.clerk, within(window, 0.6, town.now))
    key.rehearse(cycle, shares[:2], town.holders[0], within(window, 0.7, town.now))
    town.shares[plan] = shares


# Voting --------------------------------------------------------------------------------------------------------------


def _enrol(town: Town, cycle: Cycle, plan: str) -> None:
    """Import the register, and tie the voters' accounts to their lines of it."""
    at = _window(town, plan, Stage.PRESENTING).opens
    made = register.preview(cycle, electorate.as_file(town.lines, town.city), by=town.clerk, at=at)
    register.confirm(made, by=town.clerk, at=at)
    verified = [line for line in town.lines if line.name == town.city.sign_ins["verified"]]
    of_digest = {bytes(one.identifier_digest): one for one in Resident.objects.filter(cycle=cycle)}
    for line in (*_turnout(town, plan), *verified):
        one = of_digest[identifier_digest(cycle, line.identifier)]
        one.cycle = cycle  # read once for all of them
        town.account(line).verify_at_desk(one, by=town.clerk, at=at)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # until this transaction ends nobody else will, and every table would pass for empty


def _turnout(town: Town, plan: str) -> list[Line]:
    """Half as many voted last time."""
    return town.voters if plan == "voting" else town.voters[: len(town.voters) // 2]


def _vote(town: Town, plan: str, contests: dict[str, Contest]) -> None:
    """The voters cast their ballots, a few of them twice, and the board shows what came in."""
    cycle, chance = town.cycles[plan], town.chance("turnout", plan)
    if plan == "finished":
        lay(cycle, plan, town.now, back=WHILE_VOTING)
    for told in town.city.rounds[plan]:
        contest = contests[told.district]
        here = [line for line in _turnout(town, plan) if contest.district.city_wide or line.district == told.district]
        here = chance.sample(here, len(here) * 19 // 20)
        numbers = dict(contest.paper.lines.values_list("title", "ballot_number"))
        ballots = electorate.votes(told, len(here), town.seed)
        for place, (line, ticked) in enumerate(zip(here, ballots, strict=True)):
            choices = {numbers[title]: 1 for title in ticked}
            if place % 40 == 7:
                cast(town.account(line), contest, {})  # and then thought better of it
            cast(town.account(line), contest, choices)
            if place == len(here) // 2:
                board.publish(contest)
        board.publish(contest)


# Results -------------------------------------------------------------------------------------------------------------


def _count(town: Town, contests: dict[str, Contest]) -> None:
    """Open the finished round's box with two shares, destroy them, and count every contest."""
    cycle, counting = town.cycles["finished"], _window(town, "finished", Stage.COUNTING)
    opened = counting.opens + timedelta(hours=1)
    lay(cycle, "finished", town.now, back=WHILE_COUNTING)
    open_box(cycle, town.shares["finished"][:2], town.holders[0], opened)
    lay(cycle, "finished", town.now)
    for contest in contests.values():
        count_contest(contest, town.clerk, opened + timedelta(hours=2))
    key.destroy_shares(cycle, "Two auditors, and a journalist with a camera", town.clerk, opened + timedelta(days=2))
    town.shares.pop("finished")


def _deliver(town: Town) -> None:
    """Tell how the building goes, for what was funded."""
    for part in town.city.rounds["finished"]:
        for told in part.proposals:
            proposal = Proposal.objects.get(cycle=town.cycles["finished"], title=told.title)
            if proposal.status == "funded":
                _build(town, told, proposal)


def _build(town: Town, told: content.Proposal, proposal: Proposal) -> None:
    for place, step in enumerate(told.delivery, start=1):
        day = town.now + timedelta(weeks=step.weeks_ahead - step.weeks_ago)
        at = min(day, town.now - timedelta(hours=len(told.delivery) - place + 1))
        kind = "delivered" if step.done else "planned" if step.weeks_ahead else "started"
        proposal.report_delivery(
            town.clerk,
            at,
            kind,
            on=localdate(day),
            note=f"{step.title}. {step.says}".strip(),
            percent=100 * place // (len(told.delivery) + 1),
            final_cost=step.final_cost,
        )


def _window(town: Town, plan: str, stage: Stage) -> Window:
    return next(window for window in windows(plan, town.now) if window.stage is stage)


def _letter_file(town: Town) -> io.BytesIO:
    """Who gets one of the demo's unused letters: the resident with a sign-in, then people nobody has heard of."""
    resident = town.city.sign_ins["resident"]
    voting = {line.identifier for line in town.voters}
    others = [line for line in town.lines if line.identifier not in voting and line.name not in town.people]
    first = [line for line in town.lines if line.name == resident]
    return electorate.as_file([*first, *others][:LETTERS], town.city)
