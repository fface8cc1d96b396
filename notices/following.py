"""What can be followed: each room says it of its own things when the site starts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from budgeting.people import Person

# Given who asks, the rows of a model that they may see, and so follow.
Seen = Callable[[Person], "models.QuerySet[Any]"]


@dataclass
class _Followable:
    seen: dict[str, Seen] = field(default_factory=dict)


_followable = _Followable()


def may_be_followed(model: type[models.Model], seen: Seen) -> None:
    _followable.seen[model._meta.label_lower] = seen


def found(thing: str, person: Person) -> Any:
    """The thing of that name, if it can be followed and this person may see it."""
    label, _colon, key = thing.partition(":")
    seen = _followable.seen.get(label)
    if seen is None or not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    return seen(person).filter(pk=int(key)).first()
