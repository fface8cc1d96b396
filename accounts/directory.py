"""Who holds a role, for the other rooms: they ask budgeting.people, which this fills at the start."""

from django.db import models

from accounts.models import Role, User
from budgeting.models import District
from budgeting.people import RoleName
from lib import clock


def holders_of(kind: RoleName, district: District | None = None) -> models.QuerySet[User]:
    """Who holds a role now for a district or for all, by name. One whose term is over holds none."""
    roles = Role.objects.standing(clock.now()).filter(kind=kind)
    if district is not None:
        roles = roles.filter(models.Q(district=district) | models.Q(district=None))
    return User.objects.proved().filter(pk__in=roles.values("user")).order_by("name", "pk")
