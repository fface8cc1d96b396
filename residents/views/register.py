"""A clerk makes the register of residents from a file."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.visitors import user_of
from audit.acts import Done
from audit.models import AuditEvent
from budgeting import registry, two
from budgeting.bodies import takes
from budgeting.guards import clerks_only
from budgeting.models import Cycle, acts_on
from budgeting.stages import Act
from lib import clock
from lib.refusal import obeying, status_of
from lib.spreadsheets import csv_response
from residents import register_import, same_people
from residents.forms import REGISTER_FORM, RegisterImportForm
from residents.models import RegisterImport, Resident, StandingRegister

SHOWN = 50  # rejected lines on the page; the download has them all


@takes(REGISTER_FORM)
@clerks_only
def upload(request: HttpRequest, cycle: str) -> HttpResponse:
    found = get_object_or_404(Cycle, slug=cycle)
    form = RegisterImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        # The file is gone from the disk when this block ends.
        with obeying(form, "file"), form.cleaned_data["file"].file as file:
            years = form.cleaned_data["years_alone"]
            made = register_import.preview(found, file, by=user_of(request), at=clock.now(), years_alone=years)
            return redirect("register_import", found.slug, made.pk)
    imports = found.register_imports.select_related("by").order_by("-at")
    on_it = Resident.objects.on_register(found).count()
    context = {"cycle": found, "form": form, "imports": imports[:20], "residents": on_it}
    context["standing"] = StandingRegister.why(found)
    context["anew"], context["nowhere"] = "", Resident.objects.on_register(found).that_vote_nowhere(found)
    if found.allows(Act.IMPORT_REGISTER, clock.now()):
        ((_cycle, context["anew"]),) = RegisterImport.why_anew([found])
    return render(request, "residents/register.html", context, status=status_of(form))


@clerks_only
def preview(request: HttpRequest, cycle: str, number: int) -> HttpResponse:
    """What an upload would change; confirm it or drop it."""
    found = get_object_or_404(RegisterImport.objects.select_related("cycle"), pk=number, cycle__slug=cycle)
    if request.method == "POST":
        with obeying(request):
            if "confirm" in request.POST:
                meant: dict[str, Any] = {
                    "nearly_everybody": request.POST["confirm"] == "nearly everybody",
                    "others": _others(request, found),
                }
                if registry.why_not(registry.Deed.IMPORT_ALONE, found.cycle_id):
                    act = two.sketch(two.Joint.IMPORT_REGISTER, on=found, cycle=found.cycle, **meant)
                    return redirect(two.propose(act, by=user_of(request), at=clock.now()))
                register_import.confirm(found, by=user_of(request), at=clock.now(), **meant)
                messages.success(request, _("The register has been changed as shown."))
            else:
                register_import.drop(found, by=user_of(request), at=clock.now())
                messages.success(request, _("The upload was dropped. The register was not changed."))
        return redirect("register", found.cycle.slug)
    context = {"cycle": found.cycle, "import": found, "shown": found.rejected[:SHOWN]}
    context["act"] = acts_on(found).filter(settled_at=None).first()
    context["takes_two"] = registry.why_not(registry.Deed.IMPORT_ALONE, found.cycle_id)
    if found.is_waiting:
        context["nearly_everybody"] = register_import.nearly_everybody_goes(found)
        context["same"], context["alike"] = same_people.proposed(found), same_people.alike(found)
    return render(request, "residents/register_import.html", context)


def _others(request: HttpRequest, made: RegisterImport) -> list[int] | None:
    """The lines whose people were said to be others than those on the register; None if nothing was said."""
    match request.POST.get("same"):
        case "all":
            return []
        case "ticked":
            ticked = set(request.POST.getlist("line"))
            lines = same_people.proposed(made).values_list("line", flat=True)
            return [line for line in lines if str(line) not in ticked]
    return None


@clerks_only
def same(request: HttpRequest, cycle: str, number: int) -> HttpResponseBase:
    """Who seems to be the same person under another identifier, all of them, as a table beside the clerk's file."""
    found = get_object_or_404(RegisterImport, pk=number, cycle__slug=cycle)
    AuditEvent.note(Done.DOWNLOADED, by=request.user, on=found, file="people found again")
    rows = same_people.proposed(found).values_list("line", "same_as", "same_as__district__name", "district__name")
    return csv_response("same-people.csv", [_("line"), _("on the register"), _("district"), _("in the file")], rows)


@clerks_only
def rejected(request: HttpRequest, cycle: str, number: int) -> HttpResponseBase:
    """The lines that cannot be taken, as a table for the clerk's own file."""
    found = get_object_or_404(RegisterImport, pk=number, cycle__slug=cycle)
    AuditEvent.note(Done.DOWNLOADED, by=request.user, on=found, file="rejected lines")
    rows = ((fault["line"], fault["column"], fault["reason"]) for fault in found.rejected)
    return csv_response("rejected.csv", [_("line"), _("column"), _("reason")], rows)
