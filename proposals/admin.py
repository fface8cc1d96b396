"""Set-up: the categories, and the list of proposals to take away. Proposals are changed on their own pages only."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from import_export import fields, resources
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV, XLSX

from audit.acts import Done
from audit.admin import SetUp
from audit.models import AuditEvent
from lib import clock
from lib.admin import ReadOnly
from lib.spreadsheets import cell
from proposals.models import Category, Proposal
from proposals.models.queries import Proposals


@admin.register(Category)
class CategoryAdmin(SetUp[Category]):
    list_display = ("name", "slug")

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ("name",)}  # an address that is in use stays


class ProposalResource(resources.ModelResource):
    cycle = fields.Field("cycle__slug")
    district = fields.Field("contest__district__slug")
    category = fields.Field("category__slug")
    status = fields.Field("status")
    decision = fields.Field("decided")
    supporters = fields.Field("endorsement_count")
    support_not_counted = fields.Field("support_apart")

    class Meta:
        model = Proposal
        fields = (
            *("cycle", "number", "district", "status", "decision", "title", "summary", "description", "category"),
            *("cost", "upkeep", "beneficiaries", "address", "latitude", "longitude", "language", "submitted_at"),
            *("supporters", "support_not_counted"),
        )
        export_order = fields

    def export_field(self, field: Any, instance: Any, **options: Any) -> Any:
        """The library's own escape knows only "=", and cuts it off."""
        value = super().export_field(field, instance, **options)
        return value if field.column_name in ("latitude", "longitude") else cell(value)


@admin.register(Proposal)
class ProposalAdmin(ExportMixin, ReadOnly[Proposal]):
    """Read and exported, never written: what a proposal says and how it stands follows from what people did."""

    resource_classes = (ProposalResource,)
    export_formats = (CSV, XLSX)
    list_display = ("number", "title", "contest", "cost")
    list_filter = ("cycle", "contest__district", "category")
    search_fields = ("title", "number")
    list_select_related = ("contest__district", "contest__cycle")

    def get_queryset(self, request: HttpRequest) -> Proposals:
        at = clock.now()
        return Proposal.objects.in_view(at).as_rows(at).with_support_apart()

    def get_export_data(self, file_format: Any, request: HttpRequest, queryset: Any, **options: Any) -> Any:
        AuditEvent.note(Done.DOWNLOADED, by=request.user, file="proposals")
        return super().get_export_data(file_format, request, queryset, **options)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)
