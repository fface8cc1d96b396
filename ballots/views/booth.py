"""The booth: choose, review, cast, receipt. What is chosen travels in the form and is kept nowhere on the way."""

import traceback
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from ballots.booth_form import BallotForm
from ballots.casting import NotValid, NotVerified, admission, ballots_of, box_of, cast, receipt_of
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
    """Let in who may vote here now, with their ballot. Nothing of what is posted reaches a cache or an error report.

    A ballot that nobody holds any more (its booth has ended) is shown again, with a field for a letter's code.
    """

    @wraps(view)
    @never_cache
    @sensitive_post_parameters()
    def entered(request: Request, cycle: str, contest: str) -> HttpResponse:
        if nobody(request) and request.method != "POST":
            return redirect_to_login(request.get_full_path())
        found = contest_or_404(cycle, contest)
        if nobody(request) and not found.cycle.votes_by_letter:
            return redirect_to_login(request.path)
        try:
            return let_in(request, found, view)
        except NotVerified:
            return redirect(registry.name_of(registry.Page.VERIFY))
        except Refused as refused:
            return closed(request, found, refused.sentence)
        except Exception as broken:
            # With the frames below goes all they knew of the ballot.
            raise (DatabaseAway() if passes(broken) else BoothOutOfOrder(broken)) from None

    return entered


def nobody(request: Request) -> bool:
    """Is this neither somebody with an account nor somebody with a letter?"""
    return not (request.user.is_authenticated or request.user.holds_a_letter)


def let_in(request: Request, contest: Contest, view: View) -> HttpResponse:
    """Raises NotVerified or Refused for who may not vote here."""
    paper, _key = box_of(contest)
    if not contest.cycle.allows(Act.VOTE, clock.now()):
        return closed(request, contest)
    ballot = BallotForm(paper, request.POST if request.method == "POST" else None)
    types_a_code = "code" in request.POST and not request.user.is_authenticated
    if nobody(request) or types_a_code:
        if errors := opening(request):
            return shown(request, "choose", ballot, outside=True, errors=[each for each in errors if each])
    elif ballot.is_filled_in and request.POST.get("booth", "") != request.letter_booth.word:
        return shown(request, "choose", ballot, elsewhere=True)  # made for somebody else, in another tab
    admission(request.user, contest)
    return view(request, ballot)


def opening(request: Request) -> list[str]:
    """Open a booth with the code that came with a ballot: why not, as a list that is empty once it is open."""
    code = request.POST.get("code", "").strip()
    if not code:
        return [_("Type the code of your letter.") if "code" in request.POST else ""]
    try:
        request.letter_booth.open(code, at=clock.now())
    except Refused as refused:
        return [refused.sentence]
    return []


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
        cast(ballot.contest, ballot.choices, by=admission(request.user, ballot.contest))
    except NotValid as invalid:
        return shown(request, "choose", ballot, errors=invalid.reasons)
    except NotVerified:  # the line was tied, or the letter made worthless, since the booth was entered
        return shown(request, "choose", ballot, outside=True, errors=[])
    except Refused as refused:
        return closed(request, ballot.contest, refused.sentence)
    return redirect("ballot_receipt", ballot.contest.cycle.slug, ballot.contest.slug)


@require_safe
@never_cache
def receipt(request: Request, cycle: str, contest: str) -> HttpResponse:
    if nobody(request):
        return redirect_to_login(request.path)
    found = contest_or_404(cycle, contest)
    receipt = receipt_of(request.user, found)
    if receipt is None:
        return redirect("ballot", cycle, contest)
    context = {"receipt": receipt, "contest": found, "cycle": found.cycle}
    context["others"] = [one for one in ballots_of(request.user, clock.now()) if one.contest.pk != found.pk]
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
    """The exact text whose SHA-256 is the paper's digest, as far as it is in view."""
    found = get_object_or_404(BallotPaper, contest=contest_or_404(cycle, contest))
    return HttpResponse(found.manifest_in_view, content_type="application/json")
