"""Who is behind a request: somebody with an account, or a visitor who answers every question of theirs with no."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

from accounts.models import User

View = Callable[..., HttpResponseBase]


class Visitor(AnonymousUser):
    name = ""
    is_clerk = is_committee = is_council = is_auditor = False

    def is_committee_for(self, district: Model) -> bool:
        return False

    def is_verified_for(self, cycle: Model) -> bool:
        return False

    def verification_for(self, cycle: Model) -> None:
        return None


def only(question: Callable[[User], bool]) -> Callable[[View], View]:
    """For views only some may see: who is not signed in is asked to; to others the page is not there (404)."""

    def decorate(view: View) -> View:
        @login_required
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not question(signed_in(request)):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def signed_in(request: HttpRequest) -> User:
    """The person who is signed in. Raises PermissionDenied if there is none: views ask for `login_required` first."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


clerks_only = only(lambda user: user.is_clerk)
auditors_only = only(lambda user: user.is_auditor)
