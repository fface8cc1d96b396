"""Once a day, whoever works for the budget and has something waiting gets one mail with all of it, the oldest first."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from budgeting.people import RoleName, holders_of
from budgeting.registry import Page, address_of
from budgeting.templatetags.dates import day_words, end_words
from front.waiting import MOST, Waiting, waits_for
from lib import clock
from notices.kinds import Group, Happened, Kind, Telling, Way, tells
from notices.models import Happening

LOOKED = "the-desk-was-looked-at"


def look(at: datetime) -> None:
    """At the hour of the digests, note for each of them that something waits today, once a day."""
    day = localdate(at).isoformat()
    if localtime(at).hour < settings.MAIL_DIGEST_AT or cache.get(LOOKED) == day:
        return
    for person in _who_works_here():
        if waits_for(person, at):
            Happening.once(Kind.DESK_TODAY, person, at=at, day=day)
    cache.set(LOOKED, day, timedelta(days=2).total_seconds())


def _who_works_here() -> "QuerySet[Any]":
    first, *others = [holders_of(role).order_by().values("pk") for role in RoleName]
    return get_user_model().objects.filter(pk__in=first.union(*others)).order_by("pk")


def _whose_desk(happening: Happened) -> QuerySet[Any]:
    return get_user_model().objects.filter(pk=happening.subject.pk).values("pk")


def _waits_today(happening: Happened, reader: Any) -> bool:
    """Asked again as it goes: it may all be done by then, or they work here no longer, or it is another day."""
    at = clock.now()
    return happening.facts["day"] == localdate(at).isoformat() and bool(waits_for(reader, at))


def _desk(happening: Happened) -> dict[str, str]:
    waiting = waits_for(happening.subject, clock.now())
    told = [_line(each) for each in waiting[:MOST]]
    if more := sum(each.things for each in waiting[MOST:]):
        told.append(ngettext("And %d more.", "And %d more.", more) % more)
    things = sum(each.things for each in waiting)
    number = ngettext("%d thing waits for you", "%d things wait for you", things) % things
    return {"number": number, "things": "\n\n".join(told)}


def _line(each: Waiting) -> str:
    since = _("since %s") % day_words(localtime(each.since).date())
    until = [_("until %s") % end_words(each.until)] if each.until else []
    late = [_("overdue")] if each.late else []
    return f"{each.words} ({', '.join([since, *until, *late])})\n{settings.PUBLIC_URL}{each.path}"


def _examples() -> dict[str, Any]:
    things = gettext_lazy(
        "Decide on “A swing for everyone”, Riverside (since Wednesday 3 March)\nhttps://budget.city.example/"
    )
    return {"number": gettext_lazy("3 things wait for you"), "things": things}


def register() -> None:
    telling = Telling(
        group=Group.WORK,
        about=get_user_model(),
        title=gettext_lazy("Once a day, what waits for you at the desk"),
        subject=gettext_lazy("{number} at the desk"),
        text=gettext_lazy("This waits for you, the oldest first:\n\n{things}"),
        placeholders=_examples(),
        needs=frozenset({"things"}),
        says=_desk,
        button=gettext_lazy("Go to the desk"),
        leads_to=lambda happening: address_of(Page.DESK),
        readers=_whose_desk,
        may_read=_waits_today,
        default=Way.AT_ONCE,
        by_mail_only=True,
    )
    tells(Kind.DESK_TODAY, telling)
