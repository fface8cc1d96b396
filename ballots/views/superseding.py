"""A frozen paper that was wrong: what the committee corrects, what supersedes it, and the old one, for everyone."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ballots import superseding
from ballots.forms import CorrectionForm, SupersedingForm
from ballots.models import SupersededPaper
from ballots.papers_by_two import paper_shown
from ballots.views.booth import contest_or_404
from budgeting import two
from budgeting.guards import clerks_only, oversees
from budgeting.models import acts_on
from budgeting.people import Request
from lib import clock
from lib.refusal import allow, obeying, status_of


@login_required
def corrections(request: Request, cycle: str, contest: str) -> HttpResponse:
    """What the committee has decided to correct of a frozen paper; its members decide here, others who may look."""
    found, at = contest_or_404(cycle, contest), clock.now()
    decides = request.user.is_committee_for(found.district)
    if not hasattr(found, "paper") or not (decides or oversees(request.user)):
        raise Http404
    if request.method == "POST" and not decides:
        raise PermissionDenied
    form = CorrectionForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            superseding.correct(found, form.cleaned_data.pop("proposal"), by=request.user, at=at, **form.cleaned_data)
            messages.success(request, _("Decided. It takes effect when two people supersede the paper."))
            return redirect("paper_corrections", cycle, contest)
    context = {
        "contest": found,
        "cycle": found.cycle,
        "form": form,
        "decides": decides,
        "why_not": superseding.why_not_supersede(found, at),
        "pending": superseding.pending(found),
    }
    return render(request, "ballots/corrections.html", context, status=status_of(form))


@clerks_only
def supersede(request: Request, cycle: str, contest: str) -> HttpResponse:
    """The old paper line by line against the new; proposed from here, and confirmed by another person."""
    found, at = contest_or_404(cycle, contest), clock.now()
    if waiting := acts_on(found).filter(kind=two.Joint.SUPERSEDE, settled_at=None).first():
        return redirect(waiting)
    with obeying(request):
        allow(superseding.why_not_supersede(found, at))
        named = [each.pk for each in superseding.pending(found)]
        form = SupersedingForm(request.POST or None, initial={"named": named})
        if request.method == "POST" and form.is_valid():
            act = two.sketch(two.Joint.SUPERSEDE, on=found, cycle=found.cycle, **form.cleaned_data)
            with obeying(form):
                return redirect(two.propose(act, by=request.user, at=at))
        sketch = two.sketch(two.Joint.SUPERSEDE, on=found, cycle=found.cycle)
        sketch.plan = superseding.plan(found, at, reason="–", named=named)
        context = {**paper_shown(sketch), "form": form}
        return render(request, "ballots/supersede.html", context, status=status_of(form))
    return redirect("box", cycle)


def _old(cycle: str, contest: str, number: int) -> SupersededPaper:
    papers = SupersededPaper.objects.select_related("act", "by", "confirmed_by", "contest__cycle", "contest__district")
    return get_object_or_404(papers, contest=contest_or_404(cycle, contest), number=number)


@require_safe
def old_paper(request: HttpRequest, cycle: str, contest: str, number: int) -> HttpResponse:
    """A paper that was superseded, as it was, for everyone."""
    old = _old(cycle, contest, number)
    return render(request, "ballots/old_paper.html", {"old": old, "contest": old.contest, "cycle": old.contest.cycle})


@require_safe
def old_manifest(request: HttpRequest, cycle: str, contest: str, number: int) -> HttpResponse:
    """The exact text whose SHA-256 is the old paper's digest, as far as it is in view."""
    return HttpResponse(_old(cycle, contest, number).manifest_in_view, content_type="application/json")
