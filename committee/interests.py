"""Who has an interest in a proposal: its author, and whoever takes no part in it.

They have no word in its review, whatever other role they hold beside that of a member.
"""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from budgeting.people import Person
from committee.models import Recusal
from lib.refusal import require
from proposals.models import Proposal


def of_interest_to(person: Person) -> "models.QuerySet[Any]":
    """The keys of the proposals that this person wrote or takes no part in: part of another query."""
    recused = Recusal.objects.filter(member=person.pk).values("proposal")
    return Proposal.objects.filter(models.Q(author=person.pk) | models.Q(pk__in=recused)).order_by().values("pk")


def why_concerned(proposal: Proposal, person: Person) -> str:
    """Why this person has an interest in it, in a sentence; empty if they have none."""
    if proposal.is_by(person):
        return _("Nobody decides on a proposal of their own.")
    if Recusal.objects.filter(proposal=proposal, member=person.pk).exists():
        return _("You take no part in this proposal: you have an interest in it.")
    return ""


def require_none(proposals: Iterable[Proposal], person: Person) -> None:
    """Raise Refused, with their numbers, if this person has an interest in some of these."""
    theirs = of_interest_to(person).filter(pk__in=[each.pk for each in proposals])
    numbers = ", ".join(map(str, theirs.order_by("number").values_list("number", flat=True)))
    require(not numbers, _("You wrote these, or take no part in them: %s.") % numbers)
