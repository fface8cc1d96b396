"""How the committee voted on a proposal, once that is public, and what the log had of it before."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.acts import Done
from audit.models import AuditEvent, reference
from budgeting.people import Request
from committee.models import Motion
from committee.sealing import opened
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
    done = (Done.MOTION_MADE, Done.MOTION_SETTLED)
    in_the_log = AuditEvent.objects.filter(action__in=done, object__in=map(reference, found))
    entries = {(entry.object, entry.action): entry for entry in in_the_log}
    answers = opened(proposal)
    told = []
    for motion in found:
        made, settled = (entries.get((reference(motion), each)) for each in done)
        told.append((motion, made, settled, answers.get(motion.pk) if motion.resolution.decision_id else None))
    hidden = {each.into_id for each in found if each.into and each.into.hidden(at)}
    context = {"proposal": proposal, "cycle": proposal.cycle, "told": told, "hidden": hidden}
    return render(request, "committee/voted.html", context)
