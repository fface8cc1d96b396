"""What is kept of people, and until when."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from budgeting import retention
from budgeting.guards import overseers_only
from budgeting.people import Request


@require_safe
@overseers_only
def page(request: Request) -> HttpResponse:
    return render(request, "front/kept.html", {"kept": retention.all_kept()})
