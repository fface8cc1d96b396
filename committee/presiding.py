"""Who speaks for the committee where it does not vote: whoever presides, and is not concerned."""

from collections.abc import Collection, Mapping
from typing import Any

from budgeting.people import Person, RoleName, holders_of
from committee.members import entitled_each, first_of, leading
from committee.models import Recusal
from proposals.models import Proposal

Asked = Mapping[int, tuple[Proposal, Collection[int | None]]]
"""By a key: the proposal it is about, and the keys of those who are concerned."""


def who_presides_each(asked: Asked) -> dict[int, list[Any]]:
    """The chair or, where they are concerned or have no part in it, a deputy; without either the other members.

    No more statements for more of them.
    """
    proposals = {proposal.pk: proposal for proposal, _concerned in asked.values()}.values()
    may, ranked = entitled_each(proposals), leading(proposals)
    found = {}
    for key, (proposal, concerned) in asked.items():
        members = {each: one for each, one in may[proposal.pk].items() if each not in concerned}
        chair = first_of(ranked[proposal.pk], members)
        found[key] = [chair] if chair else list(members.values())
    return found


def who_settles_each(asked: Asked) -> dict[int, list[Any]]:
    """Whoever presides; where nobody of the committee is left, the clerks who have no interest in it.

    No more statements for more of them.
    """
    found = who_presides_each(asked)
    clerks = list(holders_of(RoleName.CLERK))
    recused = Recusal.objects.filter(proposal__in=[proposal for proposal, _concerned in asked.values()])
    out = set(recused.values_list("proposal", "member"))
    for key, (proposal, concerned) in asked.items():
        besides = {*concerned, proposal.author_id}
        able = [one for one in clerks if one.pk not in besides and (proposal.pk, one.pk) not in out]
        found[key] = found[key] or able
    return found


def settled_by(person: Person, asked: Asked) -> set[int]:
    """Which of them this person settles; where there is none, nothing is looked up."""
    who = who_settles_each(asked) if asked else {}
    return {key for key, able in who.items() if person.pk in {one.pk for one in able}}
