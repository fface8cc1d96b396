"""What counts as an import in Python, beside the import itself."""

import ast
import re
from collections.abc import Iterable, Mapping, Set

from tests.architecture.law import Arrow, Found, Law
from tests.architecture.sources import FUNCTIONS, Source, argument, called, text_of, texts_of

IMPORTS_BY_NAME = {"__import__", "import_module", "import_string", "include"}
ADDRESSES_BY_NAME = {"reverse", "reverse_lazy", "redirect", "resolve_url"}
NAMES_OF_ADDRESSES = {"login_url", "pattern_name", "success_url"}
FOREIGN_KEYS = {"ForeignKey", "OneToOneField", "ManyToManyField"}
ASKS_ANYTHING = {
    *("related_model", "related_objects"),
    *("all_models", "get_app_config", "get_app_configs", "get_containing_app_config", "get_model", "get_models"),
    "model_class",
}
ASKS_META = {"apps", "fields_map", "get_fields"}


def imports(source: Source) -> list[Arrow]:
    """Every import, others' packages too, at the top, in a function or under TYPE_CHECKING; and `include("a.urls")`."""
    said = [(alias.name, node.lineno) for node in source.of(ast.Import) for alias in node.names]
    for node in source.of(ast.ImportFrom):
        base = [*_base(source, node.level), *filter(None, [node.module])]
        said += [(".".join([*base, alias.name]), node.lineno) for alias in node.names]
    for call in source.of(ast.Call):
        if called(call) in IMPORTS_BY_NAME:
            said += texts_of(argument(call))
    return [Arrow(source.name, line, f"imports {name}", name) for name, line in said]


def _base(source: Source, level: int) -> tuple[str, ...]:
    """Where a relative import begins: at the file's own package, and one package up for each further dot."""
    return source.package[: len(source.package) - level + 1] if level else ()


def django_in_the_count(source: Source) -> list[Arrow]:
    """The count takes plain values and gives plain values: no Django, nor anything made for it."""
    return [arrow for arrow in imports(source) if source.name.startswith("tally/") and arrow.to.startswith("django")]


def addresses(source: Source, names: Mapping[str, Set[str]]) -> list[Arrow]:
    """Names of addresses turned into one. `names` says in which rooms each is defined.

    A noun's get_absolute_url is free; so is an address that is nobody's of ours.
    """
    nouns = [node for node in source.of(*FUNCTIONS) if node.name == "get_absolute_url"]
    free = {id(inner) for node in nouns for inner in ast.walk(node)}
    said: list[tuple[str, int]] = []
    for call in source.of(ast.Call):
        if called(call) in ADDRESSES_BY_NAME and id(call) not in free:
            said += texts_of(argument(call, "viewname", "to"))
    for keyword in source.of(ast.keyword):
        said += texts_of(keyword.value) if keyword.arg in NAMES_OF_ADDRESSES else []
    for node in source.of(ast.Assign):
        said += texts_of(node.value) if getattr(node.targets[0], "id", "") in NAMES_OF_ADDRESSES else []
    return [
        Arrow(source.name, line, f"leads to the address {name!r} of {room}", room)
        for name, line in said
        for room in sorted(names.get(name, ()))
    ]


def pages(source: Source, law: Law, known: Set[str] = frozenset()) -> list[Arrow]:
    """Templates by name, in `render` or anywhere: any literal that ends in .html or is in `known`."""
    said = [(node.value, node.lineno) for node in source.strings]
    for node in source.of(ast.JoinedStr):  # f"ballots/{page}.html"
        said.append(("".join(text_of(part) or "…" for part in node.values), node.lineno))
    return [
        Arrow(source.name, line, f"shows the template {text} of {room}", room)
        for text, line in said
        if text.partition("#")[0].endswith(".html") or text in known
        if (room := law.room_of_template(text))
    ]


def foreign_keys(source: Source) -> list[Arrow]:
    """Relations to a model named by a string, and what a migration depends on or asks for."""
    said: list[tuple[str, int]] = []
    for call in source.of(ast.Call):
        if called(call) in FOREIGN_KEYS:
            said += texts_of(argument(call, "to")) + texts_of(argument(call, "through", at=None))
        elif source.is_migration and called(call) == "get_model":
            said += [(f"{label}.…", line) for label, line in texts_of(argument(call, "app_label"))]
    named = [(text.partition(".")[0], text, line) for text, line in said if "." in text]
    if source.is_migration:
        named += [(label, f"a migration of {label}", line) for label, line in _migrations_named(source)]
    return [Arrow(source.name, line, f"names {text}", room) for room, text, line in named]


def dotted(source: Source, known: Set[str]) -> list[Arrow]:
    """Whatever is named by a string as Python or Django would find it ("ballots.tasks.publish", "ballots.Envelope").

    `known` are the modules and models of the house ("ballots.tasks", "ballots.envelope"), so that no file's name and no
    permission is taken for one.
    """
    said = [(node.value, ".".join(node.value.lower().split(".")[:2]), node.lineno) for node in source.strings]
    return [Arrow(source.name, line, f"names {text}", text) for text, first, line in said if first in known]


def _migrations_named(source: Source) -> Iterable[tuple[str, int]]:
    for node in source.of(ast.Assign):
        if {getattr(target, "id", "") for target in node.targets} & {"dependencies", "run_before", "replaces"}:
            for pair in ast.walk(node.value):
                if isinstance(pair, ast.Tuple) and len(pair.elts) == 2:
                    yield from texts_of(pair.elts[0])


def asks_django(source: Source) -> list[Found]:
    """Django's registry and `_meta`, asked for what another room holds. A migration's own `apps` is another thing."""
    if source.is_migration:
        return []
    found = [(node.lineno, repr(node.value)) for node in source.strings if node.value in ASKS_ANYTHING]
    for node in source.of(ast.Attribute):
        owner = getattr(node.value, "attr", getattr(node.value, "id", ""))
        if node.attr in ASKS_ANYTHING or (owner == "_meta" and node.attr in ASKS_META):
            found.append((node.lineno, f"{owner}.{node.attr}"))
    return [Found(source.name, line, f"asks Django for {what}") for line, what in found]


def sql(source: Source, rooms: Mapping[str, str]) -> list[Arrow]:
    """Tables and functions of the database named in a string. `rooms` says whose each is."""
    found = {}
    for node in source.strings:
        for match in re.finditer(r"[A-Za-z]\w*", node.value):
            if room := rooms.get(match[0].lower()):
                line = node.lineno + node.value.count("\n", 0, match.start())
                found[line, room] = Arrow(source.name, line, f"names {match[0]}, which is of {room}", room)
    return [*found.values(), *_unfinished(source, set(rooms.values()))]


def _unfinished(source: Source, rooms: set[str]) -> Iterable[Arrow]:
    """f"ballots_{table}", "ballots_%s", "ballots_" + table: a name of which only the room is written."""
    added = [node.left for node in source.of(ast.BinOp) if isinstance(node.op, ast.Add)]
    cut = [part for node in source.of(ast.JoinedStr) for part in node.values[:-1]]
    for node, begin in [*((each, r"_?$") for each in added), *((each, r"_$") for each in cut)]:
        if (begun := re.search(rf"\b([a-z]+){begin}", text_of(node) or "")) and begun[1] in rooms:
            yield Arrow(source.name, node.lineno, f"names a table {begun[0]}… of {begun[1]}", begun[1])
    for node in source.strings:
        for begun in re.finditer(r"\b([a-z]+)_(?=[%{])", node.value):
            if begun[1] in rooms:
                yield Arrow(source.name, node.lineno, f"names a table {begun[0]}… of {begun[1]}", begun[1])


def functions_made(source: Source) -> set[str]:
    """The functions of the database that a migration makes."""
    made = [re.findall(r"(?i)\bcreate (?:or replace )?function (\w+)", node.value) for node in source.strings]
    return {name.lower() for names in made for name in names} if source.is_migration else set()
