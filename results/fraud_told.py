"""Clerks and auditors hear at once of what the auditor's program finds, and once a day for as long as it finds it."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ballots.models import Verdict
from budgeting.guards import oversees
from budgeting.models import Contest
from budgeting.people import RoleName, holders_of
from notices.kinds import Group, Happened, Kind, Telling, Way, tells


def _who_has_to_know(_happening: Happened) -> QuerySet[Any]:
    clerks, auditors = (Q(pk__in=holders_of(role).values("pk")) for role in (RoleName.CLERK, RoleName.AUDITOR))
    return get_user_model().objects.filter(clerks | auditors).values("pk")


def _still_finds_it(happening: Happened, reader: Any) -> bool:
    return oversees(reader) and any(each.exit == 1 for each in Verdict.newest(contest=happening.subject))


def _words(happening: Happened) -> dict[str, str]:
    contest = happening.subject
    return {"contest": contest.title, "cycle": str(contest.cycle), "said": happening.facts["said"]}


def register() -> None:
    telling = Telling(
        group=Group.WORK,
        about=Contest,
        title=_("The auditor’s program finds a difference"),
        subject=_("The auditor’s program finds a difference: {contest}"),
        text=_(
            "What the site publishes of the vote in {contest}, {cycle}, is not what it should be. The program with "
            "which anybody can check it says:\n\n{said}\n\nLook into it before others ask."
        ),
        placeholders={
            "contest": _("Riverside"),
            "cycle": _("Budget 2027"),
            "said": _("FRAUD (chain): batch 2 does not follow from the batch before."),
        },
        needs=frozenset({"contest", "said"}),
        says=_words,
        button=_("Go to the ballot box"),
        leads_to=lambda happening: f"{reverse('box', args=[happening.subject.cycle.slug])}#checked",
        readers=_who_has_to_know,
        may_read=_still_finds_it,
        default=Way.AT_ONCE,
    )
    tells(Kind.FRAUD_FOUND, telling)
