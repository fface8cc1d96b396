"""A department hears what it was handed, and whoever asked hears what came back; nobody else hears of it."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgeting.templatetags.dates import end_words
from committee import departments
from committee.addresses import address_of
from committee.asking import why_not_hear
from committee.handling import way_of
from committee.members import why_not_look
from committee.models import Station
from committee.opinions import in_hand_of
from lib import clock
from notices.kinds import Group, Happened, Kind, Telling, Way, tells


def _whose_it_is(happening: Happened) -> QuerySet[Any]:
    """Nobody where it went on before anybody was told."""
    station: Station = happening.subject
    hands = way_of(station.opinion)
    if station.department is None or not hands or hands[-1] != station.department:
        return get_user_model().objects.none().values("pk")
    return departments.people_of(station.department).exclude(pk=station.opinion.proposal.author_id).values("pk")


def _is_still_theirs(happening: Happened, reader: Any) -> bool:
    """Asked again as it goes: it may have been handed on or answered, or their role be over."""
    station: Station = happening.subject
    theirs = in_hand_of(reader, clock.now()).filter(opinion=station.opinion_id)
    return theirs.filter(department=station.department_id).exists()


def _asked(happening: Happened) -> dict[str, str]:
    station: Station = happening.subject
    opinion = station.opinion
    return {
        "department": str(station.department),
        "proposal": str(opinion.proposal.title),
        "question": opinion.question,
        "date": end_words(opinion.due),
    }


def _who_asked(happening: Happened) -> QuerySet[Any]:
    """Unless they take no part in it any more."""
    opinion = happening.subject.opinion
    people = get_user_model().objects.none() if why_not_hear(opinion, by=opinion.by) else get_user_model().objects
    return people.filter(pk=opinion.by_id).values("pk")


def _may_still_hear(happening: Happened, reader: Any) -> bool:
    return reader.pk == happening.subject.opinion.by_id and not why_not_hear(happening.subject.opinion, by=reader)


def _came_back(happening: Happened) -> dict[str, str]:
    station: Station = happening.subject
    before = station.opinion.stations.filter(place__lt=station.place).latest("place")
    answered = station.kind == Station.Kind.ANSWERED
    became = _("It has answered.") if answered else _("It gives the question back: %s") % station.reason
    proposal = str(station.opinion.proposal.title)
    return {"department": str(before.department), "proposal": proposal, "became": became}


def _where_it_is_read(happening: Happened) -> str:
    """A clerk who is no member reads no answer, and sees at the desk how much is still open."""
    opinion = happening.subject.opinion
    if why_not_look(opinion.proposal, by=opinion.by):
        return reverse("work", args=[opinion.proposal.contest.cycle.slug])
    return f"{address_of(opinion.proposal)}#opinions"


def register() -> None:
    asked = Telling(
        group=Group.WORK,
        about=Station,
        title=gettext_lazy("Your department is asked for an opinion"),
        subject=gettext_lazy("{department} is asked about “{proposal}”"),
        text=gettext_lazy(
            "{department} is asked for its opinion on “{proposal}”:\n\n{question}\n\nPlease answer by {date}."
        ),
        placeholders={
            "department": gettext_lazy("Roads"),
            "proposal": gettext_lazy("A swing for everyone"),
            "question": gettext_lazy("Is the ground firm enough?"),
            "date": gettext_lazy("Friday 1 October"),
        },
        needs=frozenset({"question"}),
        says=_asked,
        button=gettext_lazy("Go to the question"),
        leads_to=lambda happening: reverse("opinion", args=[happening.subject.opinion_id]),
        readers=_whose_it_is,
        may_read=_is_still_theirs,
        default=Way.SITE,  # the mail of the day has it until it is answered
    )
    back = Telling(
        group=Group.WORK,
        about=Station,
        title=gettext_lazy("A department answers, or gives back, what you asked"),
        subject=gettext_lazy("{department} on “{proposal}”"),
        text=gettext_lazy("You asked {department} for its opinion on “{proposal}”.\n\n{became}"),
        placeholders={
            "department": gettext_lazy("Roads"),
            "proposal": gettext_lazy("A swing for everyone"),
            "became": gettext_lazy("It has answered."),
        },
        needs=frozenset({"became"}),
        says=_came_back,
        button=gettext_lazy("See what became of it"),
        leads_to=_where_it_is_read,
        readers=_who_asked,
        may_read=_may_still_hear,
        default=Way.DIGEST,
    )
    tells(Kind.OPINION_ASKED, asked)
    tells(Kind.OPINION_BACK, back)
