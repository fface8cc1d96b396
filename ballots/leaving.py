"""What becomes of ballots and of shares of a key when an account is closed."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ballots.models import KeyShare
from budgeting.people import Person
from budgeting.registry import Leaving


def _why_not(person: Person) -> str:
    held = KeyShare.objects.filter(holder=person.pk, key__cycle__opening=None)
    return _("You hold a share of the key of a ballot box that has not been opened yet.") if held.exists() else ""


LEAVING = Leaving(
    stays=[gettext_lazy("A ballot you have cast, sealed as it is: it is counted, and nobody can tell which it is.")],
    why_not=_why_not,
)
