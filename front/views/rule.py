"""A clerk sets up what a ballot may say and how it is counted, until the ballot paper is frozen."""

from copy import copy

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from budgeting.contest_form import RuleForm
from budgeting.guards import clerks_only
from budgeting.models import Contest
from budgeting.people import Request
from lib.refusal import allow, obeying, status_of


def why_fixed(contest: Contest) -> str | Promise:
    """Why the ballot and the count of a contest can no longer change, or nothing."""
    return (
        _("The ballot paper is frozen: its ballot and its count change no more.") if hasattr(contest, "paper") else ""
    )


@clerks_only
def page(request: Request, cycle: str, contest: str) -> HttpResponse:
    """The form, beside the words in which it is told; what was typed and refused stays in it."""
    contests = Contest.objects.select_related("cycle", "district", "paper")
    found = get_object_or_404(contests, cycle__slug=cycle, slug=contest)
    form = RuleForm(request.POST or None, instance=copy(found))
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            allow(why_fixed(found))
            form.save_on_record(by=request.user)
            messages.success(request, _("Saved. This is how residents read it now."))
            return redirect("contest_rule", cycle, contest)
    context = {"contest": found, "cycle": found.cycle, "form": form, "fixed": why_fixed(found)}
    return render(request, "front/rule.html", context, status=status_of(form))
