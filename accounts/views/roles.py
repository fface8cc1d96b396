"""Where a clerk grants roles and ends them, and the page on which somebody invited takes one up."""

from typing import Any

import segno
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.totp.internal.auth import clear_totp_secret, get_totp_secret
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import invitations
from accounts.forms import InvitationForm, RoleForm
from accounts.models import Invitation, Role, User
from accounts.visitors import user_of
from budgeting import registry, two
from budgeting.guards import only
from lib import clock
from lib.refusal import obeying, require, status_of

gives_roles = only(lambda person: person.gives_roles)
gives_roles_touch = only(lambda person: person.gives_roles, otherwise=PermissionDenied)


@gives_roles
def page(request: HttpRequest) -> HttpResponse:
    """Who holds which role for how long, who is invited, and the form that grants one."""
    form = RoleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            made = invitations.offer(form.offer, by=user_of(request), at=clock.now(), language=form.spoken)
            said = _("%s is invited by mail.") if isinstance(made, Invitation) else _("%s holds the role.")
            messages.success(request, said % form.offer.name)
            return redirect("roles")
    at = clock.now()
    roles = Role.objects.select_related("user", "district").order_by("kind", "district__name", "user__name", "pk")
    context = {
        "form": form,
        "roles": [role for role in roles if role.ends is None or role.ends > at],
        "over": [role for role in roles if role.ends is not None and role.ends <= at],
        "at": at,
        "invited": Invitation.objects.waiting(at).select_related("district"),
    }
    return render(request, "accounts/roles.html", context, status=status_of(form))


@require_POST
@gives_roles_touch
def end(request: HttpRequest, role: int) -> HttpResponse:
    found = Role.objects.select_related("user", "district").filter(pk=role).first()
    if found is None:  # sent twice, or somebody else was faster
        return redirect("roles")
    with obeying(request):
        found.revoke(by=user_of(request), at=clock.now())
        messages.success(request, _("The role of %s has ended.") % found.user.named)
    return redirect("roles")


@require_POST
@gives_roles_touch
def withdraw(request: HttpRequest, invitation: int) -> HttpResponse:
    found = get_object_or_404(Invitation, pk=invitation)
    with obeying(request):
        invitations.withdraw(found, by=user_of(request), at=clock.now())
        messages.success(request, _("The invitation of %s is withdrawn.") % found.named)
    return redirect("roles")


@require_POST
@gives_roles_touch
def take_factor(request: HttpRequest, person: int) -> HttpResponse:
    """Put it before a second person that somebody lost their second factor."""
    found = get_object_or_404(User, pk=person)
    with obeying(request):
        require(found.roles.exists(), _("They hold no role."))
        act = two.propose(two.sketch(two.Joint.TAKE_FACTOR, on=found, cycle=None), by=user_of(request), at=clock.now())
        return redirect(act)
    return redirect("roles")


@never_cache
@sensitive_post_parameters()
def take_up(request: HttpRequest, language: str) -> HttpResponse:
    """Public name, password and authenticator app, all on one page, in the language of the mail that led here."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        return _take_up(request)


def _take_up(request: HttpRequest) -> HttpResponse:
    secret = get_totp_secret(regenerate=request.method != "POST")
    form = InvitationForm(request.POST if request.method == "POST" else None, secret=secret)
    if form.is_valid():
        typed = form.cleaned_data
        with obeying(form, "code"):
            user = invitations.take_up(
                typed["code"], name=typed["name"], password=typed["password"], secret=secret, at=clock.now()
            )
            return _let_in(request, user)
    context = {"form": form, "secret": secret, "drawing": _drawn(secret)}
    return render(request, "accounts/invitation.html", context, status=status_of(form))


def _let_in(request: HttpRequest, user: User) -> HttpResponse:
    """Signed in on the spot: the code of the mail and that of the app were given a moment ago."""
    clear_totp_secret(request)
    adapter = get_adapter(request)
    adapter.login(request, user)
    record_authentication(request, user, "mfa", type="totp")
    answer: HttpResponse = adapter.post_login(
        request,
        user,
        email_verification=None,
        signal_kwargs=None,
        email=user.email,
        signup=True,
        redirect_url=registry.address_of(registry.Page.ME),
    )
    year = 365 * 86_400
    cookie = settings.LANGUAGE_COOKIE_NAME
    answer.set_cookie(cookie, user.language, year, samesite="Lax", secure=request.is_secure())
    return answer


def _drawn(secret: str) -> Any:
    """The QR code that the app reads, named after the site; whose it is is not known before the code is right."""
    account = User(email=settings.CITY_NAME)
    code = segno.make(get_mfa_adapter().build_totp_url(account, secret), error="m")
    return mark_safe(code.svg_inline(scale=4, border=2, omitsize=True))  # noqa: S308  (nothing anybody typed is in it)
