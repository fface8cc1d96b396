"""Every address of the site that somebody can type, from the resolver, so that a new page is among them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from django.urls import URLPattern, URLResolver, get_resolver

PART = re.compile(r"<(?:(\w+):)?(\w+)>")
LEFT_OUT = ("(?P<url>.*)$", "accounts/oidc/", "^(?P<app_label>")  # the admin's catch-all and its lists of one app

Values = Mapping[str, Sequence[object]]


def addresses(values: Values) -> dict[str, str]:
    """Address by address the name of its page.

    `values` says what may stand for a part of an address, by its name, or by its converter and name where a name alone
    would not tell ("numbered:number"). Fails for a part it does not know.
    """
    found = {}
    for route, name in _routes(get_resolver()):
        for address in _filled(route, values):
            found.setdefault(f"/{address}", name)
    return found


def one_of_each_route(values: Values, among: Mapping[str, Values]) -> dict[str, str]:
    """Route by route, as the resolver writes it, one address of it; `among`: values for what begins like this."""
    found = {}
    for route, _ in _routes(get_resolver()):
        own = next((own for beginning, own in among.items() if route.startswith(beginning)), {})
        found[route] = f"/{next(_filled(route, {**values, **own}))}"
    return found


def _routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str]]:
    for each in resolver.url_patterns:
        route = f"{before}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from _routes(each, route)
        elif isinstance(each, URLPattern) and not any(left_out in route for left_out in LEFT_OUT):
            yield route, each.name or route


def _filled(route: str, values: Values) -> Iterator[str]:
    parts = PART.findall(route)
    asked = []
    for kind, name in parts:
        known = values.get(f"{kind}:{name}", values.get(name))
        assert known, f"Say what stands for <{kind}:{name}> of {route}, so that this page is walked through too."
        asked.append([str(value) for value in known])
    pattern = PART.sub("{}", route)
    return (pattern.format(*chosen) for chosen in product(*asked))
