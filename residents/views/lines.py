"""Lines of the register that look like one person's, and joining two of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.visitors import user_of
from budgeting import two
from budgeting.guards import clerks_only
from budgeting.models import Cycle
from lib import clock
from lib.refusal import obeying, status_of
from residents import joining
from residents.forms import JoiningForm
from residents.models import Resident, Verification

SHOWN = 50  # groups


@clerks_only
def lines(request: HttpRequest, cycle: str) -> HttpResponse:
    """Who looks like one person, and two lines to put before a second person; `?ended=12&stays=13` names them."""
    found = get_object_or_404(Cycle, slug=cycle)
    form = JoiningForm(request.POST or None, cycle=found, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            stays = Resident.objects.get(pk=form.cleaned_data["stays"])
            act = two.sketch(two.Joint.JOIN_LINES, on=stays, cycle=found, **form.cleaned_data)
            return redirect(two.propose(act, by=user_of(request), at=clock.now()))
    alike = joining.alike(found)
    context = {"cycle": found, "form": form, "alike": alike[:SHOWN], "more": len(alike) > SHOWN and len(alike)}
    context["ended"] = Verification.ended().filter(cycle=found).order_by("resident__removed_at", "pk")[:SHOWN]
    return render(request, "residents/lines.html", context, status=status_of(form))
