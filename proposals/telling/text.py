"""What is told of the text of a proposal: that it is new, changed, or taken back."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from notices.kinds import Group, Happened, Kind, Way
from proposals.models import SavedSearch
from proposals.telling.ordinary import (
    author,
    followers,
    in_one_paragraph,
    names,
    proposal_of,
    sees_it,
    telling,
    who_asked,
)


def _followers_and_who_looks_for_it(happening: Happened) -> QuerySet[Any]:
    """Each once, however many of their searches find it."""
    searches = SavedSearch.objects.finding(proposal_of(happening)).followed(happening.at)
    return followers(happening).union(searches.values("user"))


def _followers_who_did_not_ask(happening: Happened) -> QuerySet[Any]:
    """Whoever asked for the correction hears of it at once (decisions.py)."""
    found = followers(happening)
    return found.exclude(user__in=who_asked(happening)) if happening.facts.get("answers") else found


def _still_stands(happening: Happened, reader: Any) -> bool:
    return sees_it(happening, reader) and not hasattr(proposal_of(happening), "withdrawal")


def _receipt(happening: Happened) -> dict[str, str]:
    return names(happening) | {"number": str(proposal_of(happening).number)}


def _withdrawal(happening: Happened) -> dict[str, str]:
    return names(happening) | {"reason": in_one_paragraph(proposal_of(happening).withdrawal.reason)}


TOLD = {
    Kind.PROPOSAL_SUBMITTED: telling(
        names,
        "",
        readers=_followers_and_who_looks_for_it,
        title=_("A new proposal"),
        subject=_("New in {district}: {proposal}"),
        text=_("A proposal was submitted in {district} for {cycle}:\n\n{proposal}"),
    ),
    Kind.FIRST_PROPOSAL: telling(
        _receipt,
        "number",
        group=Group.YOURS,
        readers=author,
        may_read=_still_stands,
        title=_("Thanks for your first proposal of a round"),
        subject=_("Thank you for {proposal}"),
        text=_(
            "Your proposal for {district} is public, with the number {number}. Thank you for taking the time: "
            "{cycle} is made of what people here propose.\n\nAs long as proposals are taken you can change it. Then a "
            "committee looks at it, and tells you and everybody what it decides and why."
        ),
        button=_("Look at it"),
        default=Way.AT_ONCE,
    ),
    Kind.PROPOSAL_CHANGED: telling(
        names,
        "",
        readers=_followers_who_did_not_ask,
        title=_("A proposal was changed"),
        subject=_("Changed: {proposal}"),
        text=_("“{proposal}” was changed. Its history shows what it said before, word by word."),
    ),
    Kind.PROPOSAL_WITHDRAWN: telling(
        _withdrawal,
        "reason",
        title=_("A proposal was withdrawn"),
        subject=_("Withdrawn: {proposal}"),
        text=_("“{proposal}” was taken back by its author, who says:\n\n{reason}"),
    ),
}
