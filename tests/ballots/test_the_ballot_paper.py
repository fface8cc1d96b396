"""The ballot paper: drawn by lot that anyone can draw again, and frozen for good."""

import hashlib
import json
import re
from datetime import timedelta

import pytest

from ballots import paper
from ballots.counting import rule_of
from ballots.models import BallotPaper
from ballots.trial import try_out
from budgeting.models import Contest, Draw
from budgeting.two import Two
from lib.refusal import Refused
from proposals.models import Decision, Proposal, Withdrawal
from tally import Rule
from tests.cast import propose, signed_in
from tests.keeping import kept
from tests.papers import words_on


@kept
def shortlist(riverside_contest, martin, at) -> list[Proposal]:
    """Six proposals, all but the last on the shortlist."""
    proposals = propose(riverside_contest)
    for proposal in proposals:
        outcome = "reject" if proposal == proposals[-1] else "shortlist"
        Decision.objects.create(
            proposal=proposal, outcome=outcome, reason="For a reason.", by=martin, at=at("reviewing")
        )
    return proposals[:-1]


def test_the_shortlist_is_numbered_by_a_lot_anyone_can_draw(shortlist, riverside_contest, clara, otto, at) -> None:
    frozen = paper.freeze(riverside_contest, by=Two(clara, otto), at=at("presenting"), half="first")
    seed = json.loads(frozen.manifest)["ballot_number_seed"]
    assert re.fullmatch(r"first-[0-9a-f]{32}", seed)
    drawn = sorted(shortlist, key=lambda one: hashlib.sha256(f"{seed}{one.number}".encode()).hexdigest())
    assert [line.proposal for line in frozen.lines.order_by("ballot_number")] == drawn
    assert [line.ballot_number for line in frozen.lines.all()] == [1, 2, 3, 4, 5]
    assert (frozen.frozen_by, frozen.frozen_with) == (clara, otto)


def test_another_seed_draws_another_order(shortlist, riverside_contest, hillside_contest, clara, otto, at) -> None:
    orders = {
        tuple(sorted((one.number for one in shortlist), key=lambda number: paper.lot(str(seed), str(number))))
        for seed in range(20)
    }
    assert len(orders) > 10


def test_the_manifest_says_all_that_decides_the_vote(shortlist, riverside_contest, clara, otto, at) -> None:
    frozen = paper.freeze(riverside_contest, by=Two(clara, otto), at=at("presenting"), half="1")
    assert frozen.digest == hashlib.sha256(frozen.manifest.encode()).hexdigest()
    told = json.loads(frozen.manifest)
    assert paper.canonical(told) == frozen.manifest
    assert (told["budget"], told["ballot_style"], told["draw"]) == (250_000_00, "approval", None)
    assert Rule.from_dict(told["rule"]) == rule_of(riverside_contest)
    assert told["lines"][0]["title"] == frozen.lines.first().title


def test_a_paper_is_frozen_once(shortlist, riverside_contest, clara, otto, at) -> None:
    paper.freeze(riverside_contest, by=Two(clara, otto), at=at("presenting"), half="1")
    with pytest.raises(Refused, match="frozen already"):
        paper.freeze(riverside_contest, by=Two(clara, otto), at=at("presenting"), half="1")


def test_a_paper_is_not_frozen_while_people_still_propose(shortlist, riverside_contest, clara, otto, at) -> None:
    for stage in ("proposing", "voting", "counting"):
        with pytest.raises(Refused, match="between the review and the vote"):
            paper.freeze(riverside_contest, by=Two(clara, otto), at=at(stage), half="1")


def test_a_paper_needs_something_to_vote_on(riverside_contest, clara, otto, at) -> None:
    with pytest.raises(Refused, match="Nothing is shortlisted"):
        paper.freeze(riverside_contest, by=Two(clara, otto), at=at("presenting"), half="1")


def test_what_costs_more_than_the_budget_is_not_on_the_paper(shortlist, riverside_contest, clara, otto, at) -> None:
    Proposal.objects.filter(pk=shortlist[0].pk).update(cost=riverside_contest.budget + 1)
    with pytest.raises(Refused, match="more than the whole budget: Playground"):
        paper.freeze(riverside_contest, by=Two(clara, otto), at=at("presenting"), half="1")


def test_c10_what_is_left_out_is_said_before_with_the_reason(riverside_contest, martin, rosa, at) -> None:
    undecided, returned, corrected, rejected, kept, withdrawn = propose(riverside_contest)
    for proposal, outcome in ((returned, "return"), (corrected, "return"), (rejected, "reject"), (kept, "shortlist")):
        Decision.objects.create(proposal=proposal, outcome=outcome, reason="So.", by=martin, at=at("reviewing"))
    corrected.keep_version(by=rosa, at=at("reviewing") + timedelta(hours=1))
    Withdrawal.objects.create(proposal=withdrawn, by=rosa, at=at("reviewing"), reason="No time.")
    planned = paper.plan(riverside_contest, at("presenting"))
    assert [line["number"] for line in planned["lines"]] == [kept.number]
    assert {one["number"]: one["why"] for one in planned["left_out"]} == {
        undecided.number: "submitted",
        returned.number: "returned",
        corrected.number: "corrected",
        rejected.number: "rejected",
        withdrawn.number: "withdrawn",
    }
    assert {one["why"] for one in planned["left_out"]} <= paper.WHY_LEFT_OUT.keys()


def test_c10_the_clerk_and_whoever_confirms_see_the_same(shortlist, riverside_contest, clara, otto, at) -> None:
    at("presenting")
    first, second = signed_in(clara), signed_in(otto)
    before = first.get("/2027/box/paper/riverside/").content.decode()
    act = first.post("/2027/box/paper/riverside/").url
    assert not BallotPaper.objects.exists()
    confirming = second.get(act).content.decode()
    for said in ("Bee hotel", "The committee did not put it on the shortlist.", "Playground", "€120,000"):
        assert said in before
        assert said in confirming
    assert first.get("/2027/box/paper/riverside/").url == act


def test_what_changed_since_it_was_proposed_is_not_frozen(shortlist, riverside_contest, clara, otto, at) -> None:
    at("presenting")
    act = signed_in(clara).post("/2027/box/paper/riverside/").url
    Proposal.objects.filter(pk=shortlist[0].pk).update(title="A casino")
    page = signed_in(otto).post(f"{act}confirmation/", follow=True).content.decode()
    assert "has changed since it was proposed" in page
    assert not BallotPaper.objects.exists()


def test_c2_a_rule_that_cannot_count_is_not_frozen(shortlist, riverside_contest, at) -> None:
    Contest.objects.filter(pk=riverside_contest.pk).update(rule_parameters={"nonsense": 3})
    riverside_contest.refresh_from_db()
    with pytest.raises(Refused, match="nonsense"):
        paper.plan(riverside_contest, at("presenting"))


def test_v1_the_count_is_tried_before_anything_is_frozen(shortlist, riverside_contest, at, monkeypatch) -> None:
    def gives_up(election, rule):
        raise ValueError("no way")

    monkeypatch.setattr("ballots.trial.count", gives_up)
    with pytest.raises(Refused, match="cannot count this contest: no way"):
        paper.plan(riverside_contest, at("presenting"))


def test_v2_a_paper_on_which_nothing_can_be_chosen_is_not_frozen(riverside_contest) -> None:
    riverside_contest.ballot_style = "knapsack"
    with pytest.raises(Refused, match="No ballot but a blank one"):
        try_out(riverside_contest, [riverside_contest.budget + 1], riverside_contest.rule)


def test_both_read_all_that_is_set_of_ballot_count_and_draw_before_it_is_frozen(
    shortlist, riverside_contest, clara, otto, at
) -> None:
    """A minimum that was mistyped is seen by two people, not found in the count."""
    Draw.objects.create(
        cycle=riverside_contest.cycle,
        use="ties",
        what="The lottery of 4 June",
        drawn_by="The state lottery",
        announced_at=at("reviewing"),
        takes_place=at("voting"),
    )
    Contest.objects.update(most_choices=3, rule_parameters={"minimum_votes": 500, "ties": ["min-cost", "lot"]})
    at("presenting")
    page = "/2027/box/paper/riverside/"
    first = signed_in(clara)
    proposed = words_on(first.get(page))
    act = first.post(page).url
    for said in (proposed, words_on(signed_in(otto).get(act))):
        assert "Choose up to 3 projects" in said
        assert "at least 500 votes" in said
        assert "the lower cost, then a public lot" in said
        assert "The lottery of 4 June (The state lottery, " in said
    Contest.objects.update(most_choices=1)
    assert "Choose up to 3 projects" in words_on(signed_in(otto).get(act)), (
        "what was proposed, which cannot be confirmed"
    )
