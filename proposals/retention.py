"""What is kept of what people look for among proposals, only for a time."""

from django.utils.translation import gettext_lazy as _

from budgeting.retention import Kept
from proposals.models import SavedSearch

KEPT = [
    Kept(
        "saved searches",
        _("Saved searches of proposals: who looks for which words, and where"),
        _("until they are stopped, and at most 30 days after proposals are no longer taken"),
        SavedSearch.forget_over,
    ),
]
