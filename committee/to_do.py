"""The lists of what waits for a member: the longest waiting stand on the desk, all of it on a page of the list."""

from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from budgeting.stages import Act
from committee import cards_waiting
from committee.at_the_desk import Desk
from committee.cards_waiting import Closes
from committee.deadlines import last_moment
from proposals.models import Proposal

ON_THE_DESK = 20  # of each list
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class ToDo:
    """A list: its `name` in an address, and its rows.

    `path` leads from a row to its proposal, in the words of a query; `closes`: by cycle until when it can be done.
    """

    name: str
    heading: str
    rows: "QuerySet[Any]"
    path: str = ""
    closes: Closes = field(default_factory=dict)

    def found(self, asked: str, number: str | None) -> Page:
        """A page of those whose proposal has these words."""
        rows = self.rows
        if asked:
            rows = rows.filter(**{f"{self.path or 'pk'}__in": Proposal.objects.matching(asked).values("pk")})
        return Paginator(rows, PER_PAGE).get_page(number)


def longest_waiting(rows: "QuerySet[Any]") -> Page:
    """The first of a list, for the desk; the page knows how many there are."""
    return Paginator(rows, ON_THE_DESK).get_page(1)


def cards(desk: Desk) -> list[ToDo]:
    """The cards to fill in, a list for each step that is on."""
    return [
        ToDo(step.value, _("Cards to fill in: %(step)s") % {"step": step.label}, proposals, closes=closes)
        for step, closes, proposals in cards_waiting.to_fill_in(desk)
    ]


def lists(desk: Desk) -> list[ToDo]:
    """All of this member, whether or not there is anything on them."""
    closes = {each.cycle_id: end for each in desk.contests if (end := last_moment(each.cycle, Act.DECIDE, desk.at))}
    return [
        *cards(desk),
        ToDo("corrections", _("Corrections to look at again"), desk.corrections, "decision__proposal"),
        ToDo("answers", _("Answers of authors to read"), desk.answers, "proposal"),
        ToDo("given-back", _("Given back to you"), desk.given_back, "proposal"),
        ToDo("votes", _("Put to the vote, and you have not voted"), desk.motions, "proposal"),
        ToDo("proposals", _("Proposals to decide on"), desk.to_decide, closes=closes),
    ]
