"""{% load committee %}: what waits for a member of a committee, on the desk; cards and notes of a proposal."""

from typing import Any

from django import template
from django.db.models import Max

from committee import departments, opinions, ruling, settling_changes, showing, to_do
from committee.at_the_desk import Desk
from committee.costing import in_words
from committee.to_do import longest_waiting
from lib import clock
from proposals.models import Proposal

register = template.Library()


@register.inclusion_tag("committee/to_decide.html", takes_context=True)
def to_decide(context: dict[str, Any]) -> dict[str, object]:
    """{% to_decide %}: what this member has to look at, vote on and fill in, and what nobody has put to the vote.

    For a clerk, where the committee is set up.
    """
    desk = Desk(context["request"].user, clock.now())
    return {
        "cycles": desk.cycles,
        "is_member": bool(desk.contests),
        "corrections": longest_waiting(desk.corrections),
        "answers": longest_waiting(desk.answers),
        "given_back": longest_waiting(desk.given_back),
        "motions": longest_waiting(desk.motions),
        "cards": [(each, longest_waiting(each.rows)) for each in to_do.cards(desk)],
        "waiting": longest_waiting(desk.to_decide),
        "changes": settling_changes.waiting_for(desk.person, desk.at),
        "mergers": ruling.waiting_for(desk.person, desk.at),
        "challenges": desk.challenges,
        "to_set_up": desk.to_set_up,
        "too_early": desk.too_early.values(),
    }


@register.inclusion_tag("committee/cards.html", takes_context=True)
def cards_beside(context: dict[str, Any], proposal: Proposal) -> dict[str, object]:
    """{% cards_beside proposal %}: its cards, as far as this member sees them."""
    steps = showing.steps_told(proposal, by=context["request"].user, at=clock.now())
    return {"proposal": proposal, "steps": steps, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("committee/costs_beside.html")
def costs_beside(proposal: Proposal) -> dict[str, object]:
    """{% costs_beside proposal %}: what it costs as its author wrote and as members assessed it, the latest first."""
    return {
        "proposal": proposal,
        "cycle": proposal.cycle,
        "assessed": proposal.cost_assessments.select_related("by").reverse(),
    }


@register.filter
def cost_in_words(figures: Any, currency: str) -> str:
    """{{ motion|cost_in_words:cycle.currency }}: price, upkeep and months of an estimate."""
    return in_words(figures.cost, figures.upkeep, figures.months, currency)


@register.inclusion_tag("committee/messages_beside.html", takes_context=True)
def messages_beside(context: dict[str, Any], proposal: Proposal) -> dict[str, object]:
    """{% messages_beside proposal %}: what the committee and its author wrote to each other."""
    thread = proposal.author_messages.select_related("by", "read_by")
    return {"proposal": proposal, "thread": thread, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("committee/messages_to_me.html", takes_context=True)
def messages_to_me(context: dict[str, Any]) -> dict[str, object]:
    """{% messages_to_me %}: the proposals of whoever looks about which a committee wrote to them."""
    mine = Proposal.objects.filter(author=context["request"].user.pk)
    return {
        "threads": mine.annotate(written_at=Max("author_messages__at")).exclude(written_at=None).order_by("-written_at")
    }


@register.inclusion_tag("committee/notes_beside.html")
def notes_beside(proposal: Proposal) -> dict[str, object]:
    """{% notes_beside proposal %}: what members wrote to each other on it."""
    return {"proposal": proposal, "notes": proposal.notes.select_related("by")}


@register.inclusion_tag("committee/opinions_beside.html")
def opinions_beside(proposal: Proposal) -> dict[str, object]:
    """{% opinions_beside proposal %}: what departments were asked about it, and what they found; for members."""
    told, may_ask = opinions.told_to_members(proposal), departments.offered().exists()
    return {"proposal": proposal, "cycle": proposal.cycle, "opinions": told, "may_ask": may_ask, "at": clock.now()}


@register.inclusion_tag("committee/asked_of_departments.html", takes_context=True)
def asked_of_departments(context: dict[str, Any]) -> dict[str, object]:
    """{% asked_of_departments %}: on the desk, how much waits for this person's departments."""
    user, at = context["request"].user, clock.now()
    return {"is_department": user.is_department, "waiting": opinions.in_hand_of(user, at).count()}
