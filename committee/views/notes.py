"""Notes among members, beside the card."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from budgeting.people import Request
from committee.addresses import page_on
from committee.forms.notes import NoteForm
from committee.members import why_not_look
from committee.noting import note
from committee.views.giving_back import given_back
from lib import clock
from lib.refusal import obeying, status_of
from proposals.views.browse import find


@login_required
def page(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """The notes on a proposal. POST writes one."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    form = NoteForm(request.POST if request.method == "POST" else None)
    if sentence := why_not_look(proposal, by=request.user):
        return given_back(request, proposal, sentence, [str(form["text"].value() or "")])
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            note(proposal, by=request.user, at=at, text=form.cleaned_data["text"])
            messages.success(request, _("Your note stands with the others."))
            return redirect(page_on("notes", proposal))
    context = {
        "proposal": proposal,
        "cycle": proposal.cycle,
        "form": form,
        "notes": proposal.notes.select_related("by"),
    }
    return render(request, "committee/notes.html", context, status=status_of(form))
