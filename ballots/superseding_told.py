"""Whoever follows a round, a district or a corrected project hears that its ballot paper was superseded, and why."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ballots.models import Correction, SupersededPaper
from notices.kinds import Group, Happened, Kind, Telling, Way, tells
from notices.models import Follow


def _readers(happening: Happened) -> QuerySet[Any]:
    paper: SupersededPaper = happening.subject
    corrected = Correction.objects.filter(pk__in=paper.corrections).select_related("proposal")
    things = [paper.contest.cycle, paper.contest.district, *(each.proposal for each in corrected)]
    return Follow.objects.of_any(*things).already(happening.at).values("user")


def _paper(happening: Happened) -> dict[str, str]:
    paper: SupersededPaper = happening.subject
    instead = _("Another took its place.") if paper.successor else _("Nothing was left on it: there is no vote on it.")
    said = {"contest": paper.contest.title, "cycle": str(paper.contest.cycle), "reason": paper.reason}
    return said | {"instead": str(instead)}


def _address(happening: Happened) -> str:
    """Of the old paper as it was, which leads to the one that holds now."""
    paper: SupersededPaper = happening.subject
    return reverse("superseded_paper", args=[paper.contest.cycle.slug, paper.contest.slug, paper.number])


def register() -> None:
    telling = Telling(
        group=Group.VOTE,
        about=SupersededPaper,
        title=_("A ballot paper was superseded before the vote"),
        subject=_("{cycle}: the ballot paper of {contest} was superseded"),
        text=_(
            "A mistake was found on the ballot paper of {contest} in {cycle}, and two people have superseded it before "
            "voting opened. {instead}\n\nThe public reason:\n\n{reason}"
        ),
        placeholders={
            "contest": _("Riverside"),
            "cycle": _("Budget 2027"),
            "instead": _("Another took its place."),
            "reason": _("The cost of a project was that of another."),
        },
        needs=frozenset({"reason"}),
        says=_paper,
        button=_("See what was corrected"),
        leads_to=_address,
        readers=_readers,
        may_read=lambda happening, reader: True,  # the old paper and its reason are public for ever
        default=Way.AT_ONCE,
    )
    tells(Kind.PAPER_SUPERSEDED, telling)
