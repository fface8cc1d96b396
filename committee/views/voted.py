"""How the committee voted on a proposal, once that is public, and what the log had of it before."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.acts import Done
from audit.models import AuditEvent, reference
from budgeting.people import Request
from committee.models import Motion
from lib import clock
from proposals.views.browse import find


@require_safe
def page(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """What was put to the vote, who voted how, and the digests by which anybody can check it in the log."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    motions = Motion.objects.public().filter(proposal=proposal)
    motions = motions.select_related("ground", "into__hiding", "into__contest__cycle", "resolution")
    found = list(motions.prefetch_related("votes__member", "resolution__consents__author", "resolution__ruling__by"))
    if not found:
        raise Http404
    in_the_log = AuditEvent.objects.filter(action=Done.MOTION_MADE, object__in=map(reference, found))
    entries = {entry.object: entry for entry in in_the_log}
    told = [(motion, entries[reference(motion)]) for motion in found]
    hidden = {each.into_id for each in found if each.into and each.into.hidden(at)}
    context = {"proposal": proposal, "cycle": proposal.cycle, "told": told, "hidden": hidden}
    return render(request, "committee/voted.html", context)
