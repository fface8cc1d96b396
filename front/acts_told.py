"""Whoever may confirm hears that an act waits for them; whoever proposed it, what became of it."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgeting import two
from budgeting.guards import oversees
from budgeting.models import JointAct
from budgeting.news import News, hears
from budgeting.people import Person, RoleName, holders_of
from lib import clock
from notices.kinds import Group, Happened, Kind, Telling, Way, tells
from notices.models import Happening

CONFIRM = (RoleName.CLERK, RoleName.COUNCIL, RoleName.AUDITOR)


def waits(act: JointAct, *, by: Person, at: datetime) -> None:
    Happening.note(Kind.ACT_WAITS, act, at=at, by=by)


def settled(act: JointAct, *, by: Person, at: datetime) -> None:
    """Nothing waits any more. Whoever takes back what they proposed, or did it alone, knows what became of it."""
    Happening.is_over(Kind.ACT_WAITS, act, at=at)
    if by.pk != act.proposed_by_id:
        Happening.note(Kind.ACT_SETTLED, act, at=at, by=by)


def _who_might_confirm(happening: Happened) -> QuerySet[Any]:
    clerks, *others = [holders_of(role).order_by().values("pk") for role in CONFIRM]
    return clerks.union(*others)


def _may_confirm(happening: Happened, reader: Any) -> bool:
    """Asked again as it goes: it may be settled by then, or the role be over or too new."""
    act: JointAct = happening.subject
    return act.waits and not two.why_not_confirm(act, reader, clock.now())


def _proposer(happening: Happened) -> QuerySet[Any]:
    return JointAct.objects.filter(pk=happening.subject.pk).values("proposed_by")


def _still_works_here(happening: Happened, reader: Any) -> bool:
    return oversees(reader) or bool(reader.gives_roles)  # who sets the site up proposes, and oversees nothing


def _act(happening: Happened) -> dict[str, str]:
    act: JointAct = happening.subject
    return {"act": two.name_of(act), "proposer": act.proposed_by.named}


def _outcome(happening: Happened) -> dict[str, str]:
    act: JointAct = happening.subject
    outcome = _("Confirmed, and done") if act.confirmed else _("Turned down, and not done")
    return {"act": two.name_of(act), "outcome": outcome, "person": act.settled_by.named if act.settled_by else ""}


_AN_ACT: dict[str, Any] = {
    "group": Group.WORK,
    "about": JointAct,
    "leads_to": lambda happening: happening.subject.get_absolute_url(),
    "default": Way.AT_ONCE,
}
_EXAMPLES: dict[str, Any] = {
    "act": gettext_lazy("freeze the ballot paper of Riverside"),
    "proposer": "Clara <clara@city.example>",
    "person": "Otto <otto@city.example>",
    "outcome": gettext_lazy("Confirmed, and done"),
}


def _examples(*names: str) -> dict[str, Any]:
    return {name: _EXAMPLES[name] for name in names}


def register() -> None:
    hears(News.ACT_PROPOSED, waits)
    hears(News.ACT_SETTLED, settled)
    tells(
        Kind.ACT_WAITS,
        Telling(
            **_AN_ACT,
            title=gettext_lazy("An act of two waits for a second person"),
            subject=gettext_lazy("For a second person: {act}"),
            text=gettext_lazy(
                "{proposer} proposes this:\n\n{act}\n\nIt is done once another person confirms it. You may: look at "
                "what it would do, and confirm it or turn it down."
            ),
            placeholders=_examples("act", "proposer"),
            needs=frozenset({"act"}),
            says=_act,
            button=gettext_lazy("See what it would do"),
            readers=_who_might_confirm,
            may_read=_may_confirm,
        ),
    )
    tells(
        Kind.ACT_SETTLED,
        Telling(
            **_AN_ACT,
            title=gettext_lazy("What became of an act of two that you proposed"),
            subject=gettext_lazy("{outcome}: {act}"),
            text=gettext_lazy("You proposed this:\n\n{act}\n\n{outcome}, by {person}."),
            placeholders=_examples("act", "outcome", "person"),
            needs=frozenset({"act", "outcome"}),
            says=_outcome,
            button=gettext_lazy("See the act"),
            readers=_proposer,
            may_read=_still_works_here,
        ),
    )
