"""A merger without its authors' consent: whoever presides says whether the committee's vote stands."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from budgeting.people import Request
from committee import merging, ruling
from committee.forms.ruling import RulingForm
from lib import clock
from lib.refusal import obeying, require, status_of
from proposals.views.browse import find


@login_required
def page(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """Both proposals, the committee's reason and what the authors say. POST says whether the vote stands."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    resolution = ruling.on(proposal, request.user, at)
    if resolution is None:
        raise PermissionDenied
    form = RulingForm(request.POST if request.method == "POST" else None, initial={"merger": resolution.pk})
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            seen, said = form.cleaned_data["merger"], ("stands", "reason")
            require(seen in (None, resolution.pk), _("This has been decided in the meantime."))
            ruling.rule(resolution, by=request.user, at=at, **{name: form.cleaned_data[name] for name in said})
            messages.success(request, _("Your word is on record."))
            return redirect(proposal)
    context = {
        "proposal": proposal,
        "cycle": proposal.cycle,
        "resolution": resolution,
        "motion": resolution.motion,
        "until": merging.until_when(resolution),
        "public_at": proposal.cycle.decisions_open,
        "is_late": ruling.is_late(proposal.cycle, at),
        "form": form,
    }
    return render(request, "committee/merger_ruling.html", context, status=status_of(form))
