"""{% load proposals %}: what this room shows on the pages of others, and what its own pages are made of."""

from typing import Any

from django import template
from django.db.models import Case, When
from django.utils.safestring import SafeString

from budgeting.guards import oversees
from budgeting.models import Contest, Cycle
from lib import clock
from lib.markdown import to_html
from proposals import at_the_desk
from proposals.models import Proposal, Status
from proposals.models.status import GONE, WON

register = template.Library()

TAG_CLASSES = {
    Status.SHORTLISTED: "good",
    Status.FUNDED: "good",
    Status.DELIVERED: "good",
    Status.REJECTED: "bad",
    Status.NOT_FUNDED: "bad",
    Status.WITHDRAWN: "bad",
}

WINNERS_FIRST = Case(When(status__in=WON, then=0), default=1)


def _rows() -> Any:
    """Proposals everybody finds, with all that a row of a list shows."""
    at = clock.now()
    return Proposal.objects.in_view(at).as_rows(at)


@register.filter
def markdown(text: str) -> SafeString:
    """{{ proposal.description|markdown }}"""
    return to_html(text)


@register.inclusion_tag("proposals/status.html")
def status_tag(proposal: Proposal) -> dict[str, object]:
    """{% status_tag proposal %}: where it stands, in a word."""
    kind = "" if proposal.own_word else TAG_CLASSES.get(Status(proposal.status), "")
    return {"name": proposal.status_name, "kind": kind}


@register.inclusion_tag("proposals/rows.html")
def proposals_of(contest: Contest, most: int = 6) -> dict[str, object]:
    """{% proposals_of contest %}: its most supported (after the vote, the funded), and the way to all."""
    proposals = _rows().filter(contest=contest)
    standing = proposals.exclude(status__in=GONE).order_by(WINNERS_FIRST, "-endorsement_count", "-submitted_at")
    count = Proposal.objects.in_view(clock.now()).of_cycle(contest.cycle).in_place(contest.slug).count()
    return {"proposals": standing[:most], "count": count, "cycle": contest.cycle, "contest": contest}


@register.inclusion_tag("proposals/rows.html")
def latest_proposals(cycle: Cycle, most: int = 6) -> dict[str, object]:
    """{% latest_proposals cycle %}: the newest of a cycle (after the vote, the funded), and the way to all."""
    proposals = _rows().of_cycle(cycle).exclude(status__in=GONE).order_by(WINNERS_FIRST, "-submitted_at")
    return {
        "proposals": proposals[:most],
        "count": Proposal.objects.in_view(clock.now()).of_cycle(cycle).count(),
        "cycle": cycle,
    }


@register.inclusion_tag("proposals/mine.html", takes_context=True)
def my_proposals(context: dict[str, Any]) -> dict[str, object]:
    """{% my_proposals %}: the drafts and proposals of the person signed in."""
    mine = (
        Proposal.objects.filter(author=context["request"].user.pk)
        .with_status(clock.now())
        .with_counts()
        .with_support_apart()
    )
    mine = mine.select_related("contest__district", "contest__cycle").order_by("-created_at")
    return {"drafts": mine.drafts(), "proposals": mine.submitted()}


@register.inclusion_tag("proposals/waiting.html", takes_context=True)
def what_must_not_stand(context: dict[str, Any]) -> dict[str, object]:
    """{% what_must_not_stand %}: reports, answers and hidings that wait for whoever is signed in, the oldest first."""
    person = context["request"].user
    return {"waiting": at_the_desk.reported_and_hidden(person, clock.now()), "oversees": oversees(person)}
