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

    ROLE_GIVEN = "a role was given"
    INVITED = "somebody is invited to a role"
    ACCOUNT_CHANGED = "an account was changed"
    ACCOUNT_CLOSED = "an account was closed"
    VERIFIED_AT_DESK = "an account was verified at the desk"
    CLAIM_SETTLED = "two accounts claimed one line"
    LINES_JOINED = "two lines were joined"
    MAY_CONFIRM = "somebody may confirm from now on"
    FACTOR_LOST = "a lost second factor is replaced"
    DESK_LIST = "the list of the desk"
    PROPOSAL_SUBMITTED = "a proposal was submitted"
    PROPOSAL_CHANGED = "a proposal was changed"
    PROPOSAL_WITHDRAWN = "a proposal was withdrawn"
    COMMENTED = "a comment was written"
    REPLIED = "a reply was written"
    ANSWERED = "an official answer was written"
    CORRECTION_ASKED = "a correction was asked for"
    DECIDED_ON_YOURS = "a proposal of yours was decided on"
    DECIDED = "a proposal was decided on"
    BUILDING = "news of a building"
    DELAYED = "a building is delayed"
    BUILT = "a project is built"
    DRAFT_WAITS = "a draft waits for the close"
    VOTE_BEGINS = "a vote has begun"
    VOTE_ENDS_SOON = "a vote ends soon"
    BALLOT_CAST = "a ballot was cast in your name"
    RESULTS = "results are public"
    OUTCOME = "the outcome of a project is public"

    # The calendar of a vote
    VOTE_PAUSED = "a vote was paused"
    VOTE_RESUMED = "a vote was resumed"
    VOTE_EXTENDED = "a vote was made longer"
    VOTE_ENDED = "a vote was ended early"
    CALENDAR_MOVED = "dates of a calendar were moved"
    PAPER_SUPERSEDED = "a ballot paper was superseded"

    # For those who work for the budget
    PHASE_SOON = "a phase opens or closes soon"
    PHASE_NOW = "a phase has opened or closed"
    DESK_TODAY = "what waits at the desk today"
    WORK_FAILS = "work of the site fails"
    ACT_WAITS = "an act waits for a second person"
    ACT_SETTLED = "an act that was proposed is settled"
    REPORT_READY = "a report is ready"
    LOG_ENDS = "where the audit log ends"
    CEREMONY_BEGUN = "the holders of a key are called together"
    FRAUD_FOUND = "the auditor's program found a fraud"

    # What is due by the calendar before a vote
    CALL_ENDS_SOON = "a call for proposals ends soon"
    SHORTLIST = "a shortlist is public"

    # An answer, and thanks, to whoever did something
    CORRECTED = "a correction was answered"
    FIRST_PROPOSAL = "a first proposal was submitted"
    YOURS_IS_BUILT = "a project of yours is built"
    SUPPORTED_IS_BUILT = "a project you supported is built"
    REPORT_HELPED = "what you reported was hidden"

    # What must not stand
    HIDDEN = "something of yours was hidden"
    UNHIDDEN = "something of yours is shown again"
    REPORTED = "something was reported"

    # Before a committee's decision is public
    MERGER_ASKED = "consent to a merger is asked"
    WRITTEN_TO_AUTHOR = "a committee wrote to an author"
    OPINION_ASKED = "an opinion is asked of a department"
    OPINION_BACK = "an opinion came back from a department"

    # Another wording of a text
    CHANGE_PROPOSED = "another wording is proposed"
    CHANGE_ANSWERED = "another wording was answered"
    CHANGE_RULED = "another wording was settled"

    @property
    def slug(self) -> str:
        """As it stands in the address of the page where its words are edited."""
        return slugify(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is said of a kind. With these alone its mail goes to one address with the act itself (notices/posting.py).

    title
        What it is, where words are edited and ways are chosen: "A comment on a proposal".
    subject, text
        The words of its mail, with {placeholders}; paragraphs are parted by an empty line. The city may have its own.
    placeholders
        The name of each with an example, for the page where the words are edited.
    needs
        Placeholders without which the mail would be of no use.
    button
        The one thing to do, in words; without one there is nothing to do.
    leaves_no_row
        Who is told has voted, or has not: nothing that names them stays once the mail has gone. What happened, which
        stays, must name nobody.
    """

    group: Group
    title: Promise
    subject: Promise
    text: Promise
    placeholders: Mapping[str, Promise]
    needs: frozenset[str] = frozenset()
    button: Promise | None = None
    leaves_no_row: bool = False

    @property
    def is_a_right(self) -> bool:
        """It concerns a right of the reader, and cannot be switched off."""
        return self.group == Group.RIGHTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling(Words):
    """What a room tells of a kind to whoever may hear of it, in the way they have chosen.

    about
        The model of the thing it happens to.
    says
        The values of the placeholders for a happening, in the language that is active.
    leads_to
        The path of the page of its button.
    readers
        The keys of the people who may hear of it, as a queryset of them: `values("user")`.
    may_read
        Asked again when it goes: may this person see it, as it is now?
    default
        How they hear unless they chose.
    by_mail_only
        A page of its own has it already, as it is now: nothing of it stands under the bell.
    """

    about: type[models.Model]
    says: Callable[[Happened], Mapping[str, str]]
    leads_to: Callable[[Happened], str]
    readers: Callable[[Happened], "models.QuerySet[Any]"]
    may_read: Callable[[Happened, Any], bool]
    default: Way
    by_mail_only: bool = False

    @property
    def is_on_the_site(self) -> bool:
        """Does it stand under the bell, too?"""
        return not (self.by_mail_only or self.leaves_no_row)

    @property
    def ways(self) -> list[Way]:
        """What may be chosen."""
        if self.is_a_right:
            return [Way.AT_ONCE]
        return list(Way) if self.is_on_the_site else [Way.AT_ONCE, Way.NOTHING]

    def called(self, way: Way) -> str:
        """As it is offered to whoever chooses."""
        return str(way.label if self.is_on_the_site or way != Way.AT_ONCE else _("By mail"))


EVERYWHERE: dict[str, Any] = {
    "city": _("Halverne"),
    "site": "https://budget.city.example",
    "contact": "budget@city.example",
}
"""Examples of what every mail that goes with its act may name."""


@dataclass
class _Registered:
    words: dict[Kind, Words] = field(default_factory=dict)


_registered = _Registered()


def tells(kind: Kind, words: Words) -> None:
    """Called at start-up by the room in which it happens."""
    _registered.words[kind] = words


def words_of(kind: str) -> Words:
    return _registered.words[Kind(kind)]


def telling_of(kind: str) -> Telling:
    return all_told()[Kind(kind)]


def is_told(kind: str) -> bool:
    """Rows of a kind that a later version no longer tells are left alone."""
    return kind in {each.value for each in all_told()}


def all_worded() -> dict[Kind, Words]:
    """Every kind, in the order of the list."""
    return {kind: _registered.words[kind] for kind in Kind}


def all_told() -> dict[Kind, Telling]:
    """Those of which whoever may hear is told, in the order of the list."""
    return {kind: words for kind, words in all_worded().items() if isinstance(words, Telling)}


@checks.register
def every_kind_is_told(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
    missing = [kind for kind in Kind if kind not in _registered.words]
    return [checks.Error(f"No room tells anybody that “{kind.value}”.", id="notices.E001") for kind in missing]
