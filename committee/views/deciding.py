"""One proposal before the committee: put a decision to the vote, vote on it, ask for a correction, take no part."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from budgeting.people import Request
from committee import correcting, motions, ruling
from committee.addresses import address_of
from committee.challenging import to_settle
from committee.forms.deciding import CorrectionForm, MotionForm, RecusalForm, VoteForm
from committee.members import why_not_decide
from committee.models import Correction, Motion
from committee.numbering import case_number_of
from committee.recusing import recuse as take_no_part
from committee.recusing import suggested
from committee.steps import why_not_put_to_the_vote
from committee.views.loading import find_before_the_committee
from lib import clock
from lib.refusal import obeying, status_of
from proposals.models import Proposal


@login_required
def page(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """What is put to the vote, who has voted how, and what was decided before. POST puts something to the vote."""
    at = clock.now()
    proposal = find_before_the_committee(request, at, cycle, district, number, whole=True)
    form = MotionForm(proposal, at, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            motion = motions.move(proposal, by=request.user, at=at, **form.cleaned_data)
            messages.success(request, _what_became_of(motion))
            return redirect(address_of(proposal))
    return _shown(request, proposal, at, motion_form=form)


@login_required
@require_POST
def vote(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """How I vote on what is put to the vote."""
    at = clock.now()
    proposal = find_before_the_committee(request, at, cycle, district, number, whole=True)
    form = VoteForm(request.POST)
    seen = proposal.motions.filter(settled_at=None)
    if form.is_valid() and form.cleaned_data["motion"] is not None:
        seen = proposal.motions.filter(pk=form.cleaned_data["motion"])
    motion = seen.first()
    if motion is None:
        messages.error(request, _("This vote of the committee is over."))
        return redirect(address_of(proposal))
    if form.is_valid():
        with obeying(form):
            motions.vote(motion, form.cleaned_data["choice"], by=request.user, at=at)
            messages.success(request, _what_became_of(motion))
            return redirect(address_of(proposal))
    return _shown(request, proposal, at, vote_form=form)


@login_required
@require_POST
def ask_for_correction(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """Ask the author for a correction: at once, and no decision."""
    at = clock.now()
    proposal = find_before_the_committee(request, at, cycle, district, number, whole=True)
    form = CorrectionForm(request.POST)
    if form.is_valid():
        with obeying(form):
            asked = {"reason": form.cleaned_data["asked"], "until": form.cleaned_data["until"]}
            correcting.ask(proposal, by=request.user, at=at, **asked)
            messages.success(request, _("The author is asked for a correction."))
            return redirect(proposal)
    return _shown(request, proposal, at, correction_form=form)


@login_required
@require_POST
def look_again(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """I have looked at what was corrected."""
    at = clock.now()
    proposal = find_before_the_committee(request, at, cycle, district, number)
    with obeying(request):
        correcting.looked(proposal, by=request.user, at=at)
    return redirect(address_of(proposal))


@login_required
@require_POST
def recuse(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """I take no part in this."""
    at = clock.now()
    proposal = find_before_the_committee(request, at, cycle, district, number, whole=True)
    form = RecusalForm(request.POST)
    if form.is_valid():
        with obeying(form):
            take_no_part(proposal, by=request.user, at=at, interest=form.cleaned_data["interest"])
            messages.success(request, _("You take no part in this proposal from now on."))
            return redirect(proposal)
    return _shown(request, proposal, at, recusal_form=form)


def _what_became_of(motion: Motion) -> str:
    motion.refresh_from_db()
    if motion.settled_at is None:
        return _("Your vote is recorded. The others vote now.")
    resolution = getattr(motion, "resolution", None)
    if resolution is None:
        return _("The committee has voted: it is not carried.")
    if resolution.decision_id:
        return _("The committee has decided, and the decision is public.")
    return _("The committee has decided. The decision is public on the date that the calendar names.")


def _waits(motion: Motion) -> bool:
    """Is it carried, and to be public on its date?"""
    resolution = getattr(motion, "resolution", None)
    return resolution is not None and not resolution.void and resolution.decision_id is None


def _shown(request: Request, proposal: Proposal, at: datetime, **typed: forms.Form) -> HttpResponse:
    """The page, with what was typed into one of its forms, and why it was refused."""
    motion = proposal.motions.filter(settled_at=None).select_related("by", "ground", "into").first()
    votes = list(motion.votes.select_related("member")) if motion else []
    mine = next((vote.choice for vote in votes if vote.member_id == request.user.pk), "")
    settled = list(proposal.motions.exclude(settled_at=None).select_related("resolution__ruling__by", "ground", "into"))
    forms_shown = {
        "motion_form": MotionForm(proposal, at),
        "vote_form": VoteForm(initial={"choice": mine, "motion": motion and motion.pk}),
        "correction_form": CorrectionForm(),
        "recusal_form": RecusalForm(),
    }
    context = {
        "proposal": proposal,
        "cycle": proposal.cycle,
        "hiding": proposal.hidden(at),
        "motion": motion,
        "votes": votes,
        "tally": motions.tally(motion) if motion else None,
        "mine": mine,
        "settled": settled,
        "resolved": next((each for each in settled if _waits(each)), None),
        "merger": ruling.on(proposal, request.user, at),
        "correction": Correction.objects.standing().filter(decision__proposal=proposal).first(),
        "decisions": proposal.decisions.select_related("ground"),
        "recusals": proposal.recusals.select_related("member"),
        "referrals": proposal.referrals.all(),
        "suggested": suggested(proposal, to=request.user),
        "challenged": proposal.challenges.filter(settled_at=None, member=request.user.pk).first(),
        "to_settle": to_settle(proposal.challenges.filter(settled_at=None), request.user),
        "similar": Proposal.objects.similar_to(proposal, at).select_related("contest__district", "contest__cycle")[:5],
        "why_not": why_not_decide(proposal, by=request.user, at=at),
        "why_not_yet": why_not_put_to_the_vote([proposal.cycle], at).get(proposal.cycle_id),
        "public_at": proposal.cycle.decisions_open,
        "case_number": case_number_of(proposal),
        **forms_shown,
        **typed,
    }
    return render(request, "committee/decide.html", context, status=status_of(*typed.values()))
