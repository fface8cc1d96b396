"""The demo city, loaded through the verbs people use: proposals submitted, ballots sealed, the box opened by shares.

Where a verb for one person would take too long for thousands (accounts, endorsements), rows are written in bulk as that
verb would have written them.
"""

import io
from collections.abc import Callable
from datetime import timedelta
from random import Random

from django.db import transaction
from django.utils.timezone import localdate

from audit.acts import Done
from audit.models import AuditEvent
from budgeting.models import Contest, Cycle, District, Supporters
from demo import content, electorate
from demo.committee import deliberate, write_grounds
from demo.content import City
from demo.dates import lay
from demo.electorate import Line
from demo.people import appoint, settle
from demo.preparing import set_up_departments
from demo.proposing import propose
from demo.telling import follow, leave_the_rest
from demo.town import Size, Town
from demo.voting import count, deliver, enrol, make_ready, review, vote
from lib import clock
from proposals.models import Category
from residents.letters import letters

# The year a round is named after, counted from the day of loading, and the words beside it.
NAMES = {
    "finished": (-1, "", "The common purse"),
    "voting": (0, "", "The common purse"),
    "reviewing": (0, "-schools", "The schools' purse"),
    "collecting": (1, "", "The common purse"),
}
BEFORE_THE_ROUNDS = timedelta(days=600)  # staff were appointed, and may confirm what another proposes
LETTERS = 12  # unused, for whoever tries the demo


def load(city: City, seed: int, size: Size, tell: Callable[[str], None]) -> Town:
    """Load the whole city into an empty database, or nothing of it. `tell` is given a line as each step begins."""
    now = clock.now()
    lines = electorate.register(city, seed, size.residents, localdate(now))
    voters = _voters(city, lines, size.voters, seed)
    with transaction.atomic():
        AuditEvent.append(Done.DEMO_LOADED, by=None, city=city.name, seed=seed)
        tell(f"{len(city.districts)} districts, and the people of {city.name}")
        town = Town(city, seed, now, lines, voters, settle(city, voters, now - BEFORE_THE_ROUNDS))
        appoint(city, town.people, now - BEFORE_THE_ROUNDS)
        _draw_districts(town)
        write_grounds(town)
        set_up_departments(town)
        for plan in content.ROUNDS:
            _load_round(town, plan, tell)
        _post_letters(town)
        follow(town)
        leave_the_rest(town)
    return town


def _voters(city: City, lines: list[Line], count: int, seed: int) -> list[Line]:
    """Who votes: anyone but the staff and the sign-ins, who have their own vote still before them."""
    reserved = {*city.staff, *city.sign_ins.values()}
    free = [line for line in lines if line.name not in reserved]
    return Random(f"voters {seed}").sample(free, min(count, len(free) - LETTERS))  # noqa: S311


def _draw_districts(town: Town) -> None:
    for text in town.city.districts:
        town.districts[text.slug] = District.objects.create(
            slug=text.slug,
            name=text.name,
            boundary=text.boundary,
            population=text.population,
            city_wide=text.slug == "city-wide",
        )
    Category.objects.bulk_create(Category(slug=slug, name=name) for slug, name in town.city.categories.items())


def _load_round(town: Town, plan: str, tell: Callable[[str], None]) -> None:
    cycle = _begin_cycle(town, plan)
    contests = {text.district: _begin_contest(town, cycle, text) for text in town.city.rounds[plan]}
    tell(f"{cycle.slug}: {sum(len(text.proposals) for text in town.city.rounds[plan])} proposals, made and discussed")
    propose(town, plan, contests)
    if plan == "reviewing":
        deliberate(town, plan)
    if plan in ("reviewing", "collecting"):
        return
    tell(f"{cycle.slug}: the committee, the ballot papers and the key")
    review(town, plan, contests)
    make_ready(town, plan, contests)
    tell(f"{cycle.slug}: {len(town.lines):,} residents on the register, and their ballots")
    enrol(town, cycle, plan)
    vote(town, plan, contests)
    if plan == "finished":
        tell(f"{cycle.slug}: the box is opened and counted, and the building begins")
        count(town, contests)
        deliver(town)


def _begin_cycle(town: Town, plan: str) -> Cycle:
    years, suffix, title = NAMES[plan]
    year = localdate(town.now).year + years
    cycle = Cycle.objects.create(
        slug=f"{year}{suffix}",
        title=f"{title} {year}",
        currency=town.city.currency,
        introduction=town.city.history if plan == "voting" else "",
        # The register comes before the vote; until then nobody is verified, and this city wants to know all the same.
        supporters=Supporters.ANY if plan in ("reviewing", "collecting") else Supporters.VERIFIED,
    )
    lay(cycle, plan, town.now)
    town.cycles[plan] = cycle
    return cycle


def _begin_contest(town: Town, cycle: Cycle, text: content.Contest) -> Contest:
    return Contest.objects.create(
        cycle=cycle,
        district=town.districts[text.district],
        budget=text.budget,
        ballot_style=text.style,
        most_choices=text.most_choices,
        counting_rule=Contest.CountingRule.GREEDY,
    )


def _post_letters(town: Town) -> None:
    """The clerk makes them, and the auditor sees them go to the post, before anybody can have one."""
    voting, (_clerk, auditor) = town.cycles["voting"], town.two.people
    town.letters = list(letters(voting, _letter_file(town), by=town.clerk, at=town.now - timedelta(days=4)))
    voting.letter_runs.get().post(by=auditor, at=town.now - timedelta(days=3))


def _letter_file(town: Town) -> io.BytesIO:
    """Who gets one of the demo's unused letters: the resident with a sign-in, then people nobody has heard of."""
    resident = town.city.sign_ins["resident"]
    voting = {line.identifier for line in town.voters}
    others = [line for line in town.lines if line.identifier not in voting and line.name not in town.people]
    first = [line for line in town.lines if line.name == resident]
    return electorate.as_file([*first, *others][:LETTERS], town.city)
