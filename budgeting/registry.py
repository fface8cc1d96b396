"""How a lower room hears from an upper one: upper rooms register here when the site starts (`AppConfig.ready`).

Data and words only, never a template: a room that needs to know nothing of those above it can still link to their pages
and hand out what they keep of a person.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.core import checks
from django.db import models
from django.urls import reverse
from django.utils.functional import Promise

from budgeting.models import Cycle
from budgeting.people import Person

ForeignKey = tuple[type[models.Model], str]  # a model, and the name of its field that holds a person's key


class Page(StrEnum):
    """A page of an upper room that lower ones lead to."""

    HOME = "home"
    DESK = "desk"
    ME = "me"
    VERIFY = "verify"
    LETTER = "letter"
    BALLOTS = "ballots"
    STILL_HERE = "still_here"
    NOTICES = "notices"


class CyclePage(StrEnum):
    """A page of an upper room, one of each cycle, that lower ones lead to."""

    SHORTLIST = "shortlist"


class Place(StrEnum):
    """Where the frame of every page shows what rooms offer."""

    NAVIGATION = "navigation"
    FOOTER = "footer"


class Deed(StrEnum):
    """What is done in a lower room, and may be impossible because of what an upper room holds."""

    CHANGE_PROPOSAL = "change a proposal"  # asked with the proposal
    FREEZE_PAPER = "freeze a ballot paper"  # with the contest
    MOVE_DATES = "move the dates of a cycle"  # with the cycle and its windows as they would be
    IMPORT_ALONE = "import a register alone"  # with the cycle's key
    LET_ONE_BE_ENOUGH = "let one person be enough"
    LET_LETTERS_VOTE = "let letters vote, or not"  # with the cycle's key
    ADD_CONTEST = "add a contest to a cycle"  # with the cycle's key
    FORGET_RESIDENTS = "forget who was on a register"  # with the cycle


class Along(StrEnum):
    """What is done in a lower room, and an upper room carries its own along."""

    JOIN_LINES = "join two lines of a register"  # with the keys of the line that ends and of the one that stays


@dataclass(frozen=True, slots=True)
class Carrying:
    """How an upper room carries along.

    plan
        Given what it is about, what would become of each thing of the room's own, as plain data.
    carry_out
        Given the key of the row that says it is done, the same, and the moment: does it, in the caller's transaction.
    """

    plan: Callable[..., list[dict[str, str]]]
    carry_out: Callable[..., None]


@dataclass(frozen=True, slots=True)
class Link:
    """A page that a room offers on every other: its words, and the name of its address, perhaps one of each cycle."""

    words: Promise
    name: str
    of_a_cycle: bool = False


@dataclass(frozen=True, slots=True)
class Leaving:
    """What becomes of what a room keeps of somebody who closes their account.

    goes, stays
        Say it to them: what is gone, and what stays, why and until when.
    forget
        Lets it go, in the transaction of the closing.
    why_not
        Why this person cannot leave yet, in a sentence; empty if they can.
    """

    goes: Sequence[Promise] = ()
    stays: Sequence[Promise] = ()
    forget: Callable[[Person], None] = lambda person: None
    why_not: Callable[[Person], str] = lambda person: ""


Offering = Callable[[Any, Person, datetime], list[tuple[str, str]]]
"""What a room offers somebody at a moment on the page of a thing of a lower room: words and addresses."""


@dataclass
class _Registry:
    pages: dict[Page | CyclePage, str] = field(default_factory=dict)
    links: dict[Place, list[Link]] = field(default_factory=dict)
    objections: dict[Deed, Callable[..., str]] = field(default_factory=dict)
    carried: dict[Along, Carrying] = field(default_factory=dict)
    rows: list[ForeignKey] = field(default_factory=list)
    traces: list[ForeignKey] = field(default_factory=list)
    leavings: list[Leaving] = field(default_factory=list)
    unread: Callable[[Person], int] = lambda person: 0
    offers: dict[type[models.Model], list[Offering]] = field(default_factory=dict)


_registered = _Registry()


# Pages ---------------------------------------------------------------------------------------------------------------


def serve(page: Page | CyclePage, name: str) -> None:
    """Say by which name of our addresses a page is served."""
    _registered.pages[page] = name


def name_of(page: Page) -> str:
    """The name of a page's address, for `redirect` and for the navigation."""
    return _registered.pages[page]


def address_of(page: Page) -> str:
    return reverse(name_of(page))


def address_in(page: CyclePage, cycle: Cycle) -> str:
    return reverse(_registered.pages[page], args=[cycle.slug])


def offer(place: Place, *links: Link) -> None:
    """Show links in the frame of every page, after those offered before."""
    _registered.links.setdefault(place, []).extend(links)


def offered(place: Place, cycle: Cycle | None) -> list[tuple[Promise, str]]:
    """The words and addresses to show in a place of the frame; those of a cycle only where there is one."""
    return [
        (link.words, reverse(link.name, args=[cycle.slug] if cycle and link.of_a_cycle else []))
        for link in _registered.links.get(place, ())
        if cycle or not link.of_a_cycle
    ]


def offer_for(model: type[models.Model], offering: Offering) -> None:
    """Offer something on the page of each thing of a lower room, after what was offered before."""
    _registered.offers.setdefault(model, []).append(offering)


def offered_for(thing: models.Model, person: Person, at: datetime) -> list[tuple[str, str]]:
    """What upper rooms offer this person on the page of a thing: words and addresses."""
    return [link for offering in _registered.offers.get(type(thing), ()) for link in offering(thing, person, at)]


@checks.register
def every_page_is_served(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
    """A page that is asked for and served by nobody; with such a one `manage check` and `manage migrate` fail."""
    missing = [page for page in (*Page, *CyclePage) if page not in _registered.pages]
    return [checks.Error(f"No room serves the page “{page.value}”.", id="budgeting.E001") for page in missing]


# The bell ------------------------------------------------------------------------------------------------------------


def rings_for(unread: Callable[[Person], int]) -> None:
    """Say how many things somebody has not read yet: the number beside the bell on every page."""
    _registered.unread = unread


def unread_by(person: Person) -> int:
    return _registered.unread(person)


# What an upper room forbids ------------------------------------------------------------------------------------------


def holds(deed: Deed, objection: Callable[..., str]) -> None:
    """Say what an upper room has against a deed: given what it is done to, a sentence, or nothing."""
    _registered.objections[deed] = objection


def why_not(deed: Deed, *about: Any) -> str:
    """Why this cannot be done because of what an upper room holds; empty if it can."""
    return _registered.objections[deed](*about)


@checks.register
def every_deed_is_answered_for(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
    """A deed that lower rooms ask about and no upper room has an answer to."""
    missing = [deed for deed in Deed if deed not in _registered.objections]
    return [checks.Error(f"No room says whether one may “{deed.value}”.", id="budgeting.E003") for deed in missing]


# What an upper room carries along ------------------------------------------------------------------------------------


def carries(what: Along, carrying: Carrying) -> None:
    _registered.carried[what] = carrying


def plan_along(what: Along, *about: Any) -> list[dict[str, str]]:
    """What would become of what the upper room holds."""
    return _registered.carried[what].plan(*about)


def carry_along(what: Along, *about: Any) -> None:
    """Have the upper room do its part, in the caller's transaction."""
    _registered.carried[what].carry_out(*about)


@checks.register
def everything_is_carried_along(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
    missing = [what for what in Along if what not in _registered.carried]
    return [
        checks.Error(f"No room carries along what goes with “{what.value}”.", id="budgeting.E004") for what in missing
    ]


# What is kept of a person --------------------------------------------------------------------------------------------


def keep_of_a_person(rows: Iterable[ForeignKey] = (), traces: Iterable[ForeignKey] = ()) -> None:
    """Answer for a room's foreign keys to people.

    `rows` are about the person they name, who may take them away. `traces` only say who did something to a row about
    others: the person finds them among their own entries of the audit log.
    """
    _registered.rows += rows
    _registered.traces += traces


def foreign_keys() -> set[ForeignKey]:
    """Every foreign key to a person that some room answers for."""
    return {*_registered.rows, *_registered.traces}


def when_somebody_leaves(leaving: Leaving) -> None:
    """Say what becomes of a room's rows when an account is closed."""
    _registered.leavings.append(leaving)


def leavings() -> list[Leaving]:
    return list(_registered.leavings)


# `data` is what an authenticator app shares with us; `commitment` a hash of a share of a key, and `shown_in` one of
# the session that was shown it; `vouched` a code between our own programs; `in_confidence` what another told whoever
# settles it.
SECRET = {"password", "session_key", "shown_in", "vouched", "data", "commitment", "in_confidence"}


def kept_of(person: Person) -> dict[str, list[dict[str, Any]]]:
    """All rows about a person, by the name of their table's model."""
    return {
        model._meta.label_lower: _plain(model._base_manager.filter(**{name: person.pk}))
        for model, name in _registered.rows
    }


def _plain(rows: models.QuerySet[Any]) -> list[dict[str, Any]]:
    """Rows without digests, hashes and secrets, which would tell the person nothing and a thief something."""
    names = [
        field.attname
        for field in rows.model._meta.concrete_fields
        if not isinstance(field, models.BinaryField) and field.attname not in SECRET
    ]
    return [
        {name: value.name if hasattr(value, "storage") else value for name, value in row.items()}
        for row in rows.values(*names)
    ]
