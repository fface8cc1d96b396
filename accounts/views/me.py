"""My own page, and what I must do before I may see it."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.forms import Language, PublicName
from accounts.models import AuditEvent, Resident, User, Verification
from accounts.visitors import signed_in
from budgeting import clock
from budgeting.calendar import Act
from budgeting.models import Contest, Cycle

ROOMS = ("accounts", "account", "usersessions", "proposals")  # whose rows about me I may take away


@login_required
@never_cache
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    return _my_page(request, PublicName(initial={"name": signed_in(request).name}))


@login_required
@require_POST
def name(request: HttpRequest) -> HttpResponse:
    form = PublicName(request.POST)
    if not form.is_valid():
        return _my_page(request, form)
    user = signed_in(request)
    user.name = form.cleaned_data["name"]
    user.save(update_fields=["name"])
    messages.success(request, _("Others now see you as %s.") % user.name)
    return redirect("me")


@login_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """My language, for the pages I see on this device and for the mails I get."""
    form = Language(request.POST)
    response = redirect("me")
    if form.is_valid():
        user = signed_in(request)
        user.language = form.cleaned_data["language"]
        user.save(update_fields=["language"])
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, user.language, 365 * 86_400, samesite="Lax", secure=request.is_secure()
        )
    return response


def _my_page(request: HttpRequest, name_form: PublicName) -> HttpResponse:
    user, at = signed_in(request), clock.now()
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
        "language_form": Language(initial={"language": user.language or request.LANGUAGE_CODE}),
    }
    return render(request, "accounts/me.html", context)


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
    user = signed_in(request)
    rows: dict[str, object] = {"accounts.user": _plain(User.objects.filter(pk=user.pk))}
    for relation in User._meta.related_objects:
        if relation.related_model._meta.app_label in ROOMS and relation.get_accessor_name():
            mine = relation.related_model._base_manager.filter(**{relation.field.name: user})
            rows[relation.related_model._meta.label_lower] = _plain(mine)
    rows["accounts.auditevent"] = _plain(AuditEvent.objects.filter(actor=user))
    response = JsonResponse(rows, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


SECRET = {"password", "session_key"}


def _plain(rows: models.QuerySet) -> list[dict[str, object]]:
    """Rows without digests, hashes and secrets, which would tell the person nothing and a thief something."""
    told = [
        field.attname
        for field in rows.model._meta.concrete_fields
        if not isinstance(field, models.BinaryField) and field.attname not in SECRET
    ]
    return [
        {name: value.name if hasattr(value, "storage") else value for name, value in row.items()}
        for row in rows.values(*told)
    ]


@login_required
@require_GET
def second_factor(request: HttpRequest) -> HttpResponse:
    """Where whoever holds a role is led until they have set up an authenticator app or a passkey."""
    if signed_in(request).has_a_second_factor:
        return redirect("mfa_index")
    return render(request, "accounts/second_factor.html")
