"""A member's cards as a spreadsheet: taken away, filled in elsewhere, looked at, taken over, and undone."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from budgeting.bodies import ORDINARY, takes
from budgeting.models import Cycle
from budgeting.people import Request
from committee.calendar import Kind
from committee.forms.sheets import CardSheetForm
from committee.looking import districts_of, may_look_at
from committee.models import CardImport
from committee.sheets import importing
from committee.sheets.changes import changes_told
from committee.sheets.files import FORMATS, MOST_BYTES, Fault, written
from committee.sheets.importing import Faulty
from committee.sheets.sheet import CardSheet
from lib import clock
from lib.refusal import obeying, status_of
from proposals.views.browse import cycle_of

SHOWN = 100  # faults
PER_PAGE = 50  # cards


@takes(MOST_BYTES + ORDINARY)
@login_required
def page(request: Request, cycle: str) -> HttpResponse:
    """Download and upload. POST looks at a file, and changes nothing yet."""
    found = _cycle(request, cycle)
    form = CardSheetForm(request.POST or None, request.FILES or None)
    faults: list[Fault] = []
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        # The file is gone from the disk when this block ends.
        with obeying(form, "file"), sent.file as file:
            try:
                made = importing.look(found, file, sent.name, by=request.user, at=clock.now())
                return redirect("card_import", found.slug, made.pk)
            except Faulty as faulty:
                faults = faulty.faults
                raise
    context = {
        "cycle": found,
        "form": form,
        "faults": faults[:SHOWN],
        "number": len(faults),
        "imports": CardImport.objects.filter(cycle=found, by=request.user.pk)[:20],
    }
    return render(request, "committee/sheet.html", context, status=status_of(form))


@require_safe
@login_required
def download(request: Request, cycle: str, kind: str) -> HttpResponse:
    """What is this member's to fill in, with what they have answered so far."""
    found = _cycle(request, cycle)
    content = written(CardSheet(request.user, found), kind)
    named = f'attachment; filename="cards-{found.slug}.{kind}"'
    headers = {"Content-Disposition": named, "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=FORMATS[kind].CONTENT_TYPE, headers=headers)


@login_required
def one(request: Request, cycle: str, number: int) -> HttpResponse:
    """What a sheet would change, or has changed. POST takes it over, drops it or undoes it."""
    found = _cycle(request, cycle)
    made = get_object_or_404(CardImport, pk=number, cycle=found, by=request.user.pk)
    if request.method == "POST":
        with obeying(request):
            _obey(request, made)
        return redirect("card_sheet", found.slug)
    may_look = may_look_at(request.user, found).values_list("pk", flat=True)
    shown = [each for each in made.changes if each["proposal"] in set(may_look)]
    context = {
        "cycle": found,
        "made": made,
        "page": (part := Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))),
        "cards": changes_told(list(part)),
    }
    return render(request, "committee/card_import.html", context)


def _cycle(request: Request, slug: str) -> Cycle:
    """Raises PermissionDenied for whoever has no card to fill in there."""
    found = cycle_of(slug)
    if not districts_of(request.user, found) and not may_look_at(request.user, found).exists():
        raise PermissionDenied
    return found


def _obey(request: Request, made: CardImport) -> None:
    at = clock.now()
    if "confirm" in request.POST:
        importing.confirm(made, by=request.user, at=at)
        said = ngettext(
            "%d card is a draft as the sheet has it. Hand it in when it is complete.",
            "%d cards are drafts as the sheet has them. Hand them in one by one when they are complete.",
            len(made.changes),
        )
        messages.success(request, said % len(made.changes))
    elif "undo" in request.POST:
        undone = importing.undo(made, by=request.user, at=at)
        messages.success(request, _("The cards are as they were before the sheet."))
        if undone.stayed:
            stayed = ", ".join(f"{number} ({Kind(step).label})" for number, step in undone.stayed)
            messages.warning(request, _("These were changed since, and stay as they are: %s.") % stayed)
    elif "drop" in request.POST:
        importing.drop(made, by=request.user)
        messages.success(request, _("The sheet was dropped. No card was changed."))
