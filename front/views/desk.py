"""The desk: what waits for whoever works for the budget, room by room, the oldest first."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from budgeting import two
from budgeting.guards import clerks_touch, only, oversees
from budgeting.models import Contest, Cycle
from budgeting.people import Person, Request
from budgeting.stages import Act
from front import waiting, works_fail
from lib import clock
from lib.troubles import troubles
from notices.models import KEPT_FOR, Mail, Returned, Undelivered
from residents.models import RegisterImport

MOST_MAILS = 50  # that failed, on one page


@only(lambda person: person.holds_a_role)
def page(request: Request) -> HttpResponse:
    """What waits for me; the template has the other rooms bring their parts."""
    at = clock.now()
    late, failed, bounced = Mail.objects.late(at), Mail.objects.failed(), Mail.objects.bounced()
    cycles = [cycle for cycle in Cycle.objects.prefetch_related("phases") if cycle.allows(Act.IMPORT_REGISTER, at)]
    unfrozen = Contest.objects.filter(cycle__in=cycles, paper=None, no_vote=None)
    context = {
        "at": at,
        "cycles": RegisterImport.why_anew(cycles),
        "unfrozen": unfrozen.select_related("cycle", "district"),
        "claims": waiting.claims(),
        "imports": waiting.uploads(),
        "failed_mails": failed[:MOST_MAILS],
        "all_failed_mails": failed.count(),
        "bounced_mails": _with_whether_given_up(bounced[:MOST_MAILS]),
        "all_bounced_mails": bounced.count(),
        "unnamed_mails": Undelivered.since(at - KEPT_FOR),
        "mails_kept_for": KEPT_FOR.days,
        "acts": _waiting_acts(request.user),
        "works": [(each, works_fail.what_to_do(each)) for each in troubles(at)],
        "late_mail": late.first(),
        "late_mails": late.count(),
    }
    return render(request, "front/desk.html", context)


def _with_whether_given_up(mails: Iterable[Mail]) -> list[tuple[Mail, bool]]:
    """Each with whether only what concerns a right goes to its address from now on."""
    mails = list(mails)
    given_up = Returned.given_up(mail.to for mail in mails)
    return [(mail, mail.to.lower() in given_up) for mail in mails]


def _waiting_acts(person: Person) -> list[dict[str, Any]]:
    """What one person has proposed and another has to confirm, for whoever may."""
    if not oversees(person):
        return []
    return [
        {
            "name": two.name_of(act),
            "url": act.get_absolute_url(),
            "mine": act.proposed_by_id == person.pk,
            "by": act.proposed_by,
            "at": act.proposed_at,
        }
        for act in waiting.acts_of_two()
    ]


@require_POST
@clerks_touch
def send_again(request: HttpRequest, mail: int) -> HttpResponse:
    found = get_object_or_404(Mail.objects.failed(), pk=mail)
    found.try_again(at=clock.now())
    messages.success(request, _("The mail to %s is on its way again.") % found.to)
    return redirect("desk")


@require_POST
@clerks_touch
def give_up_mail(request: HttpRequest, mail: int) -> HttpResponse:
    found = get_object_or_404(Mail.objects.did_not_arrive(), pk=mail)
    found.delete()
    messages.success(request, _("The mail to %s was thrown away.") % found.to)
    return redirect("desk")


@require_POST
@clerks_touch
def send_all_again(request: HttpRequest) -> HttpResponse:
    count = Mail.objects.failed().try_again(at=clock.now())
    said = ngettext("%d mail is on its way again.", "%d mails are on their way again.", count)
    messages.success(request, said % count)
    return redirect("desk")


@require_POST
@clerks_touch
def give_up_all_mails(request: HttpRequest) -> HttpResponse:
    mails = Mail.objects.bounced() if "bounced" in request.POST else Mail.objects.failed()
    count, _kinds = mails.delete()
    messages.success(request, ngettext("%d mail was thrown away.", "%d mails were thrown away.", count) % count)
    return redirect("desk")
