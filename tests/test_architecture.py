"""The rooms and who may import whom.

The law stands first. What counts as an import is more than `import`: a template, an address, a foreign key, a table and
a relation lead from one room to another as well. The readers of such arrows, and of the rules that hold within a room,
are in tests/architecture/, where each is seen to find what it is there to find.
"""

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

from tests.architecture import arrows, habits, relations, site, templates
from tests.architecture.law import Arrow, Found, Law
from tests.architecture.relations import Models, Relation, View
from tests.architecture.sources import House, Source

EVERYTHING = {
    *("tally", "lib", "audit", "budgeting", "notices", "accounts", "residents", "proposals", "committee"),
    *("ballots", "results"),
}

LAW = Law(
    rooms={
        "tally": set(),  # and no Django
        "lib": set(),
        "audit": {"lib"},
        "budgeting": {"lib", "audit"},
        "notices": {"lib", "audit", "budgeting"},
        "accounts": {"lib", "audit", "budgeting", "notices"},
        "residents": {"lib", "audit", "budgeting", "notices", "accounts"},
        "proposals": {"lib", "audit", "budgeting", "notices", "residents.verified.is_verified"},
        "committee": {"lib", "audit", "budgeting", "notices", "proposals"},
        "ballots": {"lib", "audit", "tally", "budgeting", "notices", "proposals"},
        "results": {
            *("lib", "audit", "tally", "budgeting", "notices", "proposals", "ballots"),
            "residents.statistics.registered_by_age",
        },
        "front": EVERYTHING,  # nobody imports it
        "demo": EVERYTHING,  # nobody imports it
    },
    for_everyone={"tally", "lib", "audit"},
    files={  # where a resident meets a ballot
        "ballots/casting.py": {"residents"},
        "ballots/roll.py": {"residents"},
        "ballots/models/box.py": {"residents"},
        "ballots/migrations/": {"residents"},
    },
    composition_root={"budgeting/settings.py", "budgeting/urls.py", "budgeting/wsgi.py"},
    frame={
        **dict.fromkeys(["base.html", "pdf.html", "components", "forms"], "budgeting"),
        **dict.fromkeys(["400.html", "403.html", "403_csrf.html", "404.html", "413.html", "429.html"], "budgeting"),
        **dict.fromkeys(["500.html", "503.html", "refused.html"], "budgeting"),
        **dict.fromkeys(["account", "allauth", "mfa", "socialaccount", "usersessions"], "accounts"),
    },
    not_rooms={"docs", "manage", "postgres", "tests", "watch"},
)
MAY_ASK_DJANGO = {"front", "demo"}
# An entry's moment belongs to its place in the chain, so it is read under the lock that gives it this place.
# Whether somebody is a clerk is asked everywhere by that name alone, so their term is judged when it is asked.
HAS_A_CLOCK = {"audit/models.py", "accounts/models/person.py"}

ROOT = Path(__file__).resolve().parent.parent
HOUSE = House.at(ROOT, LAW.rooms)


# The house -----------------------------------------------------------------------------------------------------------


def test_the_house_has_the_rooms_of_the_law_and_no_other() -> None:
    assert HOUSE.top - LAW.not_rooms == LAW.rooms.keys()
    assert LAW.rooms.keys() - {LAW.room_of(source.name) for source in HOUSE.sources if source.text.strip()} == set()


def test_the_law_goes_one_way() -> None:
    """As one file per room that imports all it may, the law has no circle."""
    files = [
        Source(f"{room}/all.py", "\n".join(f"import {each.partition('.')[0]}.all" for each in sorted(allowed)))
        for room, allowed in LAW.rooms.items()
    ]
    assert habits.circles(files) == []


def test_every_exception_is_a_file_of_the_house() -> None:
    assert [name for name in (*LAW.files, *LAW.composition_root) if not (ROOT / name).exists()] == []


def test_every_template_belongs_to_a_room() -> None:
    assert [page.name for page in HOUSE.templates if LAW.room_of(page.name) is None] == []


def test_no_name_of_an_address_is_in_two_rooms() -> None:
    assert {name: rooms for name, rooms in addresses().items() if len(rooms) > 1} == {}


def test_an_import_goes_where_the_law_allows() -> None:
    assert_lawful(arrows.imports)


def test_an_address_named_in_python_is_within_reach() -> None:
    assert_lawful(lambda source: arrows.addresses(source, addresses()))


def test_a_template_named_in_python_is_within_reach() -> None:
    known = {page.name.removeprefix("templates/") for page in HOUSE.templates}
    assert_lawful(lambda source: arrows.pages(source, LAW, known))


def test_a_relation_or_migration_named_by_a_string_is_within_reach() -> None:
    assert_lawful(arrows.foreign_keys)


def test_anything_else_named_by_a_string_is_within_reach() -> None:
    modules = {".".join(source.module.split(".")[:2]) for source in HOUSE.sources}
    known = {name.lower() for name in (*modules, *site.models(LAW).fields) if "." in name}
    assert {"budgeting.settings", "budgeting.cycle"} <= known
    assert_lawful(lambda source: arrows.dotted(source, known))


def test_sql_names_what_is_within_reach() -> None:
    named = site.database(LAW, HOUSE.sources)
    assert {"budgeting_cycle", "ballots_envelope"} <= named.keys()
    assert_lawful(lambda source: arrows.sql(source, named))


def test_a_relation_is_followed_within_reach() -> None:
    known = site.models(LAW)
    assert Relation("budgeting.Contest", "ballots.Envelope", "envelopes", "envelopes") in known.relations
    assert_lawful(lambda source: relations.in_python(source, view_from(source.name, known)))
    found = []
    for page in HOUSE.templates:
        handed = of_rooms(relations.keys_written, LAW.in_sight(page.name))
        found += relations.in_template(page, view_from(page.name, known), handed)
    assert_none(LAW.trespasses(found))


def test_a_template_reaches_what_its_room_may_reach() -> None:
    libraries = site.libraries()
    reached = [arrow for page in HOUSE.templates for arrow in templates.arrows(page, LAW, libraries, addresses())]
    given = [Arrow(page.name, 1, f"is given {tags}", tags) for page in HOUSE.templates for tags in site.tags_given()]
    assert_none(LAW.trespasses(reached + given))


def test_the_count_imports_no_django() -> None:
    assert_none(arrow for source in HOUSE.sources for arrow in arrows.django_in_the_count(source))


def test_what_checks_the_city_imports_nothing_of_the_city() -> None:
    programs = [Source(path.name, path.read_text()) for path in (ROOT / "docs").rglob("*.py")]
    assert programs
    assert_none(arrow for source in programs for arrow in arrows.imports(source) if LAW.is_ours(arrow.to))


def test_only_rooms_that_bring_others_together_ask_django_for_them() -> None:
    sources = [source for source in HOUSE.sources if LAW.room_of(source.name) not in MAY_ASK_DJANGO]
    assert_none(found for source in sources for found in arrows.asks_django(source))


def test_no_files_import_each_other_in_a_round() -> None:
    rounds = habits.circles(HOUSE.sources)
    assert_none(Found(first, 1, f"in a round with {', '.join(others)}") for first, *others in rounds)


def test_one_file_reads_the_clock() -> None:
    assert_none(found for source in HOUSE.sources for found in habits.clock_reads(source))
    assert_none(found for page in HOUSE.templates for found in templates.clock_reads(page))


def test_a_model_is_handed_the_moment() -> None:
    models = (source for source in HOUSE.sources if source.name not in HAS_A_CLOCK)
    assert_none(found for source in models for found in habits.clocks_of_models(source))


def test_a_migration_imports_no_code_that_lives_on() -> None:
    assert_none(found for source in HOUSE.sources for found in habits.live_code(source, LAW.rooms))


def test_who_acts_and_when_is_said_by_name() -> None:
    assert_none(found for source in HOUSE.sources for found in habits.positional_verbs(source))


def test_a_file_can_be_read_in_one_sitting() -> None:
    assert_none(found for file in (*HOUSE.sources, *HOUSE.templates) for found in habits.too_long(file))


@cache
def addresses() -> dict[str, set[str]]:
    return site.addresses(LAW, HOUSE.sources)


def assert_lawful(read: Callable[[Source], Iterable[Arrow]]) -> None:
    assert_none(arrow for source in HOUSE.sources for arrow in LAW.trespasses(read(source)))


def assert_none(found: Iterable[Found]) -> None:
    """Fail with a line for each place, whole and nothing else, so that the list can be worked through."""
    if lines := [str(each) for each in found]:
        pytest.fail("\n".join(lines), pytrace=False)


def view_from(file: str, known: Models) -> View:
    rooms = LAW.in_sight(file)
    return View(known, rooms, of_rooms(relations.names_defined, rooms))


@cache
def of_rooms(read: Callable[[Source], set[str]], rooms: frozenset[str]) -> frozenset[str]:
    """What is read in all files of these rooms together."""
    if len(rooms) > 1:
        return frozenset().union(*(of_rooms(read, frozenset([room])) for room in rooms))
    return frozenset(name for source in HOUSE.sources if LAW.room_of(source.name) in rooms for name in read(source))
