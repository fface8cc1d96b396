"""The desk: what waits for whoever works for the budget, room by room, the oldest first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from budgeting.guards import only
from budgeting.models import Cycle
from budgeting.stages import Act
from lib import clock
from residents.models import Claim, RegisterImport


@only(lambda person: person.holds_a_role)
def page(request: HttpRequest) -> HttpResponse:
    """What waits for me; the template has the other rooms bring their parts."""
    at = clock.now()
    cycles = [cycle for cycle in Cycle.objects.prefetch_related("phases") if cycle.allows(Act.IMPORT_REGISTER, at)]
    context = {
        "at": at,
        "cycles": cycles,
        "claims": Claim.objects.filter(settled_at=None).select_related("resident__cycle", "user").order_by("at"),
        "imports": RegisterImport.objects.waiting().select_related("cycle"),
    }
    return render(request, "front/desk.html", context)
