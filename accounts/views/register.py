"""A clerk makes the register of residents from a file."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import register
from accounts.forms import RegisterFile
from accounts.models import RegisterImport
from accounts.reading import Unreadable
from accounts.visitors import clerks_only, signed_in
from budgeting import clock
from budgeting.models import Cycle
from budgeting.spreadsheets import csv_response

SHOWN = 50  # rejected lines on the page; the download has them all


@clerks_only
def upload(request: HttpRequest, cycle: str) -> HttpResponse:
    found = get_object_or_404(Cycle, slug=cycle)
    form = RegisterFile(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            with form.cleaned_data["file"].file as file:  # gone from the disk when this block ends
                made = register.preview(found, file, by=signed_in(request), at=clock.now())
        except Unreadable as why:
            form.add_error("file", str(why))
        else:
            return redirect("register_import", found.slug, made.pk)
    imports = found.register_imports.select_related("by").order_by("-at")
    on_it = found.residents.filter(removed_at=None).count()
    context = {"cycle": found, "form": form, "imports": imports[:20], "residents": on_it}
    return render(request, "accounts/register.html", context)


@clerks_only
def preview(request: HttpRequest, cycle: str, number: int) -> HttpResponse:
    """What an upload would change; confirm it or drop it."""
    found = get_object_or_404(RegisterImport.objects.select_related("cycle"), pk=number, cycle__slug=cycle)
    if request.method == "POST":
        try:
            if "confirm" in request.POST:
                register.confirm(found, by=signed_in(request), at=clock.now())
                messages.success(request, _("The register has been changed as shown."))
            else:
                register.drop(found, at=clock.now())
                messages.success(request, _("The upload was dropped. The register was not changed."))
        except Unreadable as why:
            messages.error(request, str(why))
        return redirect("register", found.cycle.slug)
    context = {"cycle": found.cycle, "import": found, "shown": found.rejected[:SHOWN]}
    return render(request, "accounts/register_import.html", context)


@clerks_only
def rejected(request: HttpRequest, cycle: str, number: int) -> HttpResponseBase:
    """The lines that cannot be taken, as a table for the clerk's own file."""
    found = get_object_or_404(RegisterImport, pk=number, cycle__slug=cycle)
    rows = ((fault["line"], fault["column"], fault["reason"]) for fault in found.rejected)
    return csv_response("rejected.csv", [_("line"), _("column"), _("reason")], rows)
