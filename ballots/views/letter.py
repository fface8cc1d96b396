"""The booth a letter has opened: the ballots of one line of the register, and its end."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ballots.casting import ballots_of
from budgeting import registry
from budgeting.people import Request
from lib import clock


@require_safe
@never_cache
def ballots(request: Request) -> HttpResponse:
    """All ballots of the line, and what has been cast of them."""
    if not request.user.holds_a_letter:
        return redirect(registry.name_of(registry.Page.LETTER))
    return render(request, "ballots/booth/ballots.html", {"entrances": ballots_of(request.user, clock.now())})


@require_POST
def end(request: Request) -> HttpResponse:
    """Leave the booth, and perhaps let the letter open none any more; "Back" shows nothing of it."""
    if "letter" in request.POST:
        request.letter_booth.end_letter(at=clock.now())
    else:
        request.letter_booth.end()
    answer = redirect("ballots_ended")
    answer["Clear-Site-Data"] = '"cache"'
    return answer


@require_safe
@never_cache
def ended(request: Request) -> HttpResponse:
    return render(request, "ballots/booth/ended.html")


@require_POST
def awake(request: Request) -> HttpResponse:
    """Somebody is still filling in a ballot, says the script of the booth: that this was asked is all it takes."""
    return HttpResponse(status=204 if request.user.holds_a_letter else 410)
