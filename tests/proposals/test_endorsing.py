from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.visitors import Visitor
from lib.refusal import Refused
from proposals.models import Endorsement, Proposal
from tests.cast import enrol


def test_tomas_supports_a_proposal_once_and_may_take_it_back(proposal, tomas, at):
    now = at("proposing")
    proposal.endorse(by=tomas, at=now)
    proposal.endorse(by=tomas, at=now)
    assert proposal.endorsements.count() == 1
    assert proposal.is_endorsed_by(tomas)
    proposal.unendorse(by=tomas, at=now)
    assert not proposal.is_endorsed_by(tomas)


@pytest.mark.parametrize("stage", ["reviewing", "voting", "delivering"])
def test_support_is_collected_while_proposing(proposal, tomas, at, stage):
    with pytest.raises(Refused, match="not being collected"):
        proposal.endorse(by=tomas, at=at(stage))
    with pytest.raises(Refused, match="not being collected"):
        proposal.unendorse(by=tomas, at=at(stage))


def test_visitors_do_not_count(proposal, at):
    with pytest.raises(Refused, match="Sign in"):
        proposal.endorse(by=Visitor(), at=at("proposing"))
    assert not proposal.is_endorsed_by(Visitor())


def test_a_draft_gets_no_support(draft, tomas, at):
    with pytest.raises(Refused):
        draft.endorse(by=tomas, at=at("proposing"))


def test_support_and_talk_are_counted_apart(submitted, rosa, tomas, martin, at, cycle, riverside):
    one, other = submitted(rosa), submitted(rosa)
    for user in (rosa, tomas, martin):
        enrol(user, cycle, riverside)
        one.endorse(by=user, at=at("proposing"))
    for _ in range(2):
        one.comment(by=tomas, at=at("proposing"), text="Yes")
    found = {p.pk: (p.endorsement_count, p.comment_count) for p in Proposal.objects.with_counts()}
    assert found == {one.pk: (3, 2), other.pk: (0, 0)}


@pytest.mark.django_db(transaction=True)
def test_t01_a_thumb_that_presses_ten_times_at_once_counts_once(proposal, tomas, at):
    now = at("proposing")

    def press(_):
        try:
            Proposal.objects.get(pk=proposal.pk).endorse(by=tomas, at=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(press, range(10)))
    assert Endorsement.objects.count() == 1
