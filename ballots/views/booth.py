"""The booth: choose, review, cast, receipt. What is chosen travels in the form and is kept nowhere on the way."""

import traceback
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from ballots.booth_form import BallotForm
from ballots.casting import NotValid, NotVerified, box_of, cast, receipt_of, resident_of
from ballots.models import BallotPaper
from budgeting import registry
from budgeting.guards import oversees
from budgeting.models import Contest
from budgeting.people import Request
from budgeting.stages import Act
from lib import clock
from lib.away import DatabaseAway, passes
from lib.refusal import Refused

View = Callable[..., HttpResponse]


class BoothOutOfOrder(Exception):
    """Something broke in the booth. Says which kind of error and where, and nothing that was chosen."""

    def __init__(self, broken: Exception) -> None:
        place = traceback.extract_tb(broken.__traceback__)[-1]
        super().__init__(f"{type(broken).__name__} in {place.filename}, line {place.lineno}")


def contest_or_404(cycle: str, contest: str) -> Contest:
    contests = Contest.objects.select_related("cycle", "district").prefetch_related("cycle__phases")
    return get_object_or_404(contests, cycle__slug=cycle, slug=contest)


def in_the_booth(view: View) -> View:
    """Let in who may vote here now, with their ballot. Nothing of what is posted reaches a cache or an error report."""

    @wraps(view)
    @never_cache
    @login_required
    @sensitive_post_parameters()
    def entered(request: Request, cycle: str, contest: str) -> HttpResponse:
        found = contest_or_404(cycle, contest)
        try:
            resident_of(request.user, found)
            paper, _key = box_of(found)
        except NotVerified:
            return redirect(registry.name_of(registry.Page.VERIFY))
        except Refused as refused:
            return closed(request, found, refused.sentence)
        if not found.cycle.allows(Act.VOTE, clock.now()):
            return closed(request, found)
        try:
            return view(request, BallotForm(paper, request.POST if request.method == "POST" else None))
        except Exception as broken:
            # With the frames below goes all they knew of the ballot.
            raise (DatabaseAway() if passes(broken) else BoothOutOfOrder(broken)) from None

    return entered


def closed(request: Request, contest: Contest, sentence: str = "") -> HttpResponse:
    context = {"contest": contest, "cycle": contest.cycle, "sentence": sentence, "at": clock.now()}
    return render(request, "ballots/booth/closed.html", context, status=409 if request.method == "POST" else 200)


def shown(request: Request, page: str, ballot: BallotForm, **more: Any) -> HttpResponse:
    context = {"ballot": ballot, "contest": ballot.contest, "cycle": ballot.contest.cycle, **more}
    return render(request, f"ballots/booth/{page}.html", context)


def back(ballot: BallotForm) -> HttpResponse:
    """To the first page of the booth: a ballot is in the form that was posted, and nowhere else."""
    return redirect("ballot", ballot.contest.cycle.slug, ballot.contest.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@in_the_booth
def choose(request: Request, ballot: BallotForm) -> HttpResponse:
    """The ballot to fill in; posting to it brings one back from the review with the choices kept."""
    errors = ballot.errors if ballot.is_outdated else []
    return shown(request, "choose", ballot, errors=errors, receipt=receipt_of(request.user, ballot.contest))


@require_http_methods(["GET", "HEAD", "POST"])
@in_the_booth
def review(request: Request, ballot: BallotForm) -> HttpResponse:
    if not ballot.is_filled_in:
        return back(ballot)
    if ballot.errors:
        return shown(request, "choose", ballot, errors=ballot.errors)
    return shown(request, "review", ballot)


@require_http_methods(["GET", "HEAD", "POST"])
@in_the_booth
def put_in(request: Request, ballot: BallotForm) -> HttpResponse:
    if not ballot.is_filled_in:
        return back(ballot)
    try:
        if ballot.errors:
            raise NotValid(ballot.errors)
        cast(ballot.contest, ballot.choices, by=request.user)
    except NotValid as invalid:
        return shown(request, "choose", ballot, errors=invalid.reasons)
    except Refused as refused:
        return closed(request, ballot.contest, refused.sentence)
    return redirect("ballot_receipt", ballot.contest.cycle.slug, ballot.contest.slug)


@require_safe
@never_cache
@login_required
def receipt(request: Request, cycle: str, contest: str) -> HttpResponse:
    found = contest_or_404(cycle, contest)
    receipt = receipt_of(request.user, found)
    if receipt is None:
        return redirect("ballot", cycle, contest)
    context = {"receipt": receipt, "contest": found, "cycle": found.cycle}
    return render(request, "ballots/booth/receipt.html", context)


@require_safe
def paper(request: Request, cycle: str, contest: str) -> HttpResponse:
    """The frozen ballot paper, for everyone."""
    found = contest_or_404(cycle, contest)
    frozen = get_object_or_404(BallotPaper.objects.select_related("contest__cycle"), contest=found)
    context = {"ballot": BallotForm(frozen), "paper": frozen, "contest": found, "cycle": found.cycle}
    sees_corrections = request.user.is_committee_for(found.district) or oversees(request.user)
    return render(request, "ballots/paper.html", {**context, "sees_corrections": sees_corrections})


@require_safe
def manifest(request: Request, cycle: str, contest: str) -> HttpResponse:
    """The exact text whose SHA-256 is the paper's digest."""
    found = get_object_or_404(BallotPaper, contest=contest_or_404(cycle, contest))
    return HttpResponse(found.manifest, content_type="application/json")
