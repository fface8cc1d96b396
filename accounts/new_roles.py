"""Whoever may confirm what moves votes is told of everybody else who may: no second person is made up unseen.

One mail an hour for all that was granted in it: less than the day for which a new role confirms nothing.
"""

from django.db import transaction
from django.db.models import QuerySet

from accounts.confirming import MAY_CONFIRM
from accounts.models import Role, User
from lib import clock
from notices.kinds import Kind
from notices.posting import post


@transaction.atomic
def tell() -> None:
    """Tell everybody who may confirm of the roles nobody has been told of yet."""
    new = list(
        _untold().select_for_update(of=("self",)).select_related("user", "district").order_by("granted_at", "pk")
    )
    if not new:
        return
    may_confirm = Role.objects.standing(clock.now()).filter(kind__in=MAY_CONFIRM)
    for holder in User.objects.filter(is_active=True, pk__in=may_confirm.values("user")):
        post(Kind.MAY_CONFIRM, to=holder.email, language=holder.language, says=lambda: {"people": _listed(new)})
    Role.objects.filter(pk__in=[role.pk for role in new]).update(told=True)


def _untold() -> QuerySet[Role]:
    return Role.objects.filter(kind__in=MAY_CONFIRM, told=False)


def _listed(new: list[Role]) -> str:
    return "\n".join(f"- {role.user} <{role.user.email}>: {role}" for role in new)
