"""Relations between models, which lead a file to rooms that it may not import.

Upwards: `Envelope.contest` with `related_name="envelopes"` gives every Contest an attribute `envelopes` and every query
about contests a name `envelopes`. Rooms below ballots, which do not know of envelopes, may use neither. Downwards:
`Envelope.resident` may be followed only by the files of ballots that may know of residents. A person is free.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Manager, Model, QuerySet
from django.http import HttpRequest

from tests.architecture.arrows import FOREIGN_KEYS
from tests.architecture.law import Arrow
from tests.architecture.sources import FUNCTIONS, Source, Template, called, text_of
from tests.architecture.templates import lookups

ASK_BY_KEYWORD = {"exclude", "filter", "get", "get_or_create", "update_or_create", "Q", "When"}
ASK_BY_STRING = {
    *("dates", "datetimes", "defer", "distinct", "earliest", "latest", "only", "order_by", "prefetch_related"),
    *("prefetch_related_objects", "select_related", "values", "values_list"),
    *("ArrayAgg", "Avg", "Coalesce", "Count", "Exists", "F", "Lower", "Max", "Min"),
    *("OuterRef", "Prefetch", "StringAgg", "Subquery", "Sum", "Upper"),
}
ASK_FOR_AN_ATTRIBUTE = {"attrgetter", "getattr", "hasattr"}
PATH = re.compile(r"-?[a-z]\w*__\w+")
ORDINARY = {name for kind in (str, dict, list, datetime, QuerySet, Manager, Model, HttpRequest) for name in dir(kind)}


@dataclass(frozen=True)
class Relation:
    """A way from `model` to the model `to` (both as "ballots.Envelope"), be it a foreign key or its reverse."""

    model: str
    to: str
    accessor: str
    query: str

    @property
    def room(self) -> str:
        """The room it leads to."""
        return _room(self.to)


@dataclass(frozen=True)
class Models:
    """The models of the house as the app registry knows them."""

    fields: Mapping[str, frozenset[str]]
    """By model, the names of its own fields."""
    relations: frozenset[Relation]
    values: frozenset[str]
    """The names that only fields have which lead to no model at all."""
    person: str
    """The model that is in sight of every room, since every request has one."""

    @cached_property
    def ways(self) -> dict[tuple[str, str], Relation]:
        return {(relation.model, relation.query): relation for relation in self.relations}

    def named(self, name: str) -> str | None:
        """The one model of that class name."""
        found = [model for model in self.fields if model.partition(".")[2] == name]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class View:
    """What is to be seen from a file: the models of some rooms, and of the relations those that stay in these rooms."""

    models: Models
    rooms: frozenset[str]
    defined: frozenset[str]
    """Names that classes and modules of these rooms give to something of their own."""

    @cached_property
    def known(self) -> list[Relation]:
        return [relation for relation in self.models.relations if relation.room in self.rooms]

    @cached_property
    def hidden(self) -> list[Relation]:
        """What leads from models in sight to rooms out of sight."""
        leading = [each for each in self.models.relations if each.room not in self.rooms]
        return [each for each in leading if _room(each.model) in self.rooms or each.model == self.models.person]

    @cached_property
    def queries(self) -> dict[str, Relation]:
        """The hidden relations by the names queries use, without names that fields and relations in sight have too."""
        own = self.fields | {relation.query for relation in self.known}
        return {relation.query: relation for relation in self.hidden if relation.query not in own}

    @cached_property
    def attributes(self) -> dict[str, Relation]:
        """As `queries`, by their attributes, and without names that anything in sight has too."""
        own = self.defined | self.fields | {relation.accessor for relation in self.known}
        return {relation.accessor: relation for relation in self.hidden if relation.accessor not in own}

    @cached_property
    def fields(self) -> set[str]:
        """The names of fields that lead nowhere hidden."""
        hidden = {(relation.model, relation.query) for relation in self.hidden}
        seen = [model for model in self.models.fields if _room(model) in self.rooms]
        return {name for model in seen for name in self.models.fields[model] if (model, name) not in hidden}

    def crossed(self, path: str, model: str | None) -> Relation | None:
        """The hidden relation that a query's path ("contest__paper__size") goes through, if it does.

        From a known model the path is followed exactly; else any hidden name in it counts.
        """
        steps = path.removeprefix("-").split("__")
        for step in steps:
            if model is None:
                if step in self.queries:
                    return self.queries[step]
                if step in self.models.values:  # what follows is looked up in a value: `facts__resident` in JSON
                    return None
                continue
            relation = self.models.ways.get((model, step))
            if relation is None or relation in self.hidden:
                return relation
            model = relation.to
        return None


def in_python(source: Source, view: View) -> list[Arrow]:
    """Uses of hidden relations in queries, as attributes, and by `getattr`."""
    found: set[tuple[int, str, Relation]] = set()
    paths = [(path, line, view.models.named(model) if model else None) for path, line, model in _paths(source.tree, "")]
    paths += [(node.value, node.lineno, None) for node in source.strings if PATH.fullmatch(node.value)]
    for path, line, model in paths:
        if relation := view.crossed(path, model):
            found.add((line, path, relation))
    said = [(node.attr, node.lineno) for node in source.of(ast.Attribute) if node.attr not in ORDINARY]
    for call in source.of(ast.Call):
        if called(call) in ASK_FOR_AN_ATTRIBUTE:
            said += [(step, call.lineno) for text in map(text_of, call.args) if text for step in text.split(".")]
    found |= {(line, name, view.attributes[name]) for name, line in said if name in view.attributes}
    return [_arrow(source.name, *each) for each in sorted(found, key=lambda each: each[:2])]


def in_template(template: Template, view: View, keys: frozenset[str] = frozenset()) -> list[Arrow]:
    """Attributes looked up from a variable; `keys` are what the room's own views may call such things as well."""
    return [
        _arrow(template.name, line, name, view.attributes[name])
        for steps, line in lookups(template)
        for name in steps[1:]
        if name in view.attributes and name not in keys and name not in ORDINARY
    ]


def _arrow(file: str, line: int, name: str, relation: Relation) -> Arrow:
    return Arrow(file, line, f"uses {name!r}, which leads from {relation.model} to {relation.to}", relation.room)


def _room(model: str) -> str:
    return model.partition(".")[0]


def _paths(node: ast.AST, model: str) -> Iterator[tuple[str, int, str]]:
    """Every path a query asks for, with the class it starts from where that is said: `Cycle.objects.filter(…)`."""
    if isinstance(node, ast.Call):
        name = called(node)
        if name == "OuterRef":
            model = ""
        elif not name[:1].isupper():  # Q, F and the like stand in a query and start where it does
            model = _root(node.func)
        if name in ASK_BY_KEYWORD:
            yield from ((path, node.lineno, model) for path in _keywords(node))
        if name in ASK_BY_STRING:
            told = [*node.args, *(keyword.value for keyword in node.keywords)]
            yield from ((text, arg.lineno, model) for arg in told if (text := text_of(arg)))
    for child in ast.iter_child_nodes(node):
        yield from _paths(child, model)


def _keywords(call: ast.Call) -> Iterable[str]:
    for keyword in call.keywords:
        if keyword.arg:
            yield keyword.arg
        elif isinstance(keyword.value, ast.Dict):  # filter(**{"a__b": c})
            yield from filter(None, map(text_of, keyword.value.keys))


def _root(node: ast.AST) -> str:
    """The name a chain of attributes and calls begins with."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return getattr(node, "id", "")


def names_defined(source: Source) -> set[str]:
    """What the classes and the module of a file give a name to, so that an attribute of that name may be theirs."""
    names = {source.module.rpartition(".")[2]}
    names |= {node.name for node in source.of(*FUNCTIONS, ast.ClassDef)}
    shared = {id(node) for owner in source.of(ast.Module, ast.ClassDef) for node in owner.body}
    for node in source.of(ast.Assign, ast.AnnAssign):
        if isinstance(node.value, ast.Call) and called(node.value) in FOREIGN_KEYS:
            continue  # the models know it
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names |= {target.attr for target in targets if isinstance(target, ast.Attribute)}
        names |= {target.id for target in targets if isinstance(target, ast.Name) and id(node) in shared}
    return names


def keys_written(source: Source) -> set[str]:
    """The string keys of a file's dicts, by which templates know what views hand them."""
    keys = [key for node in source.of(ast.Dict) for key in node.keys]
    return {text for key in keys if (text := text_of(key))}
