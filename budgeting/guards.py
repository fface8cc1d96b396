"""Who may stand here: one guard for every page that only some may see."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.http.response import HttpResponseBase

from budgeting.models import District
from budgeting.people import Person, Request

View = Callable[..., HttpResponseBase]


def only(question: Callable[[Person], bool], otherwise: type[Exception] = Http404) -> Callable[[View], View]:
    """For pages only some may see: who is not signed in is asked to.

    To others it is not there (404); `otherwise` PermissionDenied where they know of it and may not touch (403).
    """

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not question(request.user):
                raise otherwise
            return view(request, *args, **kwargs)

        guarded.question = question  # type: ignore[attr-defined]  # asked before a large body is read: budgeting/bodies.py
        return guarded

    return decorate


def oversees(person: Person) -> bool:
    """Who may look at the ballot boxes, and at results that are not open yet."""
    return person.is_clerk or person.is_council or person.is_auditor


def committee_districts(person: Person) -> list[District]:
    """Those on whose committee this person is. Whoever holds no role is on none, and nothing is looked up."""
    return [each for each in District.objects.all() if person.is_committee_for(each)] if person.holds_a_role else []


clerks_only = only(lambda person: person.is_clerk)
clerks_touch = only(lambda person: person.is_clerk, otherwise=PermissionDenied)
auditors_only = only(lambda person: person.is_auditor)
overseers_only = only(oversees)
overseers_touch = only(oversees, otherwise=PermissionDenied)
