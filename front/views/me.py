"""My own page."""

from collections.abc import Iterable, Mapping

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import closing as accounts_closing
from accounts import disconnecting
from accounts.forms import ClosingForm, LanguageForm, PublicNameForm
from accounts.visitors import user_of
from ballots.casting import entrances
from budgeting import registry
from budgeting.models import Contest, Cycle
from budgeting.stages import Act
from lib import clock
from lib.refusal import obeying, status_of
from residents.models import Resident, Verification


@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    return _my_page(request, PublicNameForm(initial={"name": user_of(request).name}))


@login_required
@require_POST
def name(request: HttpRequest) -> HttpResponse:
    form = PublicNameForm(request.POST)
    if not form.is_valid():
        return _my_page(request, form)
    user = user_of(request)
    user.name = form.cleaned_data["name"]
    user.save(update_fields=["name"])
    messages.success(request, _("Others now see you as %s.") % user.name)
    return redirect("me")


@login_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """My language, for the pages I see on this device and for the mails I get."""
    form = LanguageForm(request.POST)
    response = redirect("me")
    if form.is_valid():
        user = user_of(request)
        user.language = form.cleaned_data["language"]
        user.save(update_fields=["language"])
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, user.language, 365 * 86_400, samesite="Lax", secure=request.is_secure()
        )
    return response


@login_required
def closing(request: HttpRequest) -> HttpResponse:
    """What goes and what stays when I close my account; and closing it."""
    user, form = user_of(request), ClosingForm(request.POST or None)
    why_not = accounts_closing.why_not(user)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            accounts_closing.close(user, at=clock.now())
            get_adapter().logout(request)
            messages.success(request, _("Your account is closed. A mail says so."))
            return redirect("home")
    found = registry.leavings()
    context = {
        "form": form,
        "why_not": why_not,
        "goes": [each for leaving in found for each in leaving.goes],
        "stays": [each for leaving in found for each in leaving.stays],
    }
    return render(request, "front/closing.html", context, status=status_of(form))


def _my_page(request: HttpRequest, name_form: PublicNameForm) -> HttpResponse:
    user, at = user_of(request), clock.now()
    known = user.verifications.exclude(resident=None).select_related("resident__district")
    ties = {tie.cycle_id: tie for tie in known}
    claimed = set(user.claims.filter(settled_at=None).values_list("resident__cycle", flat=True))
    has_register = Exists(Resident.objects.filter(cycle=OuterRef("pk")))  # before, nobody can be verified
    cycles = [
        cycle
        for cycle in Cycle.objects.filter(has_register).prefetch_related("phases")
        if cycle.pk in ties or cycle.allows(Act.VERIFY, at)
    ]
    mine = entrances(user, _contests(cycles, ties), at)
    context = {
        "standing": [
            {
                "cycle": cycle,
                "tie": ties.get(cycle.pk),
                "claimed": cycle.pk in claimed,
                "entrances": [entrance for entrance in mine if entrance.contest.cycle_id == cycle.pk],
            }
            for cycle in cycles
        ],
        "name_form": name_form,
        "has_sign_ins": disconnecting.has_a_choice(user),
        "language_form": LanguageForm(initial={"language": user.language or request.LANGUAGE_CODE}),
    }
    return render(request, "front/me.html", context, status=status_of(name_form))


def _contests(cycles: Iterable[Cycle], ties: Mapping[int, Verification]) -> list[Contest]:
    """Where this person may vote: the contests of their district in each cycle, and the city's."""
    lines = {cycle: tie.resident for cycle, tie in ties.items()}
    homes = {cycle: line.district_id for cycle, line in lines.items() if line and not line.removed_at}
    known = {cycle.pk: cycle for cycle in cycles if cycle.pk in homes}
    contests = list(Contest.objects.filter(cycle__in=known).select_related("district"))
    for contest in contests:
        contest.cycle = known[contest.cycle_id]  # with its phases
    return [each for each in contests if each.district.city_wide or each.district_id == homes[each.cycle_id]]


@login_required
@require_GET
def data(request: HttpRequest) -> JsonResponse:
    """Everything kept about me, as JSON: only to me, only while I am signed in, at no address that would work later.

    How I voted is not in it, because nobody can read that: the ballot is sealed.
    """
    response = JsonResponse(registry.kept_of(user_of(request)), json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response
