"""The board: anyone may look a receipt up, or take the whole list and check it at home."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from ballots import board, chain
from ballots.models import BoardBatch
from ballots.views.booth import contest_or_404
from budgeting.models import Cycle


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters()
def show(request: HttpRequest, cycle: str) -> HttpResponse:
    """The batches, and a form to look a receipt up. It posts, so that no receipt is written to a server's log."""
    found = get_object_or_404(Cycle, slug=cycle)
    typed = request.POST.get("receipt", "")[:200].strip()
    contests = found.contests.filter(paper__isnull=False).select_related("district").prefetch_related("batches")
    context = {"cycle": found, "contests": contests, "typed": typed}
    if typed:
        context |= {"answer": board.look_up(found, typed), "is_whole": len(board.understood(typed)) == 32}
    return render(request, "ballots/board.html", context)


@require_safe
def in_force(request: HttpRequest, cycle: str, contest: str) -> HttpResponse:
    """The fingerprints in the box by the last batch, one a line."""
    found = contest_or_404(cycle, contest)
    text = chain.list_of(chain.in_force(found.batches.all()))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
def batch(request: HttpRequest, cycle: str, contest: str, number: int) -> HttpResponse:
    """The text of one batch; its SHA-256 is the batch's root."""
    batches = BoardBatch.objects.select_related("contest__cycle", "contest__district")
    found = get_object_or_404(batches, contest=contest_or_404(cycle, contest), number=number)
    return HttpResponse(chain.text_of(found), content_type="text/plain; charset=utf-8")
