"""Where a clerk says that one person is enough, and where whoever else could confirm takes it back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from budgeting import one_is_enough, registry
from budgeting.guards import overseers_only
from budgeting.models import OneIsEnough
from budgeting.people import Request
from front.forms import ReasonForm
from lib import clock
from lib.refusal import obeying, status_of


@overseers_only
def page(request: Request) -> HttpResponse:
    if request.method == "POST" and not request.user.is_clerk:
        raise PermissionDenied
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            one_is_enough.announce(form.cleaned_data["reason"], by=request.user, at=clock.now())
            messages.success(request, _("It is announced, and holds from a day later on."))
            return redirect("one_is_enough")
    said, at = OneIsEnough.announced(), clock.now()
    objection = registry.why_not(registry.Deed.LET_ONE_BE_ENOUGH)
    context = {"said": said, "at": at, "form": form, "objection": objection}
    return render(request, "front/one_is_enough.html", context, status=status_of(form))


@require_POST
@overseers_only
def revoke(request: Request) -> HttpResponse:
    with obeying(request):
        if said := OneIsEnough.announced():
            one_is_enough.revoke(said, by=request.user, at=clock.now())
            messages.success(request, _("It takes two people again."))
    return redirect("one_is_enough")
