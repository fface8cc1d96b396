"""A department is asked for its opinion on a proposal, or on many at once, with a day by which it is wanted."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.people import Person
from committee.deadlines import require_within_the_review, why_not_open
from committee.members import why_not_help
from committee.models import Department, Opinion, Station
from committee.models.sealed import new_salt
from lib.one_line import says_something
from lib.refusal import allow, require
from notices.kinds import Kind
from notices.models import Happening
from proposals.models import Proposal


def why_not_hear(opinion: Opinion, *, by: Person) -> str:
    """Why this person does not hear what became of it, in a sentence; empty if they do."""
    return why_not_help(opinion.proposal, by=by)


def why_not_ask(proposal: Proposal, *, by: Person, at: datetime) -> str:
    """Why this person asks no department about it, in a sentence; empty if they may."""
    return why_not_help(proposal, by=by) or why_not_open(proposal, at)


@transaction.atomic
def ask(
    proposals: Iterable[Proposal], department: Department, *, by: Person, at: datetime, question: str, due: datetime
) -> list[Opinion]:
    """Ask it the same about each of these. Raises Refused, and asks nothing."""
    require(says_something(question), _("Say what the department is to answer."))
    department = Department.objects.select_for_update(no_key=True).get(pk=department.pk)
    require(department.ended_at is None, _("%s is asked nothing more.") % department)
    chosen = sorted(proposals, key=lambda each: each.pk)
    for proposal in chosen:
        proposal.hold()
        require_within_the_review(due, proposal.cycle, at)
        allow(why_not_ask(proposal, by=by, at=at))
    _require_nothing_open(chosen, department)
    return [_ask(each, department, by=by, at=at, question=question.strip(), due=due) for each in chosen]


def _require_nothing_open(proposals: list[Proposal], department: Department) -> None:
    asked = Station.objects.waiting().filter(department=department, opinion__proposal__in=proposals)
    numbers = asked.order_by("opinion__proposal__number").values_list("opinion__proposal__number", flat=True)
    sentence = _("%(department)s has a question about these already: %(numbers)s.")
    require(not numbers, sentence % {"department": department, "numbers": ", ".join(map(str, numbers))})


def _ask(
    proposal: Proposal, department: Department, *, by: Person, at: datetime, question: str, due: datetime
) -> Opinion:
    opinion = Opinion.objects.create(proposal=proposal, question=question, due=due, by_id=by.pk, at=at, salt=new_salt())
    station = Station.objects.create(
        opinion=opinion, place=1, kind=Station.Kind.ASKED, department=department, by_id=by.pk, at=at, salt=new_salt()
    )
    by.record(Done.OPINION_ASKED, on=opinion, department=department.pk, digest=opinion.digest)
    Happening.note(Kind.OPINION_ASKED, station, at=at, by=by)
    return opinion
