"""Before the vote: the papers are frozen and draws are announced, each seen as it will be before it is done."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from ballots import draws
from ballots.forms import DrawForm, SeedForm
from ballots.paper import half_a_seed, plan
from ballots.papers_by_two import freezing_shown
from budgeting import two
from budgeting.guards import clerks_only
from budgeting.models import Contest, Cycle, Draw, acts_on
from budgeting.people import Request
from lib import clock
from lib.refusal import obeying, status_of


@clerks_only
def freeze(request: Request, cycle: str, contest: str) -> HttpResponse:
    """What will be frozen, and what is left out; proposed from here, and confirmed by another person."""
    contests = Contest.objects.select_related("cycle", "district")
    found, at = get_object_or_404(contests, cycle__slug=cycle, slug=contest), clock.now()
    if waiting := acts_on(found).filter(kind=two.Joint.FREEZE, settled_at=None).first():
        return redirect(waiting)
    with obeying(request):
        act = two.sketch(two.Joint.FREEZE, on=found, cycle=found.cycle, half=half_a_seed())
        if request.method == "POST":
            return redirect(two.propose(act, by=request.user, at=at))
        act.plan = plan(found, at)
        return render(request, "ballots/freeze.html", freezing_shown(act))
    return redirect("box", cycle)


@clerks_only
def announce_draw(request: Request, cycle: str) -> HttpResponse:
    """Announce a draw: alone while no paper is frozen and none has taken place, with a second person from then on."""
    found, at = get_object_or_404(Cycle, slug=cycle), clock.now()
    form = DrawForm(request.POST or None, cycle=found)
    if request.method == "POST" and form.is_valid():
        draw = form.draw
        with obeying(form):
            if draws.takes_two(draw, at):
                act = two.sketch(two.Joint.ANNOUNCE_DRAW, on=found, cycle=found, **form.facts)
                return redirect(two.propose(act, by=request.user, at=at))
            draws.announce(draw, by=request.user, at=at)
            messages.success(request, _("The draw is announced. It stands on the pages of the cycle."))
            return redirect("box", cycle)
    return render(request, "ballots/announce_draw.html", {"cycle": found, "form": form}, status=status_of(form))


@clerks_only
def enter_seed(request: Request, cycle: str, number: int) -> HttpResponse:
    """Enter what was drawn, with where anyone can look it up; another person confirms it."""
    draw = get_object_or_404(Draw.objects.select_related("cycle"), pk=number, cycle__slug=cycle)
    form = SeedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            act = two.sketch(two.Joint.ENTER_SEED, on=draw, cycle=draw.cycle, **form.cleaned_data)
            return redirect(two.propose(act, by=request.user, at=clock.now()))
    context = {"cycle": draw.cycle, "draw": draw, "form": form, "why_not": draws.why_not_enter(draw, clock.now())}
    return render(request, "ballots/enter_seed.html", context, status=status_of(form))
