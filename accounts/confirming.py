"""Who may confirm what another proposed.

A role that may, and the oldest second factor held, both have to be a day old: whoever breaks into an account, or gives
themselves a role, is seen before they move anything. A superuser could make up the second person, and confirms nothing.
"""

from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from accounts.mfa import is_held
from budgeting.people import RoleName

MAY_CONFIRM = frozenset({RoleName.CLERK, RoleName.AUDITOR, RoleName.COUNCIL})
FIRST_DAY = timedelta(hours=24)


def why_not(user: Any, at: datetime) -> str:
    """Why this User confirms nothing, in a sentence; empty if they may."""
    if user.is_superuser:
        return _("An account that may do everything in the set-up confirms nothing.")
    roles = [role for role in user.roles_at(at) if role.kind in MAY_CONFIRM]
    if not roles:
        return _("A clerk, an auditor or a council member confirms this.")
    if not any(role.since <= at - FIRST_DAY for role in roles):
        return _("Your role is younger than 24 hours. Until then you confirm nothing.")
    factors = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    if not any(is_held(factor) for factor in factors.filter(created_at__lte=at - FIRST_DAY)):
        return _("Your second factor is younger than 24 hours. Until then you confirm nothing.")
    return ""
