"""The ballot paper: drawn by lot that anyone can draw again, and frozen for good."""

import hashlib
import json

import pytest

from ballots import paper
from lib.refusal import Refused
from proposals.models import Decision, Proposal
from tests.cast import propose


@pytest.fixture
def shortlist(riverside_contest, martin, at) -> list[Proposal]:
    """Six proposals, all but the last on the shortlist."""
    proposals = propose(riverside_contest)
    for proposal in proposals:
        outcome = "reject" if proposal == proposals[-1] else "shortlist"
        Decision.objects.create(
            proposal=proposal, outcome=outcome, reason="For a reason.", by=martin, at=at("reviewing")
        )
    return proposals[:-1]


def test_the_shortlist_is_numbered_by_a_lot_anyone_can_draw(shortlist, riverside_contest, clara, at) -> None:
    frozen = paper.freeze(riverside_contest, by=clara, at=at("presenting"), seed="the numbers of 1 March")
    drawn = sorted(
        shortlist, key=lambda one: hashlib.sha256(f"the numbers of 1 March{one.number}".encode()).hexdigest()
    )
    assert [line.proposal for line in frozen.lines.order_by("ballot_number")] == drawn
    assert [line.ballot_number for line in frozen.lines.all()] == [1, 2, 3, 4, 5]


def test_another_seed_draws_another_order(shortlist, riverside_contest, hillside_contest, clara, at) -> None:
    orders = {
        tuple(sorted((one.number for one in shortlist), key=lambda number: paper.lot(str(seed), str(number))))
        for seed in range(20)
    }
    assert len(orders) > 10


def test_the_manifest_says_all_that_decides_the_vote(shortlist, riverside_contest, clara, at) -> None:
    frozen = paper.freeze(riverside_contest, by=clara, at=at("presenting"), seed="seed")
    assert frozen.digest == hashlib.sha256(frozen.manifest.encode()).hexdigest()
    told = json.loads(frozen.manifest)
    assert paper.canonical(told) == frozen.manifest
    assert (told["budget"], told["ballot_style"], told["ballot_number_seed"]) == (250_000_00, "approval", "seed")
    assert told["lines"][0]["title"] == frozen.lines.first().title


def test_a_paper_is_frozen_once(shortlist, riverside_contest, clara, at) -> None:
    paper.freeze(riverside_contest, by=clara, at=at("presenting"), seed="seed")
    with pytest.raises(Refused, match="frozen already"):
        paper.freeze(riverside_contest, by=clara, at=at("presenting"), seed="another")


def test_a_paper_is_not_frozen_while_people_still_propose(shortlist, riverside_contest, clara, at) -> None:
    for stage in ("proposing", "voting", "counting"):
        with pytest.raises(Refused, match="between the review and the vote"):
            paper.freeze(riverside_contest, by=clara, at=at(stage), seed="seed")


def test_a_paper_needs_something_to_vote_on(riverside_contest, clara, at) -> None:
    with pytest.raises(Refused, match="Nothing is shortlisted"):
        paper.freeze(riverside_contest, by=clara, at=at("presenting"), seed="seed")


def test_what_costs_more_than_the_budget_does_not_go_on_the_paper(shortlist, riverside_contest, clara, at) -> None:
    Proposal.objects.filter(pk=shortlist[0].pk).update(cost=riverside_contest.budget + 1)
    with pytest.raises(Refused, match="more than the whole budget: Playground"):
        paper.freeze(riverside_contest, by=clara, at=at("presenting"), seed="seed")
