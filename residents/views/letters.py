"""A clerk prints letters and makes lost ones worthless."""

from itertools import islice

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.visitors import user_of
from budgeting import registry
from budgeting.bodies import takes
from budgeting.guards import clerks_only, overseers_only
from budgeting.models import Cycle
from budgeting.public_address import why_nobody_gets_here
from lib import clock
from lib.refusal import Refused, obeying, status_of
from residents.forms import REGISTER_FORM, LetterReferenceForm, LetterRunForm
from residents.letter_alarms import runs_of
from residents.letters import MOST_SHEETS, letters, sheets, without_a_letter
from residents.models import LetterCode, LetterRun, Resident, StandingRegister


@takes(REGISTER_FORM)
@clerks_only
def make(request: HttpRequest, cycle: str) -> HttpResponse:
    """Up to MOST_SHEETS letters as a PDF, from the file the register was made from, which is not kept."""
    found = get_object_or_404(Cycle, slug=cycle)
    form = LetterRunForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with obeying(form, "file"):
            if pdf := _pdf(found, form, request):
                name = f'attachment; filename="letters-{found.slug}.pdf"'
                return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": name})
            form.add_error(None, _("Nobody in this file is on the register and without a letter."))
    return _page(request, found, form, LetterReferenceForm())


def _pdf(cycle: Cycle, form: LetterRunForm, request: HttpRequest) -> bytes | None:
    data = form.cleaned_data
    chosen = {"district": data["district"], "first_line": data["first_line"] or 0, "again": data["again"]}
    with data["file"].file as file:
        made = letters(cycle, file, by=user_of(request), at=clock.now(), limit=MOST_SHEETS, **chosen)
        batch = list(islice(made, MOST_SHEETS))
    return sheets(cycle, batch) if batch else None


@clerks_only
def void(request: HttpRequest, cycle: str) -> HttpResponse:
    """Make the code of a lost or opened letter worthless, by the reference at its foot."""
    found = get_object_or_404(Cycle, slug=cycle)
    form = LetterReferenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        letter = LetterCode.objects.filter(reference=form.cleaned_data["reference"], resident__cycle=found).first()
        with obeying(form, "reference"):
            if letter is None:
                raise Refused(_("There is no letter with this reference in this cycle."))
            letter.void(by=user_of(request), at=clock.now())
            messages.success(request, _("The code of letter %s no longer works.") % letter.reference)
            return redirect("letters", found.slug)
    return _page(request, found, LetterRunForm(), form)


@require_POST
@overseers_only
def post(request: HttpRequest, cycle: str, number: int) -> HttpResponse:
    """These letters went to the post, says a clerk, an auditor or a council member who did not make them."""
    found = get_object_or_404(LetterRun, pk=number, cycle__slug=cycle)
    with obeying(request):
        found.post(by=user_of(request), at=clock.now())
        messages.success(request, _("The letters of run %d are posted.") % found.pk)
    return redirect("letters", cycle) if user_of(request).is_clerk else redirect(registry.name_of(registry.Page.DESK))


def _page(request: HttpRequest, cycle: Cycle, form: LetterRunForm, voiding: LetterReferenceForm) -> HttpResponse:
    codes = LetterCode.objects.filter(resident__cycle=cycle)
    context = {
        "cycle": cycle,
        "form": form,
        "voiding": voiding,
        "standing": StandingRegister.why(cycle),
        "most": MOST_SHEETS,
        "nobody_gets_here": why_nobody_gets_here(),
        "live": codes.live().count(),
        "used": codes.filter(used_at__isnull=False).count(),
        "voided": codes.filter(voided_at__isnull=False).count(),
        "runs": runs_of(cycle, asks=user_of(request), at=clock.now()),
        "without": without_a_letter(Resident.objects.on_register(cycle).unverified()).count(),
    }
    return render(request, "residents/letters_desk.html", context, status=status_of(form, voiding))
