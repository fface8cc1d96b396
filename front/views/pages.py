"""What anyone may read of the calendar and the money."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from budgeting.models import Contest, Counted, Cycle, boundaries_of
from budgeting.people import Request
from budgeting.stages import Act, Button, Stage
from front.sample_form import SampleForm
from front.views.rule import why_fixed
from lib import clock
from lib.geography import feature_collection


@dataclass(frozen=True, slots=True)
class MainButton:
    """The one main button of a page."""

    words: Promise
    address: str


def home(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    cycles = list(Cycle.objects.prefetch_related("phases"))
    present = Cycle.most_pressing(cycles, at)
    others = [(cycle, cycle.stage_name(at)) for cycle in cycles if cycle != present]
    return render(request, "front/home.html", {**_page_of(present, at), "others": others})


def cycle(request: HttpRequest, cycle: str) -> HttpResponse:
    found = get_object_or_404(Cycle.objects.prefetch_related("phases"), slug=cycle)
    return render(request, "front/cycle.html", _page_of(found, clock.now()))


def contest(request: Request, cycle: str, contest: str) -> HttpResponse:
    """A contest by its address. That of a district whose contests all have others leads to the first of them."""
    contests = Contest.objects.select_related("cycle", "district").prefetch_related("cycle__phases")
    found = contests.filter(cycle__slug=cycle, slug=contest).first()
    if found is None:
        pot = contests.filter(cycle__slug=cycle, district__slug=contest).first()
        if pot is None:
            raise Http404
        return redirect(pot)
    at = clock.now()
    context = {**_page_of(found.cycle, at), "contest": found, "button": _button_of(found, found.cycle.stage(at))}
    context["may_change_rule"] = request.user.is_clerk and not why_fixed(found)
    return render(request, "front/contest.html", context)


def _page_of(cycle: Cycle | None, at: datetime) -> dict[str, Any]:
    """What every page about a cycle says: its stage, until when, its contests and their money."""
    if cycle is None:
        return {"at": at}
    contests = list(cycle.contests.select_related("district", "cycle"))
    stage, is_public = cycle.stage(at), Counted.any_public(cycle, at)
    promises_results = Act.SEE_RESULTS in stage.about.acts
    return {
        "at": at,
        "cycle": cycle,
        "stage": stage,
        "about": stage.about if is_public or not promises_results else Stage.COUNTING.about,
        "window": cycle.window(stage),
        "button": _button(cycle, stage),
        "has_proposals": stage is not Stage.PREPARING,
        "may_vote": cycle.allows(Act.VOTE, at),
        "results_are_public": is_public,
        "proposals_called": stage.about.proposals if is_public or not promises_results else _("Proposals"),
        "contests": contests,
        "whole_budget": sum(contest.budget for contest in contests),
    }


def _button(cycle: Cycle, stage: Stage) -> MainButton:
    """What a resident can do at this stage of a cycle; while the vote is paused nobody is led to it."""
    button = Button.READ_PROPOSALS if cycle.paused_since else stage.about.button
    return {
        Button.SEE_CALENDAR: MainButton(_("See the calendar"), "#calendar"),
        Button.PROPOSE: MainButton(_("Propose a project"), reverse("propose_where", args=[cycle.slug])),
        Button.READ_PROPOSALS: MainButton(_("Read the proposals"), reverse("proposals", args=[cycle.slug])),
        Button.VOTE: MainButton(_("Choose your district and vote"), "#districts"),
        Button.SEE_RESULTS: MainButton(_("See the results"), reverse("cycle_results", args=[cycle.slug])),
    }[button]


def _button_of(contest: Contest, stage: Stage) -> MainButton | None:
    """What a resident can do at this stage in one contest; where they vote stands beside it."""
    where = [contest.cycle.slug, contest.slug]
    return {
        Button.PROPOSE: MainButton(_("Propose a project"), reverse("propose", args=where)),
        Button.SEE_RESULTS: MainButton(_("See the results"), reverse("contest_results", args=where)),
    }.get(stage.about.button)


def how_it_works(request: HttpRequest) -> HttpResponse:
    stages = [stage.about for stage in Stage if stage is not Stage.PREPARING]
    return render(request, "front/how_it_works.html", {"stages": stages})


def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "front/accessibility.html")


def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component on one page, for whoever makes a page; not part of a city's site."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    form = SampleForm(request.GET if "title" in request.GET else None)
    at = clock.now()
    page = _page_of(Cycle.present(at), at)
    districts = dict.fromkeys(contest.district for contest in page.get("contests", ()))
    features = feature_collection(boundaries_of(districts))
    samples = {"features": features, "form": form, "page": Paginator(range(200), 10).page(4)}
    return render(request, "front/styleguide.html", page | samples)
