"""What a member prepares: their list, and a piece of it handed on or given back."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from budgeting.people import Request
from committee import assigning
from committee.at_the_desk import Desk
from committee.forms.work import EndingForm
from committee.interests import why_concerned
from committee.models import Assignment, Resolution
from committee.models.case_number import found_by
from committee.views.work import PER_PAGE
from lib import clock
from lib.refusal import obeying, status_of
from proposals.models import Proposal, Status


@login_required
def mine(request: Request) -> HttpResponse:
    """What I am to prepare, and how much of it is done."""
    at = clock.now()
    all_of_it = Desk(request.user, at).to_prepare
    left = all_of_it.filter(proposal__in=_undecided(at))
    asked = request.GET.get("q", "")
    found = found_by(Proposal.objects.submitted(), asked, reader=request.user).values("pk")
    rows = left.filter(proposal__in=found).select_related("proposal__contest__district", "proposal__contest__cycle")
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "asked": asked,
        "at": at,
        "count": (count := all_of_it.count()),
        "done": count - left.count(),
        "overdue": left.filter(due__lte=at).count(),
    }
    return render(request, "committee/mine.html", context)


def _undecided(at: datetime) -> Any:
    """The keys of the proposals that are before a committee, and on which it has not resolved."""
    before = Proposal.objects.with_status(at).filter(status=Status.SUBMITTED)
    return before.exclude(pk__in=Resolution.objects.waiting().values("motion__proposal")).values("pk")


@login_required
def end(request: Request, assignment: int) -> HttpResponse:
    """Hand it on to another, or give it back, and say why."""
    at = clock.now()
    related = ("proposal__contest__district", "proposal__contest__cycle", "member")
    found = get_object_or_404(Assignment.objects.standing().select_related(*related), pk=assignment)
    if assigning.why_not_end(found, by=request.user) or why_concerned(found.proposal, request.user):
        raise PermissionDenied
    is_theirs = found.member_id == request.user.pk
    form: forms.Form = EndingForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            reason, to = form.cleaned_data["reason"], form.cleaned_data["to"]
            assigning.hand_on([found], to, by=request.user, at=at, reason=reason)
            messages.success(request, _("It is no longer theirs.") if to is None else _("%s has it now.") % to)
            return redirect("my_work") if is_theirs else redirect("work", found.proposal.contest.cycle.slug)
    context = {"assignment": found, "proposal": found.proposal, "form": form}
    return render(request, "committee/end_assignment.html", context, status=status_of(form))
