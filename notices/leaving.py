"""What becomes of follows and notices when an account is closed."""

from django.utils.translation import gettext_lazy as _

from budgeting.people import Person
from budgeting.registry import Leaving
from notices.models import Choice, Follow, Mail, Notice, Returned


def _forget(person: Person) -> None:
    Follow.objects.filter(user=person.pk).delete()
    Choice.objects.filter(user=person.pk).delete()
    Notice.objects.filter(reader=person.pk).delete()
    Mail.objects.filter(reader=person.pk).delete()
    Returned.forget(person)


LEAVING = Leaving(goes=[_("What you follow, how you hear of it, and your notices")], forget=_forget)
