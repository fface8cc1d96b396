"""My own page."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.forms import LanguageForm, PublicNameForm
from accounts.visitors import user_of
from budgeting import registry
from budgeting.models import Contest, Cycle
from budgeting.stages import Act
from lib import clock
from residents.models import Resident, Verification


@login_required
@never_cache
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


def _my_page(request: HttpRequest, name_form: PublicNameForm) -> HttpResponse:
    user, at = user_of(request), clock.now()
    ties = {tie.cycle_id: tie for tie in user.verifications.select_related("resident__district")}
    claimed = set(user.claims.filter(settled_at=None).values_list("resident__cycle", flat=True))
    has_register = Exists(Resident.objects.filter(cycle=OuterRef("pk")))  # before, nobody can be verified
    context = {
        "standing": [
            {"cycle": cycle, "tie": tie, "claimed": cycle.pk in claimed, "contests": _contests(cycle, tie)}
            for cycle in Cycle.objects.filter(has_register).prefetch_related("phases")
            if (tie := ties.get(cycle.pk)) or cycle.allows(Act.VERIFY, at)
        ],
        "name_form": name_form,
        "language_form": LanguageForm(initial={"language": user.language or request.LANGUAGE_CODE}),
    }
    return render(request, "front/me.html", context)


def _contests(cycle: Cycle, tie: Verification | None) -> QuerySet[Contest]:
    """Where this person may vote: the contest of their district, and the city's."""
    if tie is None or tie.resident.removed_at:
        return Contest.objects.none()
    mine = cycle.contests.select_related("district", "cycle").prefetch_related("cycle__phases")
    return mine.filter(Q(district=tie.resident.district) | Q(district__city_wide=True))


@login_required
@never_cache
@require_GET
def data(request: HttpRequest) -> JsonResponse:
    """Everything kept about me, as JSON: only to me, only while I am signed in, at no address that would work later.

    How I voted is not in it, because nobody can read that: the ballot is sealed.
    """
    response = JsonResponse(registry.kept_of(user_of(request)), json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response
