"""Who lives in Halverne, and how they vote: invented by rule, the same for the same seed."""

import csv
import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from demo.content import City, Contest, Proposal


@dataclass(frozen=True)
class Line:
    """A line of the city's register, in clear. It goes into a file and, once imported, nowhere else."""

    identifier: str
    name: str
    born: date
    address: str
    district: str

    @property
    def email(self) -> str:
        return f"{ascii_name(self.name)}.{self.identifier[-4:]}@example.org"


def ascii_name(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("ı", "i").replace("ø", "o"))
    letters = "".join(char if char.isalnum() else "." for char in plain if not unicodedata.combining(char))
    return ".".join(part for part in letters.lower().split(".") if part)


def email_of(name: str) -> str:
    """The address of somebody who appears in the texts."""
    return f"{ascii_name(name)}@example.org"


def home_of(city: City) -> dict[str, str]:
    """The district of everyone who appears in the texts: where they first wrote, staff and visitors aside."""
    found: dict[str, str] = {}
    for contests in city.rounds.values():
        for contest in contests:
            for proposal in contest.proposals:
                for name in (proposal.author, *(comment.by for comment in proposal.comments)):
                    if contest.district != "city-wide" and name not in city.staff:
                        found.setdefault(name, contest.district)
    everyone = {p.author for contests in city.rounds.values() for contest in contests for p in contest.proposals}
    return {**dict.fromkeys(sorted(everyone - set(city.staff)), "old-town"), **found}


def register(city: City, seed: int, lines: int, today: date) -> list[Line]:
    """So many residents, in proportion to the districts; first those who appear in the texts, under their names."""
    chance = Random(f"register {seed}")  # noqa: S311  an invented city
    quarters = [district for district in city.districts if district.slug != "city-wide"]
    known = {**home_of(city), city.sign_ins["resident"]: "saint-aubin", city.sign_ins["verified"]: "millfield"}
    names = list(known.items())
    weights = [district.population for district in quarters]
    for district in chance.choices(quarters, weights, k=max(0, lines - len(names))):
        names.append((f"{chance.choice(city.names['given'])} {chance.choice(city.names['family'])}", district.slug))
    return [
        Line(
            identifier=f"{chance.randrange(10**6):06d}-{number:04d}",
            name=name,
            born=today - timedelta(days=round(365.25 * _age(chance, number < len(known)))),
            address=f"{chance.choice(city.names['streets'])} {chance.randint(1, 140)}",
            district=district,
        )
        for number, (name, district) in enumerate(names, start=1)
    ]


def _age(chance: Random, adult: bool) -> float:
    return min(97.0, max(19.0 if adult else 16.0, chance.triangular(16, 96, 38)))


def as_file(lines: Sequence[Line], city: City) -> io.BytesIO:
    """The register as the CSV file a city would hand over."""
    names = {district.slug: district.name for district in city.districts}
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["identifier", "name", "birth_date", "address", "postcode", "town", "district"])
    for line in lines:
        place = (line.address, "4170", city.name, names[line.district])
        writer.writerow([line.identifier, line.name, line.born.isoformat(), *place])
    return io.BytesIO(text.getvalue().encode())


def on_the_paper(contest: Contest) -> list[Proposal]:
    return [proposal for proposal in contest.proposals if proposal.decision == "shortlisted"]


def votes(contest: Contest, voters: int, seed: int) -> list[frozenset[str]]:
    """So many ballots, each the titles it ticks: every project gets its share of them as far as the style lets it.

    The best liked project finds its supporters first, while a knapsack still has room.
    """
    chance = Random(f"votes {seed} {contest.district} {contest.budget}")  # noqa: S311  an invented city
    ballots: list[set[str]] = [set() for _ in range(voters)]
    left = [contest.budget] * voters
    most = contest.most_choices or len(contest.proposals)
    for project in sorted(on_the_paper(contest), key=lambda one: -one.support):
        cost = final_cost(project) if contest.style == "knapsack" else 0
        able = [voter for voter in range(voters) if left[voter] >= cost and len(ballots[voter]) < most]
        for voter in chance.sample(able, min(len(able), round(project.support * voters / 100))):
            ballots[voter].add(project.title)
            left[voter] -= cost
    return [frozenset(ballot) for ballot in ballots]


def final_cost(proposal: Proposal) -> int:
    """The committee's figure where it gave one, else the author's (cents)."""
    return proposal.estimate or proposal.cost
