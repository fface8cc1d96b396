"""{% load committee %}: what waits for a member of a committee, on the desk."""

from typing import Any

from django import template

from committee import at_the_desk
from lib import clock

register = template.Library()


@register.inclusion_tag("committee/to_decide.html", takes_context=True)
def to_decide(context: dict[str, Any]) -> dict[str, object]:
    """{% to_decide %}: what this member has to vote on, and what nobody has put to the vote.

    For a clerk, where the committee is set up.
    """
    user, at = context["request"].user, clock.now()
    contests, waiting = at_the_desk.to_decide(user, at)
    return {
        "cycles": at_the_desk.cycles_of(user, at),
        "is_member": bool(contests),
        "contests": contests,
        "motions": at_the_desk.motions_for(user, at),
        "waiting": waiting,
        "challenges": at_the_desk.challenges_for(user, at),
        "to_set_up": at_the_desk.cycles_to_set_up(user, at),
    }
