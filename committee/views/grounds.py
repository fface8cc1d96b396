"""The city's own grounds for decisions, as a clerk keeps the list."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from budgeting.guards import clerks_only
from budgeting.people import Request
from committee.forms.grounds import GroundForm
from lib import clock
from lib.refusal import obeying, status_of
from proposals.models import Ground


@clerks_only
def page(request: Request) -> HttpResponse:
    """Each ground, and on how many proposals it was decided so. POST writes another."""
    form = GroundForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            Ground.write(by=request.user, outcome=form.cleaned_data["outcome"], words=form.words)
            messages.success(request, _("This ground can be chosen from now on."))
            return redirect("grounds")
    decided = Count("decisions", distinct=True) + Count("hidings", distinct=True)
    context = {"form": form, "grounds": Ground.objects.annotate(decided=decided).order_by("outcome", "pk")}
    return render(request, "committee/grounds.html", context, status=status_of(form))


@clerks_only
@require_POST
def offer(request: Request, pk: int) -> HttpResponse:
    """Offer it no more, or again."""
    ground = get_object_or_404(Ground, pk=pk)
    ground.offer("again" in request.POST, by=request.user, at=clock.now())
    return redirect("grounds")
