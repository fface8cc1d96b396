"""What waits for a second person: seen as it will be, confirmed, or turned down."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from budgeting import two
from budgeting.guards import oversees
from budgeting.models import JointAct
from budgeting.people import Request
from lib import clock
from lib.refusal import obeying


def _act(number: int, request: Request) -> JointAct:
    """For whoever may confirm, and for whoever proposed it: who sets the site up may propose, and oversees nothing."""
    act = get_object_or_404(JointAct.objects.select_related("cycle", "proposed_by", "settled_by"), pk=number)
    if not oversees(request.user) and act.proposed_by_id != request.user.pk:
        raise Http404
    return act


@require_safe
@login_required
def show(request: Request, number: int) -> HttpResponse:
    """What it will do, the same to whoever proposed it and to whoever confirms it."""
    act = _act(number, request)
    why_not = two.why_not_confirm(act, request.user, clock.now()) if act.waits else ""
    return render(request, "front/joint_act.html", {"act": act, "why_not": why_not, **two.shown(act)})


@require_POST
@login_required
def confirm(request: Request, number: int) -> HttpResponse:
    act = _act(number, request)
    with obeying(request):
        two.confirm(act, by=request.user, at=clock.now())
        messages.success(request, _("Done: %s.") % two.name_of(act))
        return redirect(two.doing(act).url(act))
    return redirect(act)


@require_POST
@login_required
def withdraw(request: Request, number: int) -> HttpResponse:
    act = _act(number, request)
    with obeying(request):
        two.withdraw(act, by=request.user, at=clock.now())
        messages.success(request, _("It will not be done."))
    return redirect(act)
