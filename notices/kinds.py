"""What may happen of which somebody is told: the one list of kinds, and what each room says of its own.

A kind has its words, who may hear of it, and how they hear unless they choose otherwise. A room registers what it tells
when the site starts; a kind without it fails `manage check`, and with it every start.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from django.core import checks
from django.db import models
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _


class Happened(Protocol):
    """What a room is asked about: models/happening.py has the row."""

    kind: str
    facts: dict[str, Any]
    at: datetime

    @property
    def subject(self) -> Any:
        """The thing it happened to, as it is now."""


class Way(models.TextChoices):
    """How somebody is told."""

    AT_ONCE = "at-once", _("By mail at once, and here")
    DIGEST = "digest", _("In one mail a day, and here")
    SITE = "site", _("Here only")
    NOTHING = "nothing", _("Not at all")


class Group(models.TextChoices):
    """Under which heading a kind stands where ways are chosen."""

    RIGHTS = "rights", _("Your account and your rights")
    YOURS = "yours", _("What you have written")
    FOLLOWED = "followed", _("What you follow")
    VOTE = "vote", _("The vote")
    WORK = "work", _("Your work for the budget")


class Kind(StrEnum):
    """What may happen of which somebody is told."""

    PROPOSAL_SUBMITTED = "a proposal was submitted"
    PROPOSAL_CHANGED = "a proposal was changed"
    PROPOSAL_WITHDRAWN = "a proposal was withdrawn"
    COMMENTED = "a comment was written"
    REPLIED = "a reply was written"
    ANSWERED = "an official answer was written"
    COMMENT_HIDDEN = "a comment was hidden"
    CORRECTION_ASKED = "a correction was asked for"
    DECIDED_ON_YOURS = "a proposal of yours was decided on"
    DECIDED = "a proposal was decided on"
    BUILDING = "news of a building"
    DRAFT_WAITS = "a draft waits for the close"
    VOTE_BEGINS = "a vote has begun"
    VOTE_ENDS_SOON = "a vote ends soon"
    RESULTS = "results are public"
    OUTCOME = "the outcome of a project is public"

    @property
    def slug(self) -> str:
        """As it stands in the address of the page where its words are edited."""
        return slugify(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a room says of a kind.

    about
        The model of the thing it happens to.
    title
        What it is, where ways are chosen: "A comment on a proposal".
    subject, text
        The words of its mail, with {placeholders}; paragraphs are parted by an empty line. The city may have its own.
    placeholders
        The name of each with an example, for the page where the words are edited.
    needs
        Placeholders without which the mail would be of no use.
    says
        Their values for a happening, in the language that is active.
    button, leads_to
        The one thing to do: its words, and the path of its page.
    readers
        The keys of the people who may hear of it, as a queryset of them: `values_list("user")`.
    may_read
        Asked again when it goes: may this person see it, as it is now?
    default
        How they hear unless they chose.
    is_a_right
        It concerns a right of the reader, and cannot be switched off.
    leaves_no_row
        Who is told has voted, or has not: nothing that names them stays once the mail has gone. What happened, which
        stays, must name nobody.
    """

    group: Group
    about: type[models.Model]
    title: Promise
    subject: Promise
    text: Promise
    placeholders: Mapping[str, Promise]
    needs: frozenset[str] = frozenset()
    says: Callable[[Happened], Mapping[str, str]]
    button: Promise
    leads_to: Callable[[Happened], str]
    readers: Callable[[Happened], "models.QuerySet[Any]"]
    may_read: Callable[[Happened, Any], bool]
    default: Way
    is_a_right: bool = False
    leaves_no_row: bool = False

    @property
    def ways(self) -> list[Way]:
        """What may be chosen."""
        if self.is_a_right:
            return [Way.AT_ONCE]
        return [Way.AT_ONCE, Way.NOTHING] if self.leaves_no_row else list(Way)


@dataclass
class _Registered:
    tellings: dict[Kind, Telling] = field(default_factory=dict)


_registered = _Registered()


def tells(kind: Kind, telling: Telling) -> None:
    """Called at start-up by the room in which it happens."""
    _registered.tellings[kind] = telling


def telling_of(kind: str) -> Telling:
    return _registered.tellings[Kind(kind)]


def is_known(kind: str) -> bool:
    """Rows of a kind that a later version no longer has are left alone."""
    return kind in {each.value for each in _registered.tellings}


def all_told() -> dict[Kind, Telling]:
    """In the order of the list."""
    return {kind: _registered.tellings[kind] for kind in Kind}


@checks.register
def every_kind_is_told(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
    missing = [kind for kind in Kind if kind not in _registered.tellings]
    return [checks.Error(f"No room tells anybody that “{kind.value}”.", id="notices.E001") for kind in missing]
