"""The desk pages on which a clerk sets up the departments of the city."""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from budgeting.guards import clerks_only, clerks_touch
from budgeting.people import Request, RoleName, holders_of
from committee import departments
from committee.forms.departments import DepartmentForm
from committee.models import Department, DepartmentMember
from lib import clock
from lib.refusal import obeying, status_of


@clerks_only
def index(request: Request) -> HttpResponse:
    """Each department with its people and its ways. POST adds one."""
    form = DepartmentForm(Department(), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            made = departments.set_up(Department(), by=request.user, **form.set_up)
            messages.success(request, _("%s can be asked from now on.") % made)
            return redirect("departments")
    staff = DepartmentMember.objects.filter(member__in=holders_of(RoleName.DEPARTMENT).values("pk"))
    found = Department.objects.prefetch_related(
        Prefetch("members", staff.select_related("member"), to_attr="staff"), "hands_to"
    )
    context = {"departments": found, "form": form}
    return render(request, "committee/departments.html", context, status=status_of(form))


@clerks_only
def change(request: Request, department: int) -> HttpResponse:
    """Another name, other people, other ways."""
    found = get_object_or_404(Department, pk=department)
    form = DepartmentForm(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            departments.set_up(found, by=request.user, **form.set_up)
            messages.success(request, _("Saved."))
            return redirect("departments")
    context = {"department": get_object_or_404(Department, pk=department), "form": form}
    return render(request, "committee/department.html", context, status=status_of(form))


@require_POST
@clerks_touch
def offer(request: Request, department: int) -> HttpResponse:
    """Ask it nothing more, or again."""
    found = get_object_or_404(Department, pk=department)
    departments.offer(found, "again" in request.POST, by=request.user, at=clock.now())
    return redirect("departments")
