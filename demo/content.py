"""What is written in demo/city, as plain values. Nothing here knows the database."""

import json
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "city"
PICTURES = FOLDER / "pictures"
ROUNDS = ("finished", "voting", "reviewing", "collecting")


@dataclass(frozen=True)
class District:
    slug: str
    name: str
    population: int
    boundary: dict[str, Any]  # GeoJSON


@dataclass(frozen=True)
class Comment:
    by: str
    says: str
    answers: int | None = None  # which comment of the same proposal, counted from one
    hidden: str = ""  # the moderator's reason
    reported: str = ""  # what a reader found wrong with it


@dataclass(frozen=True)
class Step:
    """A step of the building: so many weeks before or after the day of loading."""

    title: str
    says: str = ""
    weeks_ago: int = 0
    weeks_ahead: int = 0
    done: bool = False
    delayed: bool = False
    final_cost: int | None = None


@dataclass(frozen=True)
class Card:
    """What a member answers, in the order of the ready-made questions; fewer than all of them: a draft."""

    by: str  # a sign-in
    step: str
    says: tuple[str, ...]
    confirmed_by: str = ""  # a sign-in


@dataclass(frozen=True)
class Asked:
    """What a department is asked, and what it finds; without a verdict it still has the question before it."""

    department: str
    question: str
    verdict: str = ""
    words: str = ""
    cost: int | None = None


@dataclass(frozen=True)
class Message:
    by: str  # a sign-in, or nobody's: then the author writes
    says: str


@dataclass(frozen=True)
class Wording:
    """What a member proposes to its author to write instead, and why."""

    by: str  # a sign-in
    summary: str
    reason: str


@dataclass(frozen=True)
class Department:
    name: str
    people: tuple[str, ...]  # sign-ins
    hands_to: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """A proposal as its author wrote it, and what became of it. Money in cents."""

    title: str
    author: str
    category: str
    place: str
    cost: int
    upkeep: int
    benefits: str
    summary: str
    picture: Path  # a file in PICTURES
    alt: str
    description: str
    support: int  # percent of the voters who would tick it
    language: str = "en"
    estimate: int | None = None  # the committee's own figure, where it differs
    months: int | None = None  # until it is done, as the committee found
    rests_on: str = ""  # what the committee's figure rests on
    case_number: str = ""  # in the city's register of documents
    endorsed: int | None = None
    decision: str = ""
    reason: str = ""
    prepared_by: tuple[str, ...] = ()  # the sign-ins of the members to whom it is assigned
    cards: tuple[Card, ...] = ()
    asked: Asked | None = None
    said: tuple[Message, ...] = ()  # between the committee and its author
    wording: Wording | None = None
    returned: str = ""  # what the committee asked to be corrected
    corrected: str = ""  # the paragraph its author then added
    moved: str = ""  # what is put to the vote in the committee
    argued: str = ""  # and for which reason
    carried: bool = False
    recused: str = ""  # the interest for which a member takes no part
    into: str = ""  # the title of the proposal it was merged into, or is to be
    agreed: bool | None = None  # what its author says to being merged, and the other's to whatever is merged into it
    withdrawn: str = ""
    hidden: str = ""  # why a clerk has hidden it
    answered: str = ""  # what its author says to that
    photo_hidden: str = ""
    reported: str = ""
    comments: tuple[Comment, ...] = ()
    delivery: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Contest:
    """One district's proposals and money in one round."""

    district: str
    budget: int
    style: str
    most_choices: int | None
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True)
class City:
    name: str
    river: str
    history: str
    currency: str
    staff: dict[str, str]
    sign_ins: dict[str, str]
    grounds: tuple[dict[str, str], ...]
    departments: tuple[Department, ...]
    seats: tuple[dict[str, str], ...]  # for whom a member sits on the committee, and who, by sign-in
    categories: dict[str, str]
    names: dict[str, list[str]]  # given, family, streets: of these the register is made
    districts: tuple[District, ...]
    places: dict[str, tuple[float, float]]  # longitude, latitude
    rounds: dict[str, tuple[Contest, ...]] = field(repr=False)


@cache
def read() -> City:
    """The whole city, as written."""
    table = _toml("city.toml")
    places = {name: tuple(point) for district in _toml("places.toml").values() for name, point in district.items()}
    return City(
        name=table["name"],
        river=table["river"],
        history=_flowing(table["history"]),
        currency=table["currency"],
        staff=table["staff"],
        sign_ins=table["sign_ins"],
        grounds=tuple(table["grounds"]),
        departments=tuple(
            Department(one["name"], tuple(one["people"]), tuple(one["hands_to"])) for one in table["departments"]
        ),
        seats=tuple(table["seats"]),
        categories=table["categories"],
        names=_toml("names.toml"),
        districts=tuple(_districts()),
        places=places,
        rounds={name: tuple(_contest(path) for path in sorted((FOLDER / name).glob("*.toml"))) for name in ROUNDS},
    )


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text())


def _flowing(text: str) -> str:
    """Paragraphs without the line breaks they have in the file: a page breaks lines where it likes."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))


def _districts() -> list[District]:
    features = json.loads((FOLDER / "districts.geojson").read_text())["features"]
    return [District(**feature["properties"], boundary=feature["geometry"]) for feature in features]


def _contest(path: Path) -> Contest:
    table = tomllib.loads(path.read_text())
    return Contest(
        district=path.stem,
        budget=table["budget"],
        style=table["style"],
        most_choices=table.get("most_choices"),
        proposals=tuple(_proposal(one) for one in table["proposal"]),
    )


def _proposal(table: dict[str, Any]) -> Proposal:
    return Proposal(
        **{
            **table,
            "description": _flowing(table["description"]),
            "picture": PICTURES / table["picture"],
            "prepared_by": tuple(table.get("prepared_by", ())),
            "cards": tuple(Card(**{**one, "says": tuple(one["says"])}) for one in table.get("cards", ())),
            "asked": Asked(**table["asked"]) if "asked" in table else None,
            "said": tuple(Message(**one) for one in table.get("said", ())),
            "wording": Wording(**table["wording"]) if "wording" in table else None,
            "comments": tuple(Comment(**one) for one in table.get("comments", ())),
            "delivery": tuple(Step(**one) for one in table.get("delivery", ())),
        }
    )
