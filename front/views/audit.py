"""The audit log, for auditors to read."""

import json
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from accounts import sign_up_alarms
from accounts.visitors import user_of
from audit import fence
from audit.acts import Done
from audit.models import AuditEvent
from ballots import agreement
from ballots.models import Verdict
from budgeting.guards import auditors_only
from budgeting.models import Cycle
from lib import clock
from lib.spreadsheets import csv_response
from lib.typed import typed
from residents import desk_alarms, desk_days
from residents.letter_alarms import alarms, runs_of
from residents.models import Verification

PER_PAGE = 50
COLUMNS = ("number", "at", "actor", "action", "object", "facts", "previous_hash", "hash")


@auditors_only
def page(request: HttpRequest) -> HttpResponse:
    query = _asked(request)
    shown = Paginator(_matching(query).order_by("-number"), PER_PAGE).get_page(request.GET.get("page"))
    head = AuditEvent.objects.last()
    context = {
        "page": shown,
        "query": query,
        "head": head,
        "no_fence": fence.why_it_does_not_stand(),
        "differences": agreement.told(agreement.differences_anywhere()),
        "verdicts": Verdict.newest(),
        "letters": _letters(request),
        "desk": _desk(),
        "sign_ups": sign_up_alarms.lately(clock.now()),
    }
    return render(request, "front/audit.html", context)


def _letters(request: HttpRequest) -> list[dict[str, Any]]:
    """Each cycle whose letters vote: its runs of letters, and what to look into."""
    cycles = Cycle.objects.filter(letter_runs__isnull=False).distinct()
    user, at = user_of(request), clock.now()
    return [{"cycle": cycle, "runs": runs_of(cycle, asks=user, at=at), "alarms": alarms(cycle)} for cycle in cycles]


def _desk() -> list[dict[str, Any]]:
    """Each cycle for which somebody was verified at the desk: how many, and what to look into."""
    at_desk = Verification.objects.filter(method=Verification.Method.DESK)
    cycles = Cycle.objects.filter(pk__in=at_desk.values("cycle"))
    return [
        {"cycle": cycle, "number": desk_days.of(cycle).count(), "alarms": desk_alarms.alarms(cycle)} for cycle in cycles
    ]


@auditors_only
def export(request: HttpRequest) -> HttpResponseBase:
    """The whole log, or what matches, with everything needed to recompute the chain."""
    query = _asked(request)
    AuditEvent.note(Done.DOWNLOADED, by=request.user, file="audit log", search=query)
    events = _matching(query)
    rows = (_row(event) for event in events.iterator(chunk_size=2_000))
    return csv_response("audit-log.csv", COLUMNS, rows)


def _asked(request: HttpRequest) -> str:
    return typed(request.GET, "q", 100)


def _matching(query: str) -> QuerySet[AuditEvent]:
    events = AuditEvent.objects.select_related("actor")
    if not query:
        return events
    words = Q(action__icontains=query) | Q(object__icontains=query) | Q(actor__email__icontains=query)
    as_shown = [done for done in Done if query.casefold() in str(done.label).casefold()]
    return events.filter(words | Q(facts__icontains=query) | Q(action__in=as_shown))


def _row(event: AuditEvent) -> list[object]:
    entry = event.entry() | {"facts": json.dumps(event.facts, ensure_ascii=False, sort_keys=True)}
    hashes = {"previous_hash": bytes(event.previous_hash).hex(), "hash": bytes(event.hash).hex()}
    return [(entry | hashes)[column] for column in COLUMNS]
