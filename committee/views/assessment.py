"""The evaluation card as a PDF."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from budgeting.people import Request
from committee.assessment import for_everybody, for_members, name_of
from committee.views.loading import find_before_the_committee
from lib import clock
from proposals.views.browse import find

LANGUAGE = "en"  # where a request has none


@require_safe
def public(request: Request, cycle: str, district: str, number: int) -> FileResponse:
    """What is public of it; not there before the decision is."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    file = for_everybody(proposal, language=get_language() or LANGUAGE, at=at)
    if file is None:
        raise Http404
    return FileResponse(file, content_type="application/pdf", filename=name_of(proposal))


@require_safe
@login_required
def of_members(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """As this member sees it."""
    at = clock.now()
    proposal = find_before_the_committee(request, at, cycle, district, number)
    content = for_members(proposal, by=request.user, language=get_language() or LANGUAGE, at=at)
    headers = {"Content-Disposition": f'inline; filename="{name_of(proposal)}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
