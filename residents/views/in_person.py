"""People who come to the desk: verified by a document, or two accounts that say they are one person."""

from itertools import groupby
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.visitors import user_of
from budgeting import two
from budgeting.guards import clerks_only, only
from budgeting.models import Cycle, acts_on
from lib import clock
from lib.refusal import obeying, status_of
from residents import desk_days
from residents.forms import ClaimForm, DeskVerificationForm
from residents.models import Claim, StandingRegister, Verification, VotedBefore

PER_PAGE = 100


@clerks_only
def verify(request: HttpRequest, cycle: str) -> HttpResponse:
    """Verify somebody who has shown a document."""
    found = get_object_or_404(Cycle, slug=cycle)
    form = DeskVerificationForm(request.POST or None, cycle=found)
    if request.method == "POST" and form.is_valid():
        account, resident = form.cleaned_data["email"], form.cleaned_data["resident"]
        with obeying(form):
            try:
                made = Verification.at_desk(resident, account, by=user_of(request), at=clock.now())
            except VotedBefore as before:
                messages.warning(request, _("This account has voted under a line that ended. Join the two lines."))
                lines = urlencode({"ended": before.ended.pk, "stays": before.stays.pk})
                return redirect(f"{reverse('lines', args=[found.slug])}?{lines}#join")
            if isinstance(made, Verification):
                messages.success(request, _("%s is verified.") % account.email)
                return redirect("verify_at_desk", found.slug)
            messages.warning(request, _("This line has another account already: both claim it now."))
            return redirect("claim", found.slug, made.pk)
    context = {"cycle": found, "form": form, "standing": StandingRegister.why(found)}
    return render(request, "residents/verify_at_desk.html", context, status=status_of(form))


@only(lambda person: person.is_clerk or person.is_auditor)
def verified(request: HttpRequest, cycle: str) -> HttpResponse:
    """Who was verified at the desk, day by day, for somebody else than the clerk to look through."""
    found = get_object_or_404(Cycle, slug=cycle)
    page = Paginator(desk_days.of(found), PER_PAGE).get_page(request.GET.get("page"))
    days = [(day, list(ties)) for day, ties in groupby(page, key=lambda tie: localdate(tie.at))]
    return render(request, "residents/verified_at_desk.html", {"cycle": found, "page": page, "days": days})


@clerks_only
def claim(request: HttpRequest, cycle: str, number: int) -> HttpResponse:
    """Two accounts say they are one person: decide, with a reason."""
    claims = Claim.objects.select_related("resident__cycle", "resident__verification__user", "user", "settled_by")
    found = get_object_or_404(claims, pk=number, resident__cycle__slug=cycle)
    held = Verification.objects.filter(resident=found.resident).exists()
    form = ClaimForm(request.POST or None, held=held)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            sketch = two.sketch(two.Joint.SETTLE_CLAIM, on=found, cycle=found.resident.cycle, **form.cleaned_data)
            return redirect(two.propose(sketch, by=user_of(request), at=clock.now()))
    waiting = acts_on(found).filter(settled_at=None).first()
    context = {"claim": found, "cycle": found.resident.cycle, "form": form, "act": waiting, "held": held}
    context["why_not"] = found.why_not_settle(by=user_of(request), at=clock.now())
    return render(request, "residents/claim.html", context, status=status_of(form))
