"""Once a day auditors get the end of the audit log by mail: with it they find out a log that is written anew."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy

from accounts.models import Role
from audit.models import AuditEvent, reference
from budgeting.people import RoleName
from lib import clock
from notices.kinds import Group, Happened, Kind, Telling, Way, tells
from notices.models import Happening


def look(at: datetime) -> None:
    """Note the last entry, once a day, unless it is the one that was noted last."""
    last = AuditEvent.objects.last()
    noted = Happening.objects.filter(kind=Kind.LOG_ENDS).order_by("-at", "-pk").first()
    if last is None or (noted and (localdate(noted.at) == localdate(at) or noted.thing == reference(last))):
        return
    Happening.once(Kind.LOG_ENDS, last, at=at, head=last.head)


def _auditors(happening: Happened) -> QuerySet[Any]:
    return Role.objects.standing(clock.now()).filter(kind=RoleName.AUDITOR).values("user")


def _is_one(happening: Happened, reader: Any) -> bool:
    return bool(reader.is_auditor)


def register() -> None:
    telling = Telling(
        group=Group.WORK,
        about=AuditEvent,
        title=gettext_lazy("Once a day, where the audit log ends"),
        subject=gettext_lazy("The audit log ends at {head}"),
        text=gettext_lazy(
            "The last entry of the audit log:\n\n{head}\n\nKeep this mail. With what it says, verify_audit finds out "
            "whether the log was cut off or written anew since."
        ),
        placeholders={"head": gettext_lazy("4711:9f2c…")},
        needs=frozenset({"head"}),
        says=lambda happening: {"head": happening.facts["head"]},
        button=gettext_lazy("Go to the audit log"),
        leads_to=lambda happening: reverse("audit"),
        readers=_auditors,
        may_read=_is_one,
        default=Way.DIGEST,
    )
    tells(Kind.LOG_ENDS, telling)
