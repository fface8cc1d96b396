"""Notes among members, beside the card."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from budgeting.people import Request
from committee.forms.notes import NoteForm
from committee.members import why_not_look
from committee.noting import note
from lib import clock
from lib.refusal import obeying
from proposals.views.browse import find


@login_required
def page(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """The notes on a proposal. POST writes one."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    form = NoteForm(request.POST if request.method == "POST" else None)
    if sentence := why_not_look(proposal, by=request.user):
        typed = [text] if (text := str(form["text"].value() or "").strip()) else []
        if not typed:
            raise PermissionDenied
        context = {"proposal": proposal, "cycle": proposal.cycle, "sentence": sentence, "typed": typed}
        return render(request, "committee/card_given_back.html", context, status=403)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            note(proposal, by=request.user, at=at, text=form.cleaned_data["text"])
            messages.success(request, _("Your note stands with the others."))
            return redirect("notes", proposal.contest.cycle.slug, proposal.contest.district.slug, proposal)
    context = {
        "proposal": proposal,
        "cycle": proposal.cycle,
        "form": form,
        "notes": proposal.notes.select_related("by"),
    }
    return render(request, "committee/notes.html", context, status=422 if form.errors else 200)
