"""Set-up: cycles with their calendars, districts with their boundaries, contests with their money and rules."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.admin import SetUp
from budgeting.bodies import takes
from budgeting.contest_form import MoneyForm, WholeContestForm
from budgeting.cycle_form import DATED_BY, Calendar, CycleForm, PhaseForm, has_begun
from budgeting.models import CalendarChange, Contest, Cycle, District, Phase
from budgeting.models.change import moves
from budgeting.models.contest import ADDRESS_TAKEN
from budgeting.news import News, happened
from budgeting.within import move
from lib import boundaries, clock
from lib.forms import BoundaryField
from lib.geography import drawing
from lib.money import written
from tally.parameters import PARAMETERS

admin.site.site_header = admin.site.site_title = settings.CITY_NAME
admin.site.index_title = _("Set-up")


class PhaseInline(admin.TabularInline[Phase, Cycle]):
    model = Phase
    form = PhaseForm
    formset = Calendar  # type: ignore[assignment]
    extra = 0
    min_num = 0
    max_num = len(Phase.STAGES)

    def get_extra(self, request: HttpRequest, obj: Cycle | None = None, **kwargs: Any) -> int:
        return 0 if obj and obj.phases.exists() else len(Phase.STAGES)


class Contests(forms.BaseInlineFormSet[Contest, Cycle, MoneyForm]):
    def add_fields(self, form: MoneyForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.speak(self.instance.currency)

    def get_unique_error_message(self, unique_check: Any) -> str:
        """Of two rows of one page, what the constraint says of a row that is saved already."""
        return str(ADDRESS_TAKEN)


class ContestInline(admin.TabularInline[Contest, Cycle]):
    model = Contest
    form = MoneyForm
    formset = Contests  # type: ignore[assignment]
    # What a constraint speaks of has to be here; the rest is on the contest's own page.
    fields = (
        "district",
        "name",
        "slug",
        "budget",
        "highest_cost",
        "ballot_style",
        "points",
        "most_points",
        "most_choices",
    )
    extra = 0
    show_change_link = True


@admin.register(Cycle)
class CycleAdmin(SetUp[Cycle]):
    list_display = ("title", "slug", "currency")
    search_fields = ("title", "slug")
    inlines = (PhaseInline, ContestInline)
    form = CycleForm
    fields = (
        *("slug", "title", "currency", "introduction", "most_proposals", "supporters"),
        *("votes_by_letter", "decisions_public_at", "objections_until", "reason"),
    )

    def stands(self, noun: Cycle) -> dict[str, Any]:
        cycle = Cycle.objects.get(pk=noun.pk)
        return {"calendar": cycle.dates(), "letters_vote": cycle.votes_by_letter}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Dates that people go by are moved with a reason that stands beside them."""
        before = Cycle.objects.get(pk=form.instance.pk)
        began, windows = has_begun(before), before.windows()
        super().save_related(request, form, formsets, change)
        by: Any = request.user  # somebody: nobody else gets here
        for shift in (shift for formset in formsets for shift in getattr(formset, "along", ())):
            move(before, shift, by=by)
        after = Cycle.objects.get(pk=form.instance.pk)
        dates = CalendarChange.written(moves(windows, after.windows()))
        for dated, name in DATED_BY.items() if change else ():
            moments = (form.initial.get(name), getattr(after, name))
            if moments[0] != moments[1]:
                dates[dated] = [moment and moment.isoformat() for moment in moments]
        if began and dates:
            moved = CalendarChange.objects.create(
                cycle=after,
                kind=CalendarChange.Kind.MOVED,
                at=clock.now(),
                reason=form.cleaned_data["reason"],
                dates=dates,
                by=by,
            )
            happened(News.CALENDAR_CHANGED, moved, by=by, at=moved.at)


class DistrictForm(forms.ModelForm[District]):
    """A boundary is pasted, or comes in a file; where that has several districts, it is the one of this name."""

    boundary_file = forms.FileField(
        label=_("or a file with the boundary"), required=False, help_text=_("GeoJSON, as a map program saves it.")
    )

    class Meta:
        model = District
        fields = ("name", "slug", "boundary", "population", "city_wide")
        field_classes: ClassVar = {"boundary": BoundaryField}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["boundary"].district = str(self.data.get("name", ""))  # type: ignore[attr-defined]

    def clean_boundary_file(self) -> None:
        if sent := self.cleaned_data["boundary_file"]:
            try:
                text = sent.read().decode()
            except UnicodeDecodeError:
                raise forms.ValidationError(_("This is no GeoJSON: it cannot be read as text.")) from None
            self.cleaned_data["boundary"] = boundaries.read(text, self.cleaned_data.get("name", ""))


@admin.register(District)
class DistrictAdmin(SetUp[District]):
    form = DistrictForm
    fields = ("name", "slug", "boundary", "boundary_file", "drawn", "population", "city_wide")
    list_display = ("name", "slug", "population", "city_wide")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}  # noqa: RUF012
    readonly_fields = ("drawn",)

    def get_urls(self) -> list[URLPattern]:
        """Its pages take a coastline, drawn in detail."""
        pages = super().get_urls()
        for page in pages:
            if page.name and page.name.endswith(("_add", "_change")):
                takes(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)(page.callback)
        return pages

    @admin.display(description=_("drawing"))
    def drawn(self, district: District) -> str:
        sheet = drawing([district.boundary] if district.boundary else [])
        outline = next(iter(sheet.outlines), None)
        if outline is None:
            return gettext("It cannot be drawn.") if district.boundary else "–"
        return format_html(
            '<svg viewBox="{}" width="320" role="img" aria-label="{}">'
            '<path d="{}" fill="#c9dcd8" stroke="#00594f" stroke-width="4"/></svg>',
            sheet.view,
            district.name,
            outline.path,
        )


@admin.register(Contest)
class ContestAdmin(SetUp[Contest]):
    form = WholeContestForm
    list_display = ("named", "cycle", "money", "ballot_style", "counting_rule")
    list_filter = ("cycle", "ballot_style", "counting_rule")
    list_select_related = ("district", "cycle")
    search_fields = ("district__name", "name", "cycle__title")
    fields = (
        "cycle",
        "district",
        ("name", "slug"),
        ("budget", "highest_cost"),
        "ballot_style",
        ("most_choices", "points", "most_points"),
        "counting_rule",
        *PARAMETERS,
    )

    def get_form(self, request: HttpRequest, obj: Contest | None = None, change: bool = False, **options: Any) -> Any:
        """What is set in the rule are fields of the form, and none of the contest's own."""
        shown = flatten_fieldsets(self.get_fieldsets(request, obj))
        options["fields"] = [name for name in shown if name not in PARAMETERS]
        return super().get_form(request, obj, change, **options)

    @admin.display(description=_("contest"), ordering="district__name")
    def named(self, contest: Contest) -> str:
        """Two pots of one district are told apart by it."""
        return contest.title

    @admin.display(description=_("budget"), ordering="budget")
    def money(self, contest: Contest) -> str:
        return written(contest.budget, contest.cycle.currency)
