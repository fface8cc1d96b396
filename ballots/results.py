"""What anyone may read once the results are open: the pages, the files, and the report for the council."""

from datetime import datetime
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from ballots.models import Count, Report
from ballots.reports import files
from ballots.reports.council import name_of
from ballots.reports.result import Result, results_of
from ballots.reports.turnout import turnout_of
from budgeting import clock
from budgeting.calendar import Act, Stage
from budgeting.models import Contest, Cycle


def may_see(user: Any, cycle: Cycle, at: datetime) -> bool:
    """Everyone once the results are open; clerks, council and auditors from the count on."""
    if cycle.allows(Act.SEE_RESULTS, at):
        return True
    is_staff = user.is_clerk or user.is_council or user.is_auditor
    return is_staff and Count.objects.filter(contest__cycle=cycle).exists()


def _cycle(slug: str) -> Cycle:
    return get_object_or_404(Cycle.objects.prefetch_related("phases"), slug=slug)


def _contest(cycle: Cycle, district: str) -> Contest:
    return get_object_or_404(Contest.objects.select_related("cycle", "district"), cycle=cycle, district__slug=district)


@require_GET
def cycle_results(request: HttpRequest, cycle: str) -> HttpResponse:
    found, at = _cycle(cycle), clock.now()
    results = results_of(found) if may_see(request.user, found, at) else []
    if not results:
        return _not_yet(request, found, at)
    turnouts = [(result, turnout_of(result)) for result in results]
    return render(request, "ballots/results.html", {"cycle": found, "turnouts": turnouts, **_totals(results, at)})


def _totals(results: list[Result], at: datetime) -> dict[str, Any]:
    """What the contests of a cycle come to together."""
    cycle = results[0].cycle
    return {
        "budget": sum(result.budget for result in results),
        "spent": sum(result.spent for result in results),
        "funded": sum(len(result.funded) for result in results),
        "parts": [(result.contest.district.name, result.spent) for result in results],
        "is_public": cycle.allows(Act.SEE_RESULTS, at),
        "opens": _opens(cycle),
    }


def _opens(cycle: Cycle) -> datetime | None:
    window = cycle.window(Stage.RESULTS) or cycle.window(Stage.DELIVERING)
    return window.opens if window else None


def _not_yet(request: HttpRequest, cycle: Cycle, at: datetime, contest: Contest | None = None) -> HttpResponse:
    context = {
        "cycle": cycle,
        "contest": contest,
        "opens": _opens(cycle),
        "is_open": cycle.allows(Act.SEE_RESULTS, at),
        "at": at,
    }
    return render(request, "ballots/results_not_yet.html", context)


@require_GET
def contest_results(request: HttpRequest, cycle: str, district: str) -> HttpResponse:
    found, at = _cycle(cycle), clock.now()
    contest = _contest(found, district)
    results = results_of(found, district) if may_see(request.user, found, at) else []
    if not results:
        return _not_yet(request, found, at, contest)
    (result,) = results
    context = {
        "cycle": found,
        "contest": contest,
        "result": result,
        "turnout": turnout_of(result),
        "results_files": files.RESULTS,
        "ballot_files": files.BALLOTS,
        "is_public": found.allows(Act.SEE_RESULTS, at),
        "opens": _opens(found),
    }
    return render(request, "ballots/contest_results.html", context)


@require_GET
def contest_file(request: HttpRequest, cycle: str, district: str, name: str) -> HttpResponse:
    found = _cycle(cycle)
    contest = _contest(found, district)
    results = results_of(found, district) if may_see(request.user, found, clock.now()) else []
    if not results:
        raise Http404
    text, media_type = files.written(results[0], name)
    disposition = f'attachment; filename="{found.slug}-{contest.district.slug}-{name}"'
    headers = {"Content-Type": f"{media_type}; charset=utf-8", "Content-Disposition": disposition}
    return HttpResponse(text, headers=headers)


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, cycle: str, district: str | None = None) -> HttpResponse:
    """Ask for the council's report, and see how far it is."""
    found, at, language = _cycle(cycle), clock.now(), get_language() or "en"
    contest = _contest(found, district) if district else None
    if not may_see(request.user, found, at) or not results_of(found, district):
        raise Http404
    if request.method == "POST":
        Report.ask(found, contest, language, by=request.user, at=at)
        return redirect(request.path)
    asked = Report.newest(found, contest, language)
    context = {"cycle": found, "contest": contest, "report": asked, "pdf": _pdf_address(found, contest)}
    return render(request, "ballots/report.html", context)


def _pdf_address(cycle: Cycle, contest: Contest | None) -> str:
    if contest is None:
        return reverse("cycle_report_pdf", args=[cycle.slug])
    return reverse("contest_report_pdf", args=[cycle.slug, contest.district.slug])


@require_GET
def report_pdf(request: HttpRequest, cycle: str, district: str | None = None) -> FileResponse | HttpResponse:
    """The report itself; where it has not been made yet, the page on which to ask for it."""
    found = _cycle(cycle)
    contest = _contest(found, district) if district else None
    if not may_see(request.user, found, clock.now()):
        raise Http404
    made = Report.newest(found, contest, get_language() or "en")
    if made is None or made.made_at is None:
        return redirect("contest_report" if district else "cycle_report", *[cycle, district][: 1 + bool(district)])
    return FileResponse(made.file.open("rb"), content_type="application/pdf", filename=name_of(found, contest))
