"""The register in the set-up, to look at: it is made by importing it. No digest is shown."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from lib.admin import ReadOnly
from residents.models import Resident


@admin.register(Resident)
class ResidentAdmin(ReadOnly[Resident]):
    list_display = ("__str__", "cycle", "district", "age_band", "removed_at", "is_verified")
    list_filter = ("cycle", "district", "age_band", ("removed_at", admin.EmptyFieldListFilter))
    list_select_related = ("cycle", "district", "verification")
    fields = ("cycle", "district", "age_band", "removed_at")

    @admin.display(boolean=True, description=_("verified"))
    def is_verified(self, resident: Resident) -> bool:
        return hasattr(resident, "verification")
