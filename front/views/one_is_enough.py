"""Where a clerk says that one person is enough, and takes it back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from budgeting import one_is_enough, registry
from budgeting.guards import clerks_only
from budgeting.models import OneIsEnough
from budgeting.people import Request
from front.forms import ReasonForm
from lib import clock
from lib.refusal import obeying


@clerks_only
def page(request: Request) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            one_is_enough.announce(form.cleaned_data["reason"], by=request.user, at=clock.now())
            messages.success(request, _("It is announced, and holds from a day later on."))
            return redirect("one_is_enough")
    said, at = OneIsEnough.announced(), clock.now()
    objection = registry.why_not(registry.Deed.LET_ONE_BE_ENOUGH)
    return render(request, "front/one_is_enough.html", {"said": said, "at": at, "form": form, "objection": objection})


@require_POST
@clerks_only
def revoke(request: Request) -> HttpResponse:
    with obeying(request):
        if said := OneIsEnough.announced():
            one_is_enough.revoke(said, by=request.user, at=clock.now())
            messages.success(request, _("It takes two people again."))
    return redirect("one_is_enough")
