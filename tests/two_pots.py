"""The whole road with Riverside's money in two pots: its own, and one of their own for the parks.

Hillside and the whole city vote beside them. Each step is done as people do it, by the real verbs.
"""

from collections.abc import Callable
from datetime import datetime

import pytest

from accounts.models import User
from ballots import paper
from ballots.casting import Receipt
from ballots.counting import count_contest
from ballots.models import Count, Opening
from ballots.opening import open_box
from ballots.sealing import Share
from budgeting.models import Contest, Cycle
from budgeting.people import RoleName
from budgeting.two import Two
from tests.cast import COSTS, person, propose
from tests.keeping import kept
from tests.vote import cast

At = Callable[[str], datetime]
Pots = dict[str, Contest]


@kept
def pots(
    riverside_contest: Contest, parks: Contest, hillside_contest: Contest, city_wide_contest: Contest, martin: User
) -> Pots:
    """The contests by their address, each with three proposals its committee has shortlisted."""
    found = {each.slug: each for each in (city_wide_contest, hillside_contest, riverside_contest, parks)}
    everywhere = person("Greta", RoleName.COMMITTEE)
    for contest in found.values():
        committee = martin if contest.district == riverside_contest.district else everywhere
        titles = [f"{contest.title} {number}" for number in range(1, 4)]
        for proposal in propose(contest, costs=COSTS[:3], titles=titles):
            at = contest.cycle.phases.get(stage="reviewing").opens
            proposal.decide(by=committee, at=at, outcome="shortlist", reason="Feasible.")
    return found


@kept
def pots_vote(pots: Pots, shares: list[Share], clara: User, otto: User, at: At) -> datetime:
    """The papers are frozen, and all of them are voting."""
    moment = at("presenting")
    for contest in pots.values():
        paper.freeze(contest, by=Two(clara, otto), at=moment, half="4 8 15")
    return at("voting")


@pytest.fixture
def receipts(
    pots: Pots, pots_vote: datetime, rosa_may_vote: User, neighbours: list[User], settings
) -> dict[str, Receipt]:
    """Rosa's, by contest. Two neighbours have voted as she has, in both pots and city-wide: enough to be told."""
    settings.ANONYMOUS_BALLOTS_FROM = 3
    here = ("riverside", "riverside-parks", "city")
    for neighbour in neighbours[:2]:
        for slug in here:
            cast(pots[slug], {1: 1, 2: 1}, by=neighbour)
    return {slug: cast(pots[slug], {1: 1, 3: 1}, by=rosa_may_vote) for slug in here}


@pytest.fixture
def pots_opened(receipts: dict[str, Receipt], cycle: Cycle, shares: list[Share], clara: User, at: At) -> Opening:
    return open_box(cycle, shares[1:], by=clara, at=at("counting"))


@pytest.fixture
def pots_counted(pots: Pots, pots_opened: Opening, clara: User, at: At) -> dict[str, Count]:
    moment = at("counting")
    return {slug: count_contest(contest, by=clara, at=moment) for slug, contest in pots.items()}
