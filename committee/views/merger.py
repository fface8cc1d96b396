"""An author is asked whether their proposal may be merged with another."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from budgeting.people import Request
from committee import merging
from committee.models import Consent
from lib import clock
from lib.refusal import obeying


@login_required
def page(request: Request, pk: int) -> HttpResponse:
    """Both proposals and the reason, to whoever is asked and nobody else. POST says yes or no."""
    related = ("resolution__motion__proposal__contest__cycle", "resolution__motion__into__contest__cycle")
    consent = get_object_or_404(Consent.objects.select_related(*related), pk=pk, author=request.user.pk)
    if request.method == "POST":
        with obeying(request):
            merging.answer(consent, "yes" in request.POST, by=request.user, at=clock.now())
            messages.success(request, _("Thank you. The committee reads your answer."))
        return redirect("merger", consent.pk)
    context = {
        "consent": consent,
        "motion": consent.resolution.motion,
        "is_open": merging.is_open(consent),
        "until": merging.until_when(consent.resolution),
    }
    return render(request, "committee/merger.html", context)
