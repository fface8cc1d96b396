"""Clerks hear that work beside the pages fails, once for as long as it does, with what there is to do."""

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgeting.people import RoleName, holders_of
from budgeting.registry import Page, address_of
from budgeting.templatetags.dates import words
from lib import clock
from lib.troubles import Trouble, troubles
from notices.kinds import Group, Happened, Kind, Telling, Way, tells
from notices.models import Happening


def look(at: datetime) -> None:
    """Note for each clerk what fails: once for each kind of work and hour in which it began to, however often."""
    for trouble in troubles(at):
        hour = trouble.since.replace(minute=0, second=0, microsecond=0).isoformat()
        for clerk in holders_of(RoleName.CLERK):
            Happening.once(Kind.WORK_FAILS, clerk, at=at, work=trouble.name, hour=hour)


def what_to_do(trouble: Trouble) -> str:
    if trouble.is_tried_again:
        return _("It is tried again by itself. If it goes on, whoever runs the site finds the reason in its log.")
    return _("It was tried several times. Ask for it again; if it fails again, tell whoever runs the site.")


def _trouble(happening: Happened) -> Trouble | None:
    found = troubles(clock.now())
    return next((each for each in found if each.name == happening.facts["work"]), None)


def _the_clerk(happening: Happened) -> QuerySet[Any]:
    return get_user_model().objects.filter(pk=happening.subject.pk).values("pk")


def _still_fails(happening: Happened, reader: Any) -> bool:
    return reader.is_clerk and _trouble(happening) is not None


def _words(happening: Happened) -> dict[str, str]:
    trouble = _trouble(happening)
    if trouble is None:  # mended in this moment
        return {
            "work": happening.facts["work"],
            "since": words(datetime.fromisoformat(happening.facts["hour"])),
            "do": "",
        }
    return {"work": trouble.words, "since": words(trouble.since), "do": what_to_do(trouble)}


def register() -> None:
    telling = Telling(
        group=Group.WORK,
        about=get_user_model(),
        title=gettext_lazy("Work of the site fails"),
        subject=gettext_lazy("The site fails to: {work}"),
        text=gettext_lazy("Since {since} the site fails to do this:\n\n{work}\n\n{do}"),
        placeholders={
            "work": gettext_lazy("make a report for the council"),
            "since": gettext_lazy("Sunday 25 April, 20:00 (UTC+2)"),
            "do": gettext_lazy(
                "It was tried several times. Ask for it again; if it fails again, tell whoever runs the site."
            ),
        },
        needs=frozenset({"work"}),
        says=_words,
        button=gettext_lazy("Go to the desk"),
        leads_to=lambda happening: f"{address_of(Page.DESK)}#works",
        readers=_the_clerk,
        may_read=_still_fails,
        default=Way.AT_ONCE,
        by_mail_only=True,
    )
    tells(Kind.WORK_FAILS, telling)
