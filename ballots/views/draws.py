"""The draws of a cycle as a file: what an auditor holds against the paper and the result."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from ballots import draws
from budgeting.models import Cycle


@require_safe
def published(request: HttpRequest, cycle: str) -> HttpResponse:
    """Everything that was announced, since everybody may know it from that moment on."""
    found = get_object_or_404(Cycle, slug=cycle)
    headers = {"Content-Disposition": f'attachment; filename="{found.slug}-draws.json"'}
    return HttpResponse(draws.as_file(found), content_type="application/json", headers=headers)
