"""What becomes of proposals, comments and support when an account is closed."""

from django.utils.translation import gettext_lazy as _

from budgeting.people import Person
from budgeting.registry import Leaving
from proposals.models import Proposal, SavedSearch


def _forget(person: Person) -> None:
    for draft in Proposal.objects.filter(author=person.pk, submitted_at=None):
        draft.discard(by=person)
    SavedSearch.objects.filter(user=person.pk).delete()


LEAVING = Leaving(
    goes=[_("Your drafts, with their photos, and your saved searches")],
    stays=[
        _(
            "Proposals you have submitted and comments you have written, without your name, for good: others have "
            "answered them, and may have voted on them. To take a proposal back, withdraw it first."
        ),
        _("Your support of proposals, as one of a number."),
    ],
    forget=_forget,
)
