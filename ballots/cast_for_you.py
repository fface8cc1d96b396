"""Whoever has an account hears that a ballot was cast in their name: never what is on it, and nothing of it is kept.

Once for a ballot, and again whenever it is replaced by another hand or through another channel than the last.
"""

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ballots import roll
from budgeting.models import Contest
from budgeting.stages import Stage
from notices.kinds import EVERYWHERE, Group, Happened, Kind, Telling, Way, tells
from notices.posting import everywhere
from notices.spreading import tell_alone


def tell(resident: int, contest: Contest, *, at: datetime) -> None:
    """In the transaction that puts the ballot of this resident into the box."""
    window = contest.cycle.window(Stage.VOTING)
    for reader in roll.accounts_of(resident):
        tell_alone(Kind.BALLOT_CAST, contest, since=window.opens if window else at, reader=reader, at=at)


def _nobody_else(happening: Happened) -> QuerySet[Any]:
    return get_user_model().objects.none().values("pk")


def _contest(happening: Happened) -> dict[str, str]:
    contest = happening.subject
    return {"contest": contest.title, "cycle": str(contest.cycle), "contact": everywhere()["contact"]}


def register() -> None:
    telling = Telling(
        group=Group.RIGHTS,
        about=Contest,
        title=_("A ballot was cast in your name"),
        subject=_("A ballot was cast in your name: {contest}"),
        text=_(
            "A ballot was cast in your name in {contest} ({cycle}). It is sealed: nobody can see what is on it, and "
            "this mail would be the same whatever it is.\n\nIf it was you, there is nothing to do.\n\nIf it was not "
            "you: as long as the vote lasts you can vote yourself, and your ballot takes the place of that one. And "
            "tell {contact}, at once.\n\nNothing of this mail is kept."
        ),
        placeholders={"contest": _("Riverside"), "cycle": _("Budget 2027"), "contact": EVERYWHERE["contact"]},
        needs=frozenset({"contest", "contact"}),
        says=_contest,
        leads_to=lambda happening: happening.subject.get_absolute_url(),
        readers=_nobody_else,
        may_read=lambda happening, reader: True,
        default=Way.AT_ONCE,
        leaves_no_row=True,
    )
    tells(Kind.BALLOT_CAST, telling)
