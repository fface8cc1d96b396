"""What anyone may read: the list, the map, one proposal and its history."""

import secrets
from datetime import datetime
from http import HTTPStatus

from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

from budgeting import registry
from budgeting.guards import oversees
from budgeting.models import Contest, Cycle
from budgeting.people import Request
from budgeting.sections import told_on
from budgeting.stages import Act
from lib import clock
from lib.private_files import open_if_there
from lib.refusal import status_of
from lib.typed import without_nul
from proposals.differences import differences
from proposals.forms.discussion import CommentForm
from proposals.forms.search import SearchForm
from proposals.geojson import map_of
from proposals.models import Comment, Hiding, Photo, Proposal, SavedSearch
from proposals.timeline import timeline

PER_PAGE = 24
MOST_PLACES = 2000
PHOTOS_ARE_KEPT_FOR = 600  # seconds, without asking again: one that was taken away is gone everywhere after that


def cycle_of(slug: str) -> Cycle:
    return get_object_or_404(Cycle.objects.prefetch_related("phases"), slug=slug)


def find(request: Request, at: datetime, cycle: str, district: str, number: int, *, whole: bool = False) -> Proposal:
    """The submitted proposal of that number, if whoever asks may see it, or 404. `whole`: with all its page shows."""
    proposals = Proposal.objects.visible_to(request.user, at).with_status(at)
    if whole:
        proposals = (
            proposals.with_counts()
            .with_support_apart()
            .select_related("author", "category", "withdrawal", "award", "hiding__ground")
            .prefetch_related("photos__hiding__ground", "milestones")
        )
    return get_object_or_404(
        proposals.select_related("cycle", "contest__district", "contest__cycle").prefetch_related("cycle__phases"),
        cycle__slug=cycle,
        contest__district__slug=district,
        number=number,
    )


@require_safe
def index(request: Request, cycle: str) -> HttpResponse:
    """A cycle's proposals: list and map of the same results."""
    at, found = clock.now(), cycle_of(cycle)
    search = SearchForm(found, request.GET)
    seed = without_nul(request.COOKIES.get("order", ""))[:16] or secrets.token_hex(4)
    page = Paginator(search.ordered(search.found(at).as_rows(at), seed), PER_PAGE)
    context = {
        "cycle": found,
        "search": search,
        "page": page.get_page(request.GET.get("page")),
        "can_propose": found.allows(Act.PROPOSE, at),
        "can_save": search.leaves_something_out and SavedSearch.may_find(found, at),
        "saved": SavedSearch.kept_by(request.user, at=at, cycle=found, **search.to_save),
    }
    template = "proposals/index.html" + ("#results" if request.htmx else "")
    response = render(request, template, context)
    # The order stays the same while the browser is open; the cookie holds nothing but the lot it was drawn by.
    response.set_cookie("order", seed, httponly=True, samesite="Lax", secure=request.is_secure())
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def of_district(request: Request, cycle: str, district: str) -> HttpResponse:
    """One district's proposals, or one contest's, are the cycle's, filtered."""
    here = Q(slug=district) | Q(district__slug=district)
    if not Contest.objects.filter(here, cycle__slug=cycle).exists():
        raise Http404
    return redirect(f"{reverse('proposals', args=[cycle])}?district={district}")


@require_safe
def places(request: Request, cycle: str) -> HttpResponse:
    """The results of the same search as GeoJSON: the districts, and a point for each proposal that has a place."""
    found = cycle_of(cycle)
    search = SearchForm(found, request.GET)
    proposals = search.found(clock.now()).exclude(latitude=None).select_related("contest__district", "contest__cycle")
    proposals = proposals.defer("description", "long_text", "short_text").order_by("number")[:MOST_PLACES]
    return JsonResponse(map_of(search.districts, proposals), content_type="application/geo+json")


def detail(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    at = clock.now()
    try:
        proposal = find(request, at, cycle, district, number, whole=True)
    except Http404:
        return in_its_place(request, at, cycle, district, number)
    if request.path != proposal.get_absolute_url():
        return redirect(proposal, permanent=False)
    return shown(request, proposal, at)


def in_its_place(request: Request, at: datetime, cycle: str, district: str, number: int) -> HttpResponse:
    """What stands at the address of a hidden proposal: why it is hidden, and nothing of it. Else 404."""
    hidden = Proposal.objects.hidden(at).filter(cycle__slug=cycle, contest__district__slug=district, number=number)
    rows = Hiding.objects.select_related("proposal__cycle", "ground")
    hiding = get_object_or_404(rows, pk__in=hidden.values("hiding"))
    context = {"hiding": hiding, "number": number, "cycle": hiding.proposal.cycle}
    return render(request, "proposals/hidden.html", context, status=HTTPStatus.GONE)


def shown(request: Request, proposal: Proposal, at: datetime, form: CommentForm | None = None) -> HttpResponse:
    """A proposal's page, with a comment being written if there is one."""
    replies = Comment.objects.select_related("author", "hiding__ground")
    threads = proposal.comments.filter(parent=None).select_related("author", "hiding__ground")
    context = {
        "proposal": proposal,
        "cycle": proposal.cycle,
        "at": at,
        "threads": threads.prefetch_related(Prefetch("replies", replies)),
        "place": map_of([proposal.contest.district], [proposal]),
        "events": timeline(proposal, at),
        "merged": proposal.merged.filter(proposal__in=Proposal.objects.in_view(at)).select_related(
            "proposal__author", "proposal__contest__district", "proposal__contest__cycle"
        ),
        "hiding": proposal.hidden(at),
        "oversees": oversees(request.user),
        "form": form or CommentForm(),
        "replying_to": form.data.get("parent") if form else None,
        **support_of(request, proposal),
        "offered": registry.offered_for(proposal, request.user, at),
        "told": told_on(proposal, at),
        "asked": proposal.correction_asked(at) if proposal.is_by(request.user) else None,
        "may": {
            "edit": not proposal.why_not_edit(by=request.user, at=at),
            "withdraw": not proposal.why_not_withdraw(by=request.user, at=at),
            "endorse": not proposal.why_not_endorse(at),
            "comment": not proposal.why_not_comment(at),
            "withhold": request.user.is_clerk,
            "report_delivery": not proposal.why_not_report_delivery(by=request.user, at=at),
        },
    }
    return render(request, "proposals/detail.html", context, status=status_of(form))


def support_of(request: Request, proposal: Proposal) -> dict[str, object]:
    """Whether whoever asks supports it, and whether that counts."""
    endorsed = proposal.is_endorsed_by(request.user)
    return {"endorsed": endorsed, "counted": endorsed and proposal.counts_support_of(request.user)}


@require_safe
def history(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """What changed from one version to another: by default from the first to the present one."""
    proposal = find(request, clock.now(), cycle, district, number)
    versions = list(proposal.versions.select_related("by", "hiding__ground"))
    if not versions:
        raise Http404
    numbered = {str(version.number): version for version in versions}
    after = numbered.get(request.GET.get("to", ""), versions[-1])
    before = numbered.get(request.GET.get("from", ""), versions[max(versions.index(after) - 1, 0)])
    context = {"proposal": proposal, "versions": versions, "before": before, "after": after}
    context["oversees"] = oversees(request.user)
    hidden = dict.fromkeys(each for each in (before, after) if each.hiding)  # once, where one is compared with itself
    unseen = any(not each.is_shown_hidden_to(request.user) for each in hidden)
    context |= {"hidden": hidden, "unseen": unseen}
    context["changes"] = [] if unseen else list(differences(proposal, before.text, after.text))
    return render(request, "proposals/history.html", {**context, "cycle": proposal.cycle})


@require_safe
def photo(request: Request, name: str, size: str) -> HttpResponseBase:
    """A photo's file, to those who may see its proposal."""
    at = clock.now()
    visible = Proposal.objects.visible_to(request.user, at)
    rows = Photo.objects.filter(proposal__in=visible).select_related("proposal__hiding", "hiding__ground")
    found = get_object_or_404(rows, name=name)
    if size not in ("large", "small") or (found.hiding and not found.is_shown_hidden_to(request.user)):
        raise Http404
    if found.withheld and not oversees(request.user):  # who may confirm an act of two sees what it is about
        answer = HttpResponse(
            found.alt, content_type="text/plain; charset=utf-8", status=HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS
        )
        answer["Cache-Control"] = "no-store"
        return answer
    tag = f'"{name}-{size}"'  # the file behind an address never changes: it is there or not
    response: HttpResponseBase | None = get_conditional_response(request, etag=tag)
    if response is None:
        if (file := open_if_there(getattr(found, size))) is None:
            raise Http404
        response = FileResponse(file, content_type="image/jpeg", headers={"ETag": tag})
    reach = "private" if found.proposal.is_draft else "public"
    is_seen_by_few = not found.in_view or found.proposal.hidden(at)
    response["Cache-Control"] = "no-store" if is_seen_by_few else f"{reach}, max-age={PHOTOS_ARE_KEPT_FOR}"
    return response
