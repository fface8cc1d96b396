"""Say that a member has an interest in a proposal; and settle what was said."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from budgeting.people import Request
from committee import challenging
from committee.forms.deciding import ChallengeForm
from committee.interests import why_concerned
from committee.members import why_not_look
from committee.models import Challenge
from lib import clock
from lib.refusal import obeying, status_of
from proposals.views.browse import find


@login_required
def page(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """The form, and beside it what waits for whoever presides."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    waiting = challenging.to_settle(_waiting(proposal.pk), request.user)
    may_look = request.user.is_clerk and not why_concerned(proposal, request.user)
    if not may_look and why_not_look(proposal, by=request.user):
        raise PermissionDenied
    form = ChallengeForm(proposal, request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            challenging.challenge(proposal, by=request.user, at=at, **form.cleaned_data)
            messages.success(request, _("It waits for whoever chairs the committee on this proposal."))
            return redirect("challenge", cycle, district, proposal)
    context = {
        "proposal": proposal,
        "cycle": proposal.cycle,
        "form": form,
        "waiting": waiting,
        "why_not": challenging.why_not_challenge(proposal, by=request.user, at=at),
    }
    return render(request, "committee/challenge.html", context, status=status_of(form))


@login_required
@require_POST
def settle(request: Request, cycle: str, district: str, number: int, challenge: int) -> HttpResponse:
    """Uphold it, or turn it down."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    found = get_object_or_404(Challenge.objects.filter(proposal=proposal), pk=challenge)
    if found.settled_at is None and not challenging.may_settle(found, request.user):
        raise PermissionDenied
    with obeying(request):
        upheld = request.POST.get("upheld") == "yes"
        challenging.settle_challenge(found, upheld=upheld, by=request.user, at=at)
        said = _("They take no part in this proposal from now on.") if upheld else _("They go on taking part.")
        messages.success(request, said)
    return redirect(proposal)


def _waiting(proposal: int) -> list[Challenge]:
    rows = Challenge.objects.filter(proposal=proposal, settled_at=None)
    return list(rows.select_related("member", "by", "proposal__contest__district", "proposal__cycle"))
