"""A proposed change without an answer of its author by its date: whoever presides applies it, or drops it.

The chair, else a deputy, else the other members, at last a clerk; and never who proposed it.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.people import Person
from committee.changing import apply, held, why_void
from committee.deadlines import under_review
from committee.models import ChangeRuling, ProposedChange
from committee.presiding import settled_by
from lib.one_line import says_something
from lib.refusal import allow, require
from notices.kinds import Kind
from notices.models import Happening
from proposals.models import Proposal, Status
from proposals.models.queries import Proposals


def waiting_for(person: Person, at: datetime) -> list[ProposedChange]:
    """The changes without an answer that wait for this person's word, the longest waiting first."""
    if not person.holds_a_role:
        return []
    late = ProposedChange.objects.standing().filter(until__lte=at, proposal__in=_under_review(at).values("pk"))
    places = ("proposal__contest__district", "proposal__contest__cycle", "proposal__cycle", "base", "by")
    return _to_settle(late.select_related(*places).order_by("until", "pk"), person)


def may_settle(change: ProposedChange, person: Person) -> bool:
    return bool(_to_settle([change], person))


@transaction.atomic
def settle(change: ProposedChange, *, applies: bool, reason: str, by: Person, at: datetime) -> ChangeRuling:
    """Apply it without an answer of its author, or drop it. The reason is public once it is in the text.

    Raises Refused.
    """
    found = held(change)
    require(not found.is_settled, _("This has been settled in the meantime."))
    allow(why_void(found, at))
    require(at >= found.until, _("Its author may answer still."))
    require(may_settle(found, by), _("Whoever chairs the committee on this proposal says so, and did not propose it."))
    require(says_something(reason), _("Say why: everybody reads it, once it is in the text."))
    made = ChangeRuling.objects.create(change=found, applies=applies, reason=reason.strip(), by_id=by.pk, at=at)
    by.record(Done.CHANGE_RULED, on=found)
    if applies:
        found.version = apply(found, by=by, at=at, consent=False, reason=made.reason)
        found.save(update_fields=["version"])
    Happening.is_over(Kind.CHANGE_PROPOSED, found, at=at)
    Happening.note(Kind.CHANGE_RULED, made, at=at, by=by)
    return made


def _under_review(at: datetime) -> Proposals:
    """The proposals whose words may be changed, as `why_not_reword` says of one."""
    return Proposal.objects.with_status(at).filter(cycle__in=under_review(at), status=Status.SUBMITTED, withheld="")


def _to_settle(changes: Iterable[ProposedChange], person: Person) -> list[ProposedChange]:
    """Those of them that this person settles."""
    waiting = list(changes)
    theirs = settled_by(person, {each.pk: (each.proposal, {each.by_id}) for each in waiting})
    return [each for each in waiting if each.pk in theirs]
