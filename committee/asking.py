"""A department is asked for its opinion on a proposal, or on many at once, with a day by which it is wanted."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.people import Person
from budgeting.stages import Act
from committee.deadlines import last_moment
from committee.members import why_not_look
from committee.models import Department, Opinion, Recusal, Station
from committee.models.sealed import new_salt
from lib.one_line import says_something
from lib.refusal import allow, require
from notices.kinds import Kind
from notices.models import Happening
from proposals.models import Proposal


def why_not_hear(opinion: Opinion, *, by: Person) -> str:
    """Why this person does not hear what became of it, in a sentence; empty if they do."""
    return "" if _is_of_a_clerk(opinion.proposal, by=by) else why_not_look(opinion.proposal, by=by)


def why_not_ask(proposal: Proposal, *, by: Person, at: datetime) -> str:
    """Why this person asks no department about it, in a sentence; empty if they may."""
    if not _is_of_a_clerk(proposal, by=by) and (sentence := why_not_look(proposal, by=by)):
        return sentence
    if not proposal.is_open_for(Act.DECIDE, at):
        return _("This proposal is not open for a decision.")
    return ""


def _is_of_a_clerk(proposal: Proposal, *, by: Person) -> bool:
    """A clerk asks without reading what else the committee has; not about their own, nor where they are recused."""
    recused = Recusal.objects.filter(proposal=proposal, member=by.pk)
    return by.is_clerk and not proposal.is_by(by) and not recused.exists()


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
        end = last_moment(proposal.cycle, Act.DECIDE, at)
        require(at < due and (end is None or due <= end), _("Choose a moment to come, before the review closes."))
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
