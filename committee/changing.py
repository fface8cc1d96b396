"""Somebody of the city proposes another wording of a proposal: its author says yes or no, until a date.

A yes puts it into the text at once, a no is final. Without an answer by the date whoever presides, and did not propose
it, applies or drops it (settling_changes.py). Whatever else the text becomes in between, nothing is put over it.
"""

import copy
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.people import Person
from budgeting.stages import Act
from committee.deadlines import last_moment, within_a_week
from committee.members import why_not_help
from committee.models import ProposedChange
from committee.models.sealed import new_salt
from lib.one_line import says_something
from lib.refusal import allow, require
from notices.kinds import Kind
from notices.models import Happening
from proposals.models import Proposal, Version


def why_not_see(proposal: Proposal, *, by: Person) -> str:
    """Why this person sees no proposed changes of it, in a sentence; empty if they do: members, and clerks."""
    return why_not_help(proposal, by=by)


def why_not_propose(proposal: Proposal, *, by: Person, at: datetime) -> str:
    """Why this person proposes no other wording of it now, in a sentence; empty if they may."""
    if sentence := why_not_see(proposal, by=by) or proposal.why_not_reword(at):
        return sentence
    if ProposedChange.objects.standing().filter(proposal=proposal).exists():
        return _("Another wording is proposed already: wait for its author’s answer.")
    return ""


@transaction.atomic
def propose(
    proposal: Proposal, text: Mapping[str, Any], *, by: Person, at: datetime, reason: str, until: datetime | None = None
) -> ProposedChange:
    """Propose another wording to its author: `text` has fields of a version, and what is as it stands is left out.

    Raises Refused, also where this could never be in the text.
    """
    proposal.hold()
    allow(why_not_propose(proposal, by=by, at=at))
    require(says_something(reason), _("Say why: everybody reads it, once it is in the text."))
    stands = proposal.text()
    changed = {name: value for name, value in text.items() if name in stands and value != stands[name]}
    require(changed, _("Change something first."))
    copy.copy(proposal).take(changed)
    until, end = until or _usually(proposal, at), last_moment(proposal.cycle, Act.DECIDE, at)
    require(at < until and (end is None or until < end), _("Choose a moment to come, before the review closes."))
    base = Version.objects.filter(proposal=proposal).latest("number")
    said = {"text": changed, "reason": reason.strip(), "until": until, "author_id": proposal.author_id}
    made = ProposedChange(proposal=proposal, base=base, by_id=by.pk, at=at, salt=new_salt(), **said)
    made.full_clean(exclude=["proposal", "base", "by", "author"])
    made.save(force_insert=True)
    by.record(Done.CHANGE_PROPOSED, on=made, digest=made.digest)
    Happening.note(Kind.CHANGE_PROPOSED, made, at=at, by=by)
    return made


def _usually(proposal: Proposal, at: datetime) -> datetime:
    """A week; less where the review closes before, so that as much time is left afterwards."""
    end = last_moment(proposal.cycle, Act.DECIDE, at)
    week = within_a_week(proposal.cycle, at)
    return at + (end - at) / 2 if end and week >= end else week


def why_void(change: ProposedChange, at: datetime) -> str:
    """Why what is not settled can be in the text no more, in a sentence; empty if it can."""
    if hasattr(change.proposal, "withdrawal"):
        return _("Its author has taken the proposal back: the change is void.")
    if Version.objects.filter(proposal=change.proposal_id, number__gt=change.base.number).exists():
        return _("The text has been changed in the meantime: this change is void.")
    return change.proposal.why_not_reword(at)


@transaction.atomic
def answer(change: ProposedChange, agrees: bool, *, by: Person, at: datetime, said: str = "") -> None:
    """Its author says yes, and it is in the text; or no, and it never is. Raises Refused."""
    found = held(change)
    require(found.author_id == by.pk, _("Only its author says whether its text may be changed so."))
    require(not found.is_settled, _("This has been settled in the meantime."))
    allow(why_void(found, at))
    found.agrees, found.answered_at, found.said = agrees, at, " ".join(said.split())
    if agrees:
        found.version = apply(found, by=by, at=at, consent=True, reason=found.reason)
    found.full_clean(exclude=["proposal", "base", "by", "author", "version"])
    found.save(update_fields=["agrees", "answered_at", "said", "version"])
    by.record(Done.CHANGE_ANSWERED, on=found)
    Happening.is_over(Kind.CHANGE_PROPOSED, found, at=at)
    Happening.note(Kind.CHANGE_ANSWERED, found, at=at, by=by)


def held(change: ProposedChange) -> ProposedChange:
    """As it is now, with its proposal held to the end of the transaction: whoever comes second finds it settled."""
    proposal = Proposal.objects.get(pk=change.proposal_id)
    proposal.hold()
    found = ProposedChange.objects.select_related("base", "ruling", "by").get(pk=change.pk)
    found.proposal = proposal
    return found


def apply(change: ProposedChange, *, by: Person, at: datetime, consent: bool, reason: str) -> Version:
    """Put it into the text, in the transaction of whoever said so."""
    version = change.proposal.reword(change.text, proposed_by=change.by, by=by, at=at, consent=consent, reason=reason)
    by.record(Done.CHANGE_APPLIED, on=change.proposal, version=version.number, salt=change.salt_in_words)
    return version
