"""A member, or a clerk, says that somebody on the committee has an interest in a proposal; whoever presides settles it.

Nobody settles what they are concerned in: neither who is challenged nor who challenges.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.people import Person
from committee.deadlines import why_not_open
from committee.interests import why_concerned
from committee.members import entitled, why_not_look
from committee.models import Challenge, Recusal
from committee.presiding import Asked, settled_by, who_settles_each
from committee.recusing import leave
from lib.refusal import allow, require
from proposals.models import Proposal


def why_not_challenge(proposal: Proposal, *, by: Person, at: datetime) -> str:
    """Why this person challenges nobody's part in it, in a sentence; empty if they may."""
    if sentence := why_concerned(proposal, by):
        return sentence
    if not by.is_clerk and (sentence := why_not_look(proposal, by=by)):
        return sentence
    return why_not_open(proposal, at)


@transaction.atomic
def challenge(
    proposal: Proposal, member: int, *, by: Person, at: datetime, interest: str, in_confidence: str = ""
) -> Challenge:
    """Say that a member has an interest in it. `in_confidence` is for whoever settles it alone. Raises Refused."""
    proposal.hold()
    allow(why_not_challenge(proposal, by=by, at=at))
    require(member != by.pk, _("Of an interest of your own, say that you take no part."))
    require(entitled(proposal).filter(pk=member).exists(), _("They have no part in this proposal."))
    require(interest in Recusal.Interest.values, _("Choose the kind of interest."))
    waiting = Challenge.objects.filter(proposal=proposal, member=member, settled_at=None)
    require(not waiting.exists(), _("This member's part in it is challenged already."))
    said = {"interest": interest, "in_confidence": in_confidence.strip()}
    made = Challenge(proposal=proposal, member_id=member, by_id=by.pk, at=at, **said)
    made.full_clean(exclude=["proposal", "member", "by"])
    made.save(force_insert=True)
    by.record(Done.MEMBER_CHALLENGED, on=proposal, member=member, interest=str(interest))
    return made


def who_settles(challenge: Challenge) -> list[Any]:
    """Who may: the chair or, where they are concerned, a deputy; without either the other members; else clerks."""
    return who_settles_each(_asked([challenge]))[challenge.pk]


def to_settle(challenges: Iterable[Challenge], person: Person) -> list[Challenge]:
    """Those of them that wait for this person."""
    waiting = list(challenges)
    theirs = settled_by(person, _asked(waiting))
    return [each for each in waiting if each.pk in theirs]


def _asked(challenges: Iterable[Challenge]) -> Asked:
    """Without whoever is challenged, and whoever challenges."""
    return {each.pk: (each.proposal, {each.member_id, each.by_id}) for each in challenges}


def may_settle(challenge: Challenge, person: Person) -> bool:
    return bool(to_settle([challenge], person))


@transaction.atomic
def settle_challenge(challenge: Challenge, *, upheld: bool, by: Person, at: datetime) -> None:
    """Uphold it, and the member takes no part from here on; or turn it down. Raises Refused."""
    proposal = challenge.proposal
    proposal.hold()
    challenge.refresh_from_db()
    require(challenge.settled_at is None, _("This challenge is settled already."))
    require(may_settle(challenge, by), _("Whoever chairs the committee on this proposal settles it."))
    allow(why_not_open(proposal, at))
    challenge.settled_by_id, challenge.settled_at, challenge.upheld = by.pk, at, upheld
    challenge.save(update_fields=["settled_by", "settled_at", "upheld"])
    by.record(
        Done.CHALLENGE_SETTLED, on=proposal, member=challenge.member_id, interest=challenge.interest, upheld=upheld
    )
    if upheld and not Recusal.objects.filter(proposal=proposal, member=challenge.member_id).exists():
        leave(proposal, challenge.member_id, at=at, interest=challenge.interest)
