"""The lists of what waits for a member: the longest waiting stand on the desk, all of it on a page of the list."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from budgeting.people import Person
from budgeting.stages import Act
from committee import at_the_desk, cards_waiting
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


def cards(person: Person, at: datetime) -> list[ToDo]:
    """The cards to fill in, a list for each step that is on."""
    return [
        ToDo(step.value, _("Cards to fill in: %(step)s") % {"step": step.label}, proposals, closes=closes)
        for step, closes, proposals in cards_waiting.to_fill_in(person, at)
    ]


def lists(person: Person, at: datetime) -> list[ToDo]:
    """All of this member, whether or not there is anything on them."""
    corrections, motions = at_the_desk.corrections_for(person, at), at_the_desk.motions_for(person, at)
    contests, waiting = at_the_desk.to_decide(person, at)
    closes = {each.cycle_id: end for each in contests if (end := last_moment(each.cycle, Act.DECIDE, at))}
    return [
        *cards(person, at),
        ToDo("corrections", _("Corrections to look at again"), corrections, "decision__proposal"),
        ToDo("answers", _("Answers of authors to read"), at_the_desk.answers_for(person, at), "proposal"),
        ToDo("given-back", _("Given back to you"), at_the_desk.given_back_to(person, at), "proposal"),
        ToDo("votes", _("Put to the vote, and you have not voted"), motions, "proposal"),
        ToDo("proposals", _("Proposals to decide on"), waiting, closes=closes),
    ]
