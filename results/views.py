"""What anyone may read once the results are open: the pages, the files, and the report for the council."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from ballots.agreement import Disagrees, require_agreement
from budgeting.models import Contest, Counted, Cycle
from budgeting.people import Request
from budgeting.stages import Act
from lib import clock
from lib.private_files import open_if_there
from results import downloads
from results.council_report import name_of
from results.missing import closed_of, missing_of
from results.models import Report
from results.result import Result, results_of
from results.seeing import may_see
from results.tasks import ask_for_report
from results.turnout import turnouts_of

View = Callable[..., HttpResponseBase]


def of_what_agrees(view: View) -> View:
    """Where what is stored does not agree with the record of the opening and the counts, the answer says so, with 409,
    and has no number.
    """

    @wraps(view)
    def drawn(request: Request, cycle: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, cycle, *args, **kwargs)
        except Disagrees as disagrees:
            context = {"cycle": _cycle(cycle), "differences": disagrees.messages}
            return render(request, "results/disagrees.html", context, status=409)

    return drawn


def _shown(request: Request, cycle: Cycle, at: datetime, contest: Contest | None = None) -> list[Result]:
    """The results of a cycle or of one contest, as far as this person may see them."""
    return results_of(cycle, contest) if may_see(request.user, cycle, at) else []


def _whether_public(cycle: Cycle, at: datetime) -> dict[str, Any]:
    """What a page with results says to staff who see it before everybody else."""
    return {"is_public": Counted.any_public(cycle, at), "opens": cycle.results_open}


def _cycle(slug: str) -> Cycle:
    return get_object_or_404(Cycle.objects.prefetch_related("phases"), slug=slug)


def _contest(cycle: Cycle, slug: str) -> Contest:
    return get_object_or_404(Contest.objects.select_related("cycle", "district"), cycle=cycle, slug=slug)


@require_GET
@of_what_agrees
def cycle_results(request: Request, cycle: str) -> HttpResponseBase:
    found, at = _cycle(cycle), clock.now()
    results = _shown(request, found, at)
    if not results:
        return _not_yet(request, found, at)
    turnouts = list(zip(results, turnouts_of(results), strict=True))
    context = {
        "cycle": found,
        "turnouts": turnouts,
        "missing": missing_of(found),
        "closed": closed_of(found),
        **totals_of(results),
        **_whether_public(found, at),
    }
    return render(request, "results/cycle_results.html", context)


def totals_of(results: list[Result]) -> dict[str, Any]:
    """What the counted contests of a cycle come to together."""
    return {
        "budget": sum(result.budget for result in results),
        "spent": sum(result.spent for result in results),
        "funded": sum(len(result.funded) for result in results),
        "parts": [(result.contest.title, result.spent) for result in results],
    }


def _not_yet(request: Request, cycle: Cycle, at: datetime, contest: Contest | None = None) -> HttpResponse:
    context = {
        "cycle": cycle,
        "contest": contest,
        "opens": cycle.results_open,
        "is_open": cycle.allows(Act.SEE_RESULTS, at),
        "missing": missing_of(cycle, contest),
        "closed": closed_of(cycle, contest),
        "at": at,
    }
    return render(request, "results/not_yet.html", context)


@require_GET
@of_what_agrees
def contest_results(request: Request, cycle: str, contest: str) -> HttpResponseBase:
    found, at = _cycle(cycle), clock.now()
    pot = _contest(found, contest)
    results = _shown(request, found, at, pot)
    if not results:
        return _not_yet(request, found, at, pot)
    (result,), (turnout,) = results, turnouts_of(results)
    context = {
        "cycle": found,
        "contest": pot,
        "result": result,
        "turnout": turnout,
        "results_files": downloads.RESULTS,
        "ballot_files": downloads.BALLOTS,
        **_whether_public(found, at),
    }
    return render(request, "results/contest_results.html", context)


@require_GET
@of_what_agrees
def contest_file(request: Request, cycle: str, contest: str, name: str) -> HttpResponseBase:
    found, at = _cycle(cycle), clock.now()
    results = _shown(request, found, at, _contest(found, contest))
    if not results:
        raise Http404
    text, media_type = downloads.render(results[0], name)
    disposition = f'attachment; filename="{found.slug}-{contest}-{name}"'
    headers = {"Content-Type": f"{media_type}; charset=utf-8", "Content-Disposition": disposition}
    return HttpResponse(text, headers=headers)


@require_http_methods(["GET", "POST"])
@of_what_agrees
def report(request: Request, cycle: str, contest: str | None = None) -> HttpResponse:
    """Ask for the council's report, and see how far it is."""
    found, at, language = _cycle(cycle), clock.now(), get_language() or "en"
    pot = _contest(found, contest) if contest else None
    if not _shown(request, found, at, pot):
        raise Http404
    if request.method == "POST":
        ask_for_report(found, pot, language, by=request.user, at=at)
        return redirect(request.path)
    newest = Report.newest(found, pot, language)
    context = {
        "cycle": found,
        "contest": pot,
        "report": newest,
        "pdf": _address("report_pdf", found, pot),
        "missing": [] if pot else missing_of(found),
    }
    return render(request, "results/ask_for_report.html", context)


def _address(page: str, cycle: Cycle, contest: Contest | None) -> str:
    """A page's address for a whole cycle or for one contest."""
    if contest is None:
        return reverse(f"cycle_{page}", args=[cycle.slug])
    return reverse(f"contest_{page}", args=[cycle.slug, contest.slug])


@require_GET
@of_what_agrees
def report_pdf(request: Request, cycle: str, contest: str | None = None) -> HttpResponseBase:
    """The report itself; where it has not been made yet, or is missing, the page on which to ask for it."""
    found, at = _cycle(cycle), clock.now()
    pot = _contest(found, contest) if contest else None
    if not may_see(request.user, found, at):
        raise Http404
    require_agreement(found)
    newest = Report.newest(found, pot, get_language() or "en")
    file = open_if_there(newest.file) if newest and newest.made_at else None
    if file is None:
        return redirect(_address("report", found, pot))
    return FileResponse(file, content_type="application/pdf", filename=name_of(found, pot))
