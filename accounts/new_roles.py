"""Whoever may confirm what moves votes is told of everybody else who may: no second person is made up unseen.

One mail an hour for all that was granted in it: less than the day for which a new role confirms nothing.
"""

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.confirming import MAY_CONFIRM
from accounts.models import Role, User
from lib import clock
from notices.dress import dressed


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
        with translation.override(holder.language or settings.LANGUAGE_CODE):
            _mail(holder, new)
    Role.objects.filter(pk__in=[role.pk for role in new]).update(told=True)


def _untold() -> QuerySet[Role]:
    return Role.objects.filter(kind__in=MAY_CONFIRM, told=False)


def _mail(holder: User, new: list[Role]) -> None:
    lines = [f"- {role.user} <{role.user.email}>: {role}" for role in new]
    text = _(
        "These people hold a role at %(site)s from now on with which they may confirm what takes two people, a day "
        "after it was granted:\n\n%(roles)s\n\nYou are told because you may confirm it too. If one of them is not who "
        "they should be, have the role taken away at once."
    )
    said = {"site": settings.PUBLIC_URL, "roles": "\n".join(lines)}
    dressed(_("Who may confirm what moves votes"), text % said, to=holder.email).send()
