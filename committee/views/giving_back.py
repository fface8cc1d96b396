"""Whoever may not do it any more gets back what they typed."""

from collections.abc import Iterable
from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render

from budgeting.people import Request
from proposals.models import Proposal


def given_back(request: Request, proposal: Proposal | None, sentence: str, typed: Iterable[str]) -> HttpResponse:
    """What was typed, to copy, and why it is not saved. Raises PermissionDenied, with the sentence, for nothing."""
    said = [text for each in typed if (text := each.strip())]
    if not said:
        raise PermissionDenied(sentence)
    context = {"proposal": proposal, "cycle": proposal and proposal.cycle, "sentence": sentence, "typed": said}
    return render(request, "committee/given_back.html", context, status=HTTPStatus.FORBIDDEN)
