"""What the committee and an author write to each other: a page for either side."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from budgeting.people import Request
from committee import messaging
from committee.addresses import messages_on
from committee.forms.messages import AnswerForm, MessageForm
from committee.messaging import why_not_write
from committee.models import Message
from committee.views.giving_back import given_back
from lib import clock
from lib.refusal import obeying, status_of
from proposals.models import Proposal
from proposals.views.browse import find


@login_required
def page(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """The messages on a proposal, for the committee and clerks. POST writes to its author."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    form = MessageForm(request.POST if request.method == "POST" else None)
    if sentence := why_not_write(proposal, by=request.user):
        return given_back(request, proposal, sentence, [str(form["text"].value() or "")])
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            messaging.write_to_author(proposal, by=request.user, at=at, text=form.cleaned_data["text"])
            messages.success(request, _("Your message is on its way to the author."))
            return redirect(messages_on(proposal))
    return _thread(request, proposal, form, "committee/messages.html")


@login_required
@require_POST
def read(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """Somebody of the committee has read what the author wrote."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    if why_not_write(proposal, by=request.user):
        raise PermissionDenied
    messaging.read(proposal, by=request.user, at=at)
    return redirect(messages_on(proposal))


@login_required
def mine(request: Request, thread: int) -> HttpResponse:
    """What the committee wrote to me about a proposal of mine. POST answers."""
    related = Proposal.objects.select_related("contest__district", "contest__cycle")
    proposal = get_object_or_404(
        related.filter(author_messages__isnull=False).distinct(), pk=thread, author=request.user.pk
    )
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            messaging.answer(proposal, by=request.user, at=clock.now(), text=form.cleaned_data["text"])
            messages.success(request, _("Thank you. The committee reads your answer."))
            return redirect("my_messages", thread)
    return _thread(request, proposal, form, "committee/my_messages.html")


def _thread(request: Request, proposal: Proposal, form: forms.Form, template: str) -> HttpResponse:
    context = {
        "proposal": proposal,
        "cycle": proposal.contest.cycle,
        "form": form,
        "thread": Message.objects.filter(proposal=proposal).select_related("by", "read_by"),
    }
    return render(request, template, context, status=status_of(form))
