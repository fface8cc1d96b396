"""Elections nobody held: small, full of ties, blank ballots and projects without a vote."""

import random

from hypothesis import strategies as st

from tally import Ballot, Election, Project, Rule
from tally.parameters import GREEDY

META = {
    "description": "A made-up election",
    "country": "Poland",
    "unit": "Nowhere",
    "instance": "2027",
    "vote_type": "approval",
    "rule": "unknown",
    "date_begin": "01.03.2027",
    "date_end": "31.03.2027",
}


@st.composite
def elections(draw, kinds=("approval", "choose-1", "ordinal", "cumulative"), groups=True, least_blank=0):
    """A vote type and an election. Costs and votes are few and small, so that they often tie."""
    kind = draw(st.sampled_from(kinds))
    costs = draw(st.lists(st.sampled_from([1, 2, 5, 10, 10, 20, 33]), min_size=1, max_size=7))
    projects = [
        Project(f"p{number}", cost, group=draw(st.sampled_from([None, None, "g"])) if groups else None)
        for number, cost in enumerate(costs)
    ]
    names = [project.id for project in projects]
    ballots = []
    for _ in range(draw(st.integers(1, 9))):
        most = 1 if kind == "choose-1" else len(names)
        chosen = draw(st.lists(st.sampled_from(names), unique=True, min_size=least_blank, max_size=most))
        count = draw(st.sampled_from([1, 1, 2, 5]))
        if kind == "ordinal":
            ballots.append(Ballot.ranking(*chosen, count=count))
        elif kind == "cumulative":
            ballots.append(Ballot({name: draw(st.integers(0, 4)) for name in chosen}, count))
        else:
            ballots.append(Ballot.approving(*chosen, count=count))
    return kind, Election(projects, ballots, draw(st.integers(1, 60)))


@st.composite
def rules(draw, names=("greedy", "greedy-no-skip", "equal-shares", "equal-shares", "phragmen")):
    """A rule under which every tie is decided."""
    name = draw(st.sampled_from(names))
    settings = {
        "minimum_votes": draw(st.sampled_from([0, 0, 2])),
        "minimum_of_ballots": draw(st.sampled_from([None, None, "1/5"])),
        "minimum_of_cost": draw(st.sampled_from([None, None, "1/3"])),
        "ties": draw(st.sampled_from([("id",), ("max-votes", "listed"), ("min-cost", "max-votes", "lot")])),
        "seed": draw(st.sampled_from(["17 23 42", "zażółć"])),
    }
    if name in GREEDY:
        settings["rank_by"] = draw(st.sampled_from(["votes", "points", "votes-per-cost"]))
    if name == "greedy-no-skip":
        settings["cover"] = draw(st.sampled_from([None, "4/5"]))
    if name == "equal-shares":
        settings |= {
            "utility": draw(st.sampled_from(["cost", "cardinality", "points"])),
            "completion": draw(st.sampled_from(["none", "add1", "add1-exhaustive", "add1u"])),
            "compare": draw(st.booleans()),
        }
        if settings["completion"] != "none":
            settings["increment"] = draw(st.sampled_from([None, 3]))
    return Rule(name=name, **settings)


def crowded(seed):
    """Ten projects and some twenty voters who share many of them, with costs that often give equal thirds and sevenths:
    about one in eight has a tie that floats alone get wrong."""
    chance = random.Random(seed)
    projects = [Project(f"p{number}", chance.choice([3, 5, 7, 9, 10, 14, 15, 20, 21, 30])) for number in range(10)]
    names = [project.id for project in projects]
    ballots = [
        Ballot(
            {name: chance.randint(1, 3) for name in chance.sample(names, chance.randint(1, 6))},
            chance.choice([1, 1, 2, 3]),
        )
        for _ in range(14)
    ]
    return Election(projects, ballots, chance.randint(40, 120))


def the_example():
    """The worked example of docs/counting.md: ten voters, 100 each."""
    projects = [Project("park", 600), Project("pool", 500), Project("bench", 240), Project("trees", 330)]
    ballots = [
        Ballot.approving("park", "pool", count=4),
        Ballot.approving("park", "bench", count=2),
        Ballot.approving("bench", "trees", count=2),
        Ballot.approving("trees"),
        Ballot(),
    ]
    return Election(projects, ballots, 1000)
