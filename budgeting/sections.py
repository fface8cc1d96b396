"""What upper rooms tell everybody on the page of a thing of a lower room: like registry.py, data and words only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and under it what is said of what. `links`: words and addresses, after the rest."""

    heading: str
    parts: Sequence[tuple[str, Sequence[str]]]
    links: Sequence[tuple[str, str]] = ()


Telling = Callable[[Any, datetime], Section | None]

_tellings: dict[type[models.Model], list[Telling]] = {}


def tell_on(model: type[models.Model], telling: Telling) -> None:
    """Tell something on the page of each thing, after what was told before. Called at start-up."""
    _tellings.setdefault(model, []).append(telling)


def told_on(thing: models.Model, at: datetime) -> list[Section]:
    """What is told at a moment on the page of a thing, to whoever reads it."""
    sections = (telling(thing, at) for telling in _tellings.get(type(thing), ()))
    return [section for section in sections if section]
