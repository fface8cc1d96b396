"""The booth: choose, review, cast, receipt. What is chosen travels in the form and is kept nowhere on the way."""

import traceback
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from ballots.booth import Slip
from ballots.casting import NotValid, NotVerified, box_of, cast, receipt_of, resident_of
from ballots.models import BallotPaper
from budgeting import clock
from budgeting.calendar import Act
from budgeting.models import Contest
from proposals.rules import Refused

View = Callable[..., HttpResponse]


class BoothOutOfOrder(Exception):
    """Something broke in the booth. Says which kind of error and where, and nothing that was chosen."""

    def __init__(self, broken: Exception) -> None:
        place = traceback.extract_tb(broken.__traceback__)[-1]
        super().__init__(f"{type(broken).__name__} in {place.filename}, line {place.lineno}")


def contest_or_404(cycle: str, district: str) -> Contest:
    contests = Contest.objects.select_related("cycle", "district").prefetch_related("cycle__phases")
    return get_object_or_404(contests, cycle__slug=cycle, district__slug=district)


def in_the_booth(view: View) -> View:
    """Let in who may vote here now, with their slip. Nothing of what is posted reaches a cache or an error report."""

    @wraps(view)
    @never_cache
    @login_required
    @sensitive_post_parameters()
    def entered(request: HttpRequest, cycle: str, district: str) -> HttpResponse:
        contest = contest_or_404(cycle, district)
        try:
            resident_of(request.user, contest)
            paper, _key = box_of(contest)
        except NotVerified:
            return redirect("verify")
        except Refused as refused:
            return closed(request, contest, refused.sentence)
        if not contest.cycle.allows(Act.VOTE, clock.now()):
            return closed(request, contest)
        try:
            return view(request, Slip(paper, request.POST if request.method == "POST" else None))
        except Exception as broken:
            raise BoothOutOfOrder(broken) from None  # with the frames below goes all they knew of the ballot

    return entered


def closed(request: HttpRequest, contest: Contest, sentence: str = "") -> HttpResponse:
    context = {"contest": contest, "cycle": contest.cycle, "sentence": sentence, "at": clock.now()}
    return render(request, "ballots/booth/closed.html", context, status=409 if request.method == "POST" else 200)


def shown(request: HttpRequest, page: str, slip: Slip, **more: Any) -> HttpResponse:
    context = {"slip": slip, "contest": slip.contest, "cycle": slip.contest.cycle, **more}
    return render(request, f"ballots/booth/{page}.html", context)


def back(slip: Slip) -> HttpResponse:
    """To the first page of the booth: a ballot is in the form that was posted, and nowhere else."""
    return redirect("ballot", slip.contest.cycle.slug, slip.contest.district.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@in_the_booth
def choose(request: HttpRequest, slip: Slip) -> HttpResponse:
    """The ballot to fill in; posting to it brings one back from the review with the choices kept."""
    return shown(request, "choose", slip, receipt=receipt_of(request.user, slip.contest))


@require_http_methods(["GET", "HEAD", "POST"])
@in_the_booth
def review(request: HttpRequest, slip: Slip) -> HttpResponse:
    if not slip.is_filled_in:
        return back(slip)
    if slip.faults:
        return shown(request, "choose", slip, faults=slip.faults)
    return shown(request, "review", slip)


@require_http_methods(["GET", "HEAD", "POST"])
@in_the_booth
def put_in(request: HttpRequest, slip: Slip) -> HttpResponse:
    if not slip.is_filled_in:
        return back(slip)
    try:
        if slip.faults:
            raise NotValid(slip.faults)
        cast(request.user, slip.contest, slip.choices)
    except NotValid as invalid:
        return shown(request, "choose", slip, faults=invalid.reasons)
    except Refused as refused:
        return closed(request, slip.contest, refused.sentence)
    return redirect("ballot_receipt", slip.contest.cycle.slug, slip.contest.district.slug)


@require_safe
@never_cache
@login_required
def receipt(request: HttpRequest, cycle: str, district: str) -> HttpResponse:
    contest = contest_or_404(cycle, district)
    found = receipt_of(request.user, contest)
    if found is None:
        return redirect("ballot", cycle, district)
    context = {"receipt": found, "contest": contest, "cycle": contest.cycle}
    return render(request, "ballots/booth/receipt.html", context)


@require_safe
def paper(request: HttpRequest, cycle: str, district: str) -> HttpResponse:
    """The frozen ballot paper, for everyone."""
    contest = contest_or_404(cycle, district)
    found = get_object_or_404(BallotPaper.objects.select_related("contest__cycle"), contest=contest)
    context = {"slip": Slip(found), "paper": found, "contest": contest, "cycle": contest.cycle}
    return render(request, "ballots/paper.html", context)


@require_safe
def manifest(request: HttpRequest, cycle: str, district: str) -> HttpResponse:
    """The exact text whose SHA-256 is the paper's digest."""
    found = get_object_or_404(BallotPaper, contest=contest_or_404(cycle, district))
    return HttpResponse(found.manifest, content_type="application/json")
