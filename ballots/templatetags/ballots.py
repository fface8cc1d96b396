"""{% load ballots %}: what this room shows on the pages of others."""

from typing import Any

from django import template

from ballots import at_the_desk
from ballots.casting import entrances
from ballots.gathering import asked_of
from ballots.models import Envelope, SupersededPaper
from budgeting import registry
from budgeting.calendar import Window
from budgeting.models import Contest, Cycle
from budgeting.stages import Act, Stage
from lib import clock

register = template.Library()


@register.filter
def is_voting(cycle: Cycle) -> bool:
    """{% if cycle|is_voting %}: may ballots be cast now?"""
    return cycle.allows(Act.VOTE, clock.now())


@register.filter
def voting_window(cycle: Cycle) -> Window | None:
    """{{ cycle|voting_window }}: when voting opens and closes, if that is known."""
    return cycle.window(Stage.VOTING)


@register.inclusion_tag("ballots/vote_button.html", takes_context=True)
def vote_button(context: dict[str, Any], contest: Contest) -> dict[str, object]:
    """{% vote_button contest %}: may this person vote, have they, until when; and for a visitor: where by letter."""
    person = context["request"].user
    (entrance,) = entrances(person, [contest], clock.now())
    is_visitor = not (person.is_authenticated or person.holds_a_letter)
    letters_vote = is_visitor and contest.cycle.votes_by_letter
    return {"entrance": entrance, "letter_page": letters_vote and registry.address_of(registry.Page.LETTER)}


@register.inclusion_tag("ballots/old_papers.html")
def old_papers(contest: Contest) -> dict[str, object]:
    """{% old_papers contest %}: that its paper was superseded, when, why and by which two, if it was."""
    papers = SupersededPaper.objects.filter(contest=contest).select_related("by", "confirmed_by")
    return {"contest": contest, "papers": papers.defer("manifest")}


@register.inclusion_tag("ballots/turnout.html")
def turnout(contest: Contest) -> dict[str, object]:
    """{% turnout contest %}: how many envelopes are in the box; never what is in them."""
    return {"envelopes": Envelope.objects.counted().filter(contest=contest).count()}


@register.inclusion_tag("ballots/desk.html", takes_context=True)
def box_desk(context: dict[str, Any]) -> dict[str, object]:
    """{% box_desk %}: what waits at the ballot boxes, for who may look at them, and for the holders of their keys."""
    person = context["request"].user
    return {"lists": at_the_desk.boxes(person, clock.now()), "parts": asked_of(person)}
