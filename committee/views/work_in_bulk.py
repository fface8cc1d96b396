"""Many at once: accept work, hand it on or give it back, and write to the authors of what is ticked."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from budgeting.models import Cycle
from budgeting.people import Request
from committee import assigning, messaging
from committee.forms.messages import MessagesForm
from committee.forms.work import HandingOnForm
from committee.interests import of_interest_to
from committee.members import entitled_each
from committee.models import Assignment
from committee.namesakes import told_apart
from committee.views.work import PER_PAGE, may_give_out
from lib import clock
from lib.refusal import obeying, require, status_of
from proposals.models import Proposal


def _keys(request: Request, name: str) -> list[int]:
    """What was ticked, as many as a page has."""
    return [int(each) for each in request.POST.getlist(name)[:PER_PAGE] if each.isdecimal() and len(each) < 12]


def _ticked(request: Request) -> list[Assignment]:
    """The standing assignments that were ticked, or those of the proposals, but for what is not theirs to end."""
    related = ("proposal__contest__district", "proposal__contest__cycle", "proposal__cycle", "member")
    standing = Assignment.objects.standing().select_related(*related).order_by("proposal__number", "pk")
    by_key, by_proposal = _keys(request, "assignments"), _keys(request, "proposals")
    found = standing.filter(pk__in=by_key) if by_key else standing.filter(proposal__in=by_proposal)
    found = found.exclude(proposal__in=of_interest_to(request.user))
    return [each for each in found if not assigning.why_not_end(each, by=request.user)]


@login_required
@require_POST
def accept(request: Request) -> HttpResponse:
    """I do what is ticked."""
    with obeying(request):
        mine = [each for each in _ticked(request) if each.member_id == request.user.pk]
        require(mine, _("Tick the proposals it is about."))
        new = assigning.accept(mine, by=request.user, at=clock.now())
        messages.success(
            request, ngettext("You have accepted %d proposal.", "You have accepted %d proposals.", new) % new
        )
    return redirect("my_work")


@login_required
@require_POST
def hand_on(request: Request) -> HttpResponse:
    """To whom what is ticked goes, and why; then it is done, all of it or none."""
    chosen, at = _ticked(request), clock.now()
    if not chosen:
        messages.error(request, _("Tick what somebody has, to hand it on."))
        here = Cycle.objects.filter(slug=request.POST.get("cycle", "")).first()
        return redirect("work", here.slug) if here else redirect("my_work")
    members = _who_may_have_all(chosen)
    form = HandingOnForm(
        told_apart(members.values(), chosen[0].proposal.cycle), request.POST if _is_said(request) else None
    )
    if form.is_bound and form.is_valid():
        with obeying(form):
            key = form.cleaned_data["to"]
            to = None if key is None else members[key]
            assigning.hand_on(chosen, to, by=request.user, at=at, reason=form.cleaned_data["reason"])
            said = ngettext(
                "%d proposal is in other hands now.", "%d proposals are in other hands now.", len(chosen)
            ) % len(chosen)
            messages.success(request, said)
            are_mine = all(each.member_id == request.user.pk for each in chosen)
            return redirect("my_work") if are_mine else redirect("work", chosen[0].proposal.contest.cycle.slug)
    return _shown(request, "committee/hand_on.html", form, assignments=chosen)


def _is_said(request: Request) -> bool:
    return "so" in request.POST


def _who_may_have_all(chosen: Iterable[Assignment]) -> dict[int, Any]:
    """The members who may have a part in each of these, by key."""
    able = list(entitled_each([each.proposal for each in chosen]).values())
    return {key: member for key, member in able[0].items() if all(key in members for members in able)}


@login_required
@require_POST
def write(request: Request, cycle: str) -> HttpResponse:
    """To whom it goes and how it reads; then it is sent, to all of them or to none."""
    found = get_object_or_404(Cycle.objects.prefetch_related("phases"), slug=cycle)
    if not may_give_out(request, found):
        raise PermissionDenied
    related = (
        Proposal.objects.submitted().of_cycle(found).select_related("contest__district", "contest__cycle", "author")
    )
    chosen = list(related.filter(pk__in=_keys(request, "proposals")).order_by("number"))
    cannot = set(messaging.cannot_write(chosen, by=request.user))
    chosen = [each for each in chosen if each not in cannot]
    if not chosen:
        messages.error(request, _("Tick proposals to whose authors you can write."))
        return redirect("work", cycle)
    form = MessagesForm(request.POST if request.POST.keys() & {"look", "send"} else None)
    sample = ""
    if form.is_bound and form.is_valid():
        sample = messaging.worded(form.cleaned_data["text"], chosen[0])
        if "send" in request.POST:
            with obeying(form):
                number = messaging.write_to_authors(
                    chosen, by=request.user, at=clock.now(), text=form.cleaned_data["text"]
                )
                said = ngettext("%d message is on its way.", "%d messages are on their way.", number) % number
                messages.success(request, said)
                return redirect("work", cycle)
    return _shown(request, "committee/write_to_authors.html", form, cycle=found, chosen=chosen, sample=sample)


def _shown(request: Request, template: str, form: forms.Form, **context: Any) -> HttpResponse:
    return render(request, template, {"form": form, **context}, status=status_of(form))
