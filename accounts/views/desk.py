"""The desk: what waits for whoever works for the budget, and people who come in person."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.forms import AtTheDesk, Settlement
from accounts.models import Claim, Refused, RegisterImport, Verification
from accounts.visitors import clerks_only, only, signed_in
from budgeting import clock
from budgeting.calendar import Act
from budgeting.models import Cycle


@only(lambda user: user.holds_a_role)
def page(request: HttpRequest) -> HttpResponse:
    """What waits for me, oldest first; the template has the other rooms bring their parts."""
    at = clock.now()
    cycles = [cycle for cycle in Cycle.objects.prefetch_related("phases") if cycle.allows(Act.IMPORT_REGISTER, at)]
    context = {
        "at": at,
        "cycles": cycles,
        "claims": Claim.objects.filter(settled_at=None).select_related("resident__cycle", "user").order_by("at"),
        "imports": RegisterImport.objects.filter(confirmed_at=None, dropped_at=None).select_related("cycle"),
    }
    return render(request, "accounts/desk.html", context)


@clerks_only
def resident(request: HttpRequest, cycle: str) -> HttpResponse:
    """Verify somebody who has shown a document."""
    found = get_object_or_404(Cycle, slug=cycle)
    form = AtTheDesk(request.POST or None, cycle=found)
    if request.method == "POST" and form.is_valid():
        account, by = form.cleaned_data["email"], signed_in(request)
        try:
            made = account.verify_at_desk(form.cleaned_data["resident"], by=by, at=clock.now())
        except Refused as why:
            form.add_error(None, str(why))
        else:
            if isinstance(made, Verification):
                messages.success(request, _("%s is verified.") % account.email)
                return redirect("verify_at_desk", found.slug)
            messages.warning(request, _("This line has another account already. Decide who it belongs to."))
            return redirect("claim", found.slug, made.pk)
    return render(request, "accounts/verify_at_desk.html", {"cycle": found, "form": form})


@clerks_only
def claim(request: HttpRequest, cycle: str, number: int) -> HttpResponse:
    """Two accounts say they are one person: decide, with a reason."""
    claims = Claim.objects.select_related("resident__cycle", "resident__verification__user", "user", "settled_by")
    found = get_object_or_404(claims, pk=number, resident__cycle__slug=cycle)
    form = Settlement(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found.settle(by=signed_in(request), at=clock.now(), **form.cleaned_data)
        except Refused as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, _("The claim is decided, and the decision is in the audit log."))
            return redirect("desk")
    return render(request, "accounts/claim.html", {"claim": found, "cycle": found.resident.cycle, "form": form})
