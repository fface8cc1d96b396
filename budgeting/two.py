"""Two people for what moves votes: what one proposes, another confirms before it is done.

A verb of weight takes `by: Two`, so that nobody can call it with one person. The room whose act it is says, when the
site starts, how it is planned and carried out (`does`); the pages on which it is confirmed stand in `front`
(docs/decisions/0016).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from django.core import checks
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from audit.models import reference
from budgeting.models import Cycle, JointAct, OneIsEnough
from budgeting.news import News, happened
from budgeting.people import Person
from lib.canonical import canonical
from lib.refusal import Refused, allow, require

Row = TypeVar("Row", bound=models.Model)


class Joint(StrEnum):
    """What takes two people. The value stands in the database for ever."""

    IMPORT_REGISTER = "import a register"
    JOIN_LINES = "join two lines of a register"
    SETTLE_CLAIM = "settle a claim"
    FREEZE = "freeze a ballot paper"
    SUPERSEDE = "supersede a ballot paper"
    ANNOUNCE_DRAW = "announce a draw"
    ENTER_SEED = "enter what was drawn"
    END_VOTE = "end the vote"
    EXTEND_VOTE = "extend the vote"
    RESUME_VOTE = "resume the vote"
    CLOSE_WITHOUT_VOTE = "close a contest without a vote"
    CLOSE_WITHOUT_RESULT = "close a contest without a result"
    GIVE_UP_KEY = "give up a rehearsed key"
    WITHHOLD = "withhold from view"
    SHOW_AGAIN = "show what was withheld"
    TAKE_FACTOR = "take away a lost second factor"


@dataclass(frozen=True, slots=True)
class Two:
    """Who proposed an act and who confirmed it. `second` None: where the city has announced that one is enough."""

    first: Person
    second: Person | None
    alone: OneIsEnough | None = None

    def __post_init__(self) -> None:
        two = self.second is not None and self.second.pk != self.first.pk
        require(two or self.alone is not None, _("Another person confirms it."))

    @property
    def people(self) -> list[Person]:
        return [person for person in (self.first, self.second) if person]

    @property
    def keys(self) -> tuple[Any, Any]:
        """The keys of the two accounts, for the columns of a row; the second None where one is enough."""
        return self.first.pk, self.second.pk if self.second else None

    @property
    def signed(self) -> dict[str, Any]:
        """The columns of a `ByTwo` row that name them."""
        first, second = self.keys
        return {"by_id": first, "confirmed_by_id": second}

    def record(self, done: Done, *, on: models.Model | None = None, **facts: Any) -> None:
        """Append to the audit log, in the caller's transaction, naming both."""
        second = {"confirmed_by": self.second.pk} if self.second else {"one_is_enough": True}
        self.first.record(done, on=on, **facts, **second)


@dataclass(frozen=True, slots=True)
class Doing:
    """How an act of two is planned, shown and carried out.

    plan
        What the act would do now, as plain data, without doing it. Raises Refused with a sentence if it cannot be
        done. Asked when it is proposed, and again when it is confirmed: if the answers differ, it is proposed anew.
    carry_out
        Does it, in one transaction with the confirmation.
    name
        What it is called on the page, beginning small: "freeze the ballot paper of Riverside".
    template, context
        Show what it will do, the same to both people; without a context of its own the template has `plan`.
    url
        Where to go when it is settled.
    """

    plan: Callable[[JointAct, datetime], dict[str, Any]]
    carry_out: Callable[..., None]  # (act, *, by: Two, at: datetime)
    name: Callable[[JointAct], str]
    template: str
    url: Callable[[JointAct], str]
    context: Callable[[JointAct], dict[str, Any]] = lambda act: {"plan": act.plan}


_doings: dict[Joint, Doing] = {}


def does(kind: Joint, doing: Doing) -> None:
    """Called at start-up by the room whose act it is."""
    _doings[kind] = doing


def doing(act: JointAct) -> Doing:
    return _doings[Joint(act.kind)]


def subject(act: JointAct, model: type[Row]) -> Row:
    """The row an act is about, which is of that model."""
    label, _, key = act.on.partition(":")
    if label != model._meta.label_lower:
        raise ValueError(f"{act} is not about a {model._meta.label_lower}")
    return model._default_manager.get(pk=key)


@checks.register
def every_act_is_somebody_s(app_configs: Any, **options: Any) -> list[checks.CheckMessage]:
    missing = [kind for kind in Joint if kind not in _doings]
    return [checks.Error(f"No room carries out “{kind.value}”.", id="budgeting.E002") for kind in missing]


def sketch(kind: Joint, *, on: models.Model, cycle: Cycle | None, **facts: Any) -> JointAct:
    """The act as it would be proposed, for a page that shows what it will do; nothing is saved."""
    return JointAct(kind=kind.value, on=reference(on), cycle=cycle, facts=facts)


@transaction.atomic
def propose(act: JointAct, *, by: Person, at: datetime) -> JointAct:
    """Put a sketched act before a second person; done at once where the city has announced that one is enough.

    Raises Refused if it could not be done now, or waits already.
    """
    act.proposed_by_id, act.proposed_at = by.pk, at
    act.plan = _planned(act, at)
    try:
        with transaction.atomic():
            act.save(force_insert=True)
    except IntegrityError:
        require(False, _("This waits for a second person already."))
    by.record(Done.ACT_PROPOSED, on=act, act=act.kind, about=act.on)
    if alone := OneIsEnough.in_effect(at):
        act.alone_by = alone
        _carry_out(act, by=Two(by, None, alone), at=at)
    else:
        happened(News.ACT_PROPOSED, act, by=by, at=at)
    return act


@transaction.atomic
def confirm(act: JointAct, *, by: Person, at: datetime) -> None:
    """Let what another proposed be done. Raises Refused if this person may not, or if it can no longer be done so."""
    act = _held(act)
    allow(why_not_confirm(act, by, at))
    require(
        canonical(_planned(act, at)) == canonical(act.plan),
        _("What it would do has changed since it was proposed. Withdraw it, and propose it anew."),
    )
    _carry_out(act, by=Two(act.proposed_by, by), at=at)


@transaction.atomic
def withdraw(act: JointAct, *, by: Person, at: datetime) -> None:
    """Take it back, or turn it down. Raises Refused if it is settled."""
    act = _held(act)
    act.settled_by_id, act.settled_at, act.confirmed = by.pk, at, False
    act.save()
    by.record(Done.ACT_TURNED_DOWN, on=act, act=act.kind, about=act.on)
    happened(News.ACT_SETTLED, act, by=by, at=at)


def why_not_confirm(act: JointAct, person: Person, at: datetime) -> str:
    """Why this person does not confirm that; empty if they may."""
    if person.pk == act.proposed_by_id:
        return _("You proposed it. Another person confirms it.")
    return person.why_not_confirm(at)


def shown(act: JointAct) -> dict[str, Any]:
    """For the page of an act: its `name`, its `template`, and what that shows.

    What can no longer be done is `refused` in a sentence, and still waits until somebody takes it back.
    """
    found = {"name": name_of(act), "template": doing(act).template}
    try:
        return {**found, **doing(act).context(act)}
    except Refused as refused:
        return {**found, "refused": refused.sentence}
    except ObjectDoesNotExist:
        return {**found, "refused": _gone()}


def name_of(act: JointAct) -> str:
    """What it is called on pages, beginning small; what it was about may be gone."""
    try:
        return doing(act).name(act)
    except ObjectDoesNotExist:
        return _("what was proposed")


def _planned(act: JointAct, at: datetime) -> dict[str, Any]:
    try:
        return doing(act).plan(act, at)
    except ObjectDoesNotExist:
        raise Refused(_gone()) from None


def _gone() -> str:
    return _("What this was about is not there any more.")


def _held(act: JointAct) -> JointAct:
    """The act, for nobody else to settle at the same time."""
    held = JointAct.objects.select_for_update(of=("self",)).select_related("proposed_by", "cycle").get(pk=act.pk)
    require(held.waits, _("This has been settled already."))
    return held


def _carry_out(act: JointAct, *, by: Two, at: datetime) -> None:
    act.settled_by_id, act.settled_at, act.confirmed = by.people[-1].pk, at, True
    act.save()
    doing(act).carry_out(act, by=by, at=at)
    happened(News.ACT_SETTLED, act, by=by.people[-1], at=at)
