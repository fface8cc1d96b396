"""Restoring somebody who lost their second factor takes two people: whoever takes it away could be who wants in."""

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.changes import tell
from accounts.models import User
from audit.acts import Done
from budgeting.models import JointAct
from budgeting.two import Doing, Two, subject
from lib.refusal import require


def _types(user: User) -> list[str]:
    return sorted(Authenticator.objects.filter(user=user).values_list("type", flat=True))


def _plan(act: JointAct, at: datetime) -> dict[str, Any]:
    user = subject(act, User)
    require(user.pk != act.proposed_by_id, _("Your own second factor is for others to take away."))
    require(types := _types(user), _("There is no second factor to take away."))
    return {"email": user.email, "name": user.name, "types": types}


def _take_away(act: JointAct, *, by: Two, at: datetime) -> None:
    """The account keeps its password and its roles; at the next sign-in its holder sets a new factor up."""
    user = subject(act, User)
    require(user.pk not in by.keys, _("Your own second factor is for others to take away."))
    by.record(Done.SECOND_FACTOR_TAKEN, on=user, types=_types(user))
    Authenticator.objects.filter(user=user).delete()
    user.end_sessions()
    tell(user, [Done.FACTOR_REMOVED], to=user.email)


TAKING = Doing(
    plan=_plan,
    carry_out=_take_away,
    name=lambda act: _("take away the second factor of %s, who lost it") % subject(act, User).named,
    template="accounts/two/factor.html",
    url=lambda act: reverse("roles"),
)
