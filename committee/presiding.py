"""Who speaks for the committee where it does not vote: whoever presides, and is not concerned."""

from collections.abc import Collection, Mapping
from typing import Any

from committee.members import entitled_each, first_of, leading
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
