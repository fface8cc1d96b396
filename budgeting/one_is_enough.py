"""A city that has nobody to confirm says so publicly: from a day later on, one person is enough (decision 0016)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from audit.compared import written
from budgeting import registry
from budgeting.models import OneIsEnough
from budgeting.people import Person
from lib.refusal import allow, require


@transaction.atomic
def announce(reason: str, *, by: Person, at: datetime) -> OneIsEnough:
    """Announce it, with a public reason. Raises Refused if it is announced already, or between freeze and count."""
    allow(registry.why_not(registry.Deed.LET_ONE_BE_ENOUGH))
    require(reason.strip(), _("Say why: everybody will ask."))
    require(OneIsEnough.announced() is None, _("It has been announced already that one person is enough."))
    said = OneIsEnough.objects.create(reason=reason.strip(), announced_by_id=by.pk, announced_at=at)
    by.record(Done.ONE_IS_ENOUGH, on=said, reason=said.reason, at=written(at))
    return said


@transaction.atomic
def revoke(said: OneIsEnough, *, by: Person, at: datetime) -> None:
    """From now on it takes two again. Raises Refused if it was revoked before."""
    said = OneIsEnough.objects.select_for_update().get(pk=said.pk)
    require(said.revoked_at is None, _("This has been revoked already."))
    said.revoked_by_id, said.revoked_at = by.pk, at
    said.save()
    by.record(Done.ONE_IS_NOT_ENOUGH, on=said)
