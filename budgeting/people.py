"""How every room meets a person: by what is asked here, never by the table of accounts.

The room that keeps the accounts fills the directory when the site starts (docs/decisions/0003).
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from audit.acts import Done

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from budgeting.models import District


class RoleName(models.TextChoices):
    """What somebody may be besides a resident, in one district or in all."""

    COMMITTEE = "committee", _("Committee member")
    CLERK = "clerk", _("Clerk")
    COUNCIL = "council", _("Council member")
    AUDITOR = "auditor", _("Auditor")
    DEPARTMENT = "department", _("Department")


class Person(Protocol):
    """Whoever acts or looks: somebody with an account, or a visitor, who answers every question with no."""

    @property
    def pk(self) -> Any: ...

    @property
    def name(self) -> str: ...

    @property
    def is_authenticated(self) -> bool: ...

    @property
    def is_clerk(self) -> bool: ...

    @property
    def is_council(self) -> bool: ...

    @property
    def is_auditor(self) -> bool: ...

    @property
    def is_department(self) -> bool:
        """A member of the administration: committee/models/department.py says of which department."""

    @property
    def holds_a_role(self) -> bool: ...

    @property
    def holds_a_letter(self) -> bool: ...

    @property
    def gives_roles(self) -> bool: ...

    def is_committee_for(self, district: "District") -> bool: ...

    def why_not_confirm(self, at: datetime) -> str:
        """Why this person does not confirm what another proposed, in a sentence; empty if they may."""

    def record(self, done: Done, *, on: models.Model | None = None, **facts: Any) -> None:
        """Append to the audit log, in the caller's transaction."""


class Reader(Person, Protocol):
    """Somebody with an account, as whoever writes to them needs to know them."""

    @property
    def email(self) -> str: ...

    @property
    def language(self) -> str:
        """Of their mails; empty: the city's."""

    @property
    def is_proved(self) -> bool:
        """Has its owner shown that they read mail at this address?"""


class LetterBooth(Protocol):
    """The booth that a letter's code has opened in this browser session, or may open (residents/letter_booth.py)."""

    @property
    def word(self) -> str:
        """Tells one booth from the next; empty where none is open."""

    def open(self, code: str, *, at: datetime) -> None:
        """Raises Refused for a code that opens none."""

    def end(self) -> None: ...

    def end_letter(self, *, at: datetime) -> None:
        """End the booth, and let its letter open none any more."""


class Request(HttpRequest):
    """A request as our middleware leaves it: it knows a Person, a letter's booth, and whether htmx asks."""

    user: Person  # type: ignore[assignment]  # Django's own says User or AnonymousUser
    letter_booth: LetterBooth
    htmx: "HtmxDetails"


Directory = Callable[[RoleName, "District | None"], "models.QuerySet[Any]"]
_directory: list[Directory] = []


def keep_directory(directory: Directory) -> None:
    """Called once, at start-up, by the room that keeps the accounts."""
    _directory[:] = [directory]


def holders_of(role: RoleName, district: "District | None" = None) -> "models.QuerySet[Any]":
    """The people who hold a role now, by name: for that district or for all; without a district, anywhere."""
    (directory,) = _directory
    return directory(role, district)
