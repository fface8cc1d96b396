"""What only Django knows of the house: whose an address, a library of tags, a table or a relation is."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

from django.apps import apps
from django.conf import settings
from django.template import engines
from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.arrows import functions_made
from tests.architecture.law import Law
from tests.architecture.relations import Models, Relation
from tests.architecture.sources import Source, argument, called, text_of


def addresses(law: Law, sources: Iterable[Source], patterns: Iterable[Any] | None = None) -> dict[str, set[str]]:
    """Every name of an address, and the rooms whose it is: whose view it has, or whose list uses a generic view for it.

    What is allauth's, the admin's or Django's has no room. A list that is not part of the site as the tests start it
    (the demo's) is read from its file.
    """
    rooms: dict[str, set[str]] = defaultdict(set)
    for name, module in _named(get_resolver().url_patterns if patterns is None else patterns, "", ""):
        rooms[name] |= {module.partition(".")[0]} if law.is_ours(module) else set()
    for source in sources:
        for call in source.of(ast.Call):
            name = text_of(argument(call, "name", at=None))
            if called(call) in ("path", "re_path") and name and name not in rooms:
                rooms[name] = {source.name.partition("/")[0]}
    return rooms


def _named(patterns: Iterable[Any], prefix: str, module: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace != "admin":
            inner = pattern.urlconf_name if isinstance(pattern.urlconf_name, ModuleType) else None
            within = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _named(pattern.url_patterns, within, inner.__name__ if inner else module)
        elif isinstance(pattern, URLPattern) and pattern.name:
            view = pattern.callback
            is_generic = view.__module__.startswith("django.") and hasattr(view, "view_class")
            yield prefix + pattern.name, module if is_generic else view.__module__


def libraries() -> dict[str, str]:
    """The libraries of tags by name, each with its module."""
    return engines["django"].engine.libraries


def tags_given() -> list[str]:
    """The modules of the libraries that every template has without loading them."""
    return engines["django"].engine.builtins


def database(law: Law, sources: Iterable[Source]) -> dict[str, str]:
    """The tables of the house and the functions its migrations make, each with its room."""
    models = [model for room in _apps(law) for model in apps.get_app_config(room).get_models(include_auto_created=True)]
    rooms = {model._meta.db_table: model._meta.app_label for model in models}
    made = {name: source.name.partition("/")[0] for source in sources for name in functions_made(source)}
    return {**made, **rooms}


def models(law: Law) -> Models:
    """The models, and every relation between two of them that has a name; a foreign key to a person is none."""
    fields: dict[str, frozenset[str]] = {}
    values, relations, leading = set(), set(), set()
    for model in [model for room in _apps(law) for model in apps.get_app_config(room).get_models()]:
        label, own = model._meta.label, (*model._meta.fields, *model._meta.many_to_many)
        fields[label] = frozenset(name for field in own for name in (field.name, field.attname))
        values |= {field.name for field in own if not field.is_relation}
        leads = [field for field in own if field.is_relation and isinstance(field.related_model, type)]
        leading |= {field.name for field in leads}
        for field in leads:
            target, back = field.related_model._meta.label, field.remote_field
            if target != settings.AUTH_USER_MODEL:
                relations.add(Relation(label, target, field.name, field.name))
            if not back.hidden:
                relations.add(Relation(target, label, back.get_accessor_name() or "", field.related_query_name()))
    ours = frozenset(each for each in relations if {each.model, each.to} <= fields.keys())
    return Models(fields, ours, frozenset(values - leading), settings.AUTH_USER_MODEL)


def _apps(law: Law) -> list[str]:
    return [config.label for config in apps.get_app_configs() if config.label in law.rooms]
