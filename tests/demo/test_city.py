"""What is written in demo/city holds together: a person reading it finds no place, cost or answer out of order."""

from collections import Counter
from itertools import chain
from pathlib import Path

import pytest
import shapely
from markdown_it import MarkdownIt
from PIL import Image
from shapely.geometry import Point, shape

from demo import content, electorate
from demo.electorate import final_cost
from tally import Ballot, Election, Project, Rule, count

CITY = content.read()
CONTESTS = [(name, contest) for name, contests in CITY.rounds.items() for contest in contests]
PROPOSALS = [(contest, proposal) for _, contest in CONTESTS for proposal in contest.proposals]
PICTURES = sorted(content.PICTURES.glob("[!.]*"))  # not what a file manager hides there


def test_a_visitor_finds_some_120_proposals_a_fifth_of_them_in_french():
    assert 120 <= len(PROPOSALS) <= 140
    assert sum(proposal.language == "fr" for _, proposal in PROPOSALS) >= 25
    assert sum(len(proposal.comments) for _, proposal in PROPOSALS) >= 250


def test_the_districts_tile_the_city():
    parts = {district.slug: shape(district.boundary) for district in CITY.districts}
    whole = parts.pop("city-wide")
    assert shapely.coverage_is_valid(list(parts.values()))
    assert shapely.union_all(list(parts.values())).symmetric_difference(whole).area < 1e-9
    assert all(40 <= len(part.exterior.coords) <= 120 for part in parts.values())


def test_the_city_has_as_many_people_as_its_districts():
    people = {district.slug: district.population for district in CITY.districts}
    assert people.pop("city-wide") == sum(people.values())


def test_every_round_has_a_contest_in_every_district():
    slugs = sorted(district.slug for district in CITY.districts)
    for name, contests in CITY.rounds.items():
        everywhere = ["city-wide"] if name == "reviewing" else slugs  # the schools' purse is one for the whole city
        assert sorted(contest.district for contest in contests) == everywhere


@pytest.mark.parametrize(("contest", "proposal"), PROPOSALS, ids=lambda value: getattr(value, "title", None))
def test_a_proposal_can_be_read_paid_for_and_found(contest: content.Contest, proposal: content.Proposal):
    boundary = next(shape(one.boundary) for one in CITY.districts if one.slug == contest.district)
    assert boundary.contains(Point(CITY.places[proposal.place]))
    assert 0 < proposal.cost <= contest.budget
    assert proposal.decision != "shortlisted" or final_cost(proposal) <= contest.budget
    assert proposal.upkeep >= 0
    assert proposal.category in CITY.categories
    assert len(proposal.title) <= 120
    assert len(proposal.summary) <= 240
    assert len(proposal.benefits) <= 240
    assert 0 < len(proposal.alt) <= 240
    assert (
        2 <= len([token for token in MarkdownIt().parse(proposal.description) if token.type == "paragraph_open"]) <= 6
    )
    assert bool(proposal.decision) == bool(proposal.reason)


def test_no_two_proposals_share_a_title():
    titles = Counter(proposal.title for _, proposal in PROPOSALS)
    assert [title for title, times in titles.items() if times > 1] == []


def test_no_paragraph_is_written_twice():
    paragraphs = Counter(chain.from_iterable(proposal.description.split("\n\n") for _, proposal in PROPOSALS))
    assert [text for text, times in paragraphs.items() if times > 1] == []


def test_an_answer_answers_an_earlier_comment_of_the_same_thread():
    for _, proposal in PROPOSALS:
        for place, comment in enumerate(proposal.comments, start=1):
            if comment.answers:
                assert comment.answers < place, (proposal.title, place)
                assert proposal.comments[comment.answers - 1].answers is None, (proposal.title, place)


def test_everything_was_decided_before_the_vote_and_nothing_while_the_committee_still_sits():
    for name, contest in CONTESTS:
        for proposal in contest.proposals:
            assert (proposal.decision in {"shortlisted", "rejected", "merged"}) == (name in {"finished", "voting"}), (
                proposal.title
            )


def test_a_merged_proposal_names_another_of_its_contest():
    for contest, proposal in PROPOSALS:
        if proposal.decision == "merged":
            assert proposal.into in {other.title for other in contest.proposals if other.decision == "shortlisted"}


@pytest.mark.parametrize("contest", CITY.rounds["finished"], ids=lambda contest: contest.district)
def test_what_is_being_built_is_what_the_vote_would_fund(contest: content.Contest):
    """Deliveries are written by hand and winners are counted: both must tell the same story."""
    ballots = [Ballot(dict.fromkeys(ticked, 1), 1) for ticked in electorate.votes(contest, 30, seed=1142)]
    projects = [Project(one.title, final_cost(one), one.title) for one in electorate.on_the_paper(contest)]
    outcome = count(Election(projects, ballots, contest.budget, unit=100), Rule.from_dict({"name": "greedy"}))
    assert set(outcome.winners) == {proposal.title for proposal in contest.proposals if proposal.delivery}


def test_a_ballot_keeps_to_its_style():
    for name in ("finished", "voting"):
        for contest in CITY.rounds[name]:
            costs = {proposal.title: final_cost(proposal) for proposal in contest.proposals}
            for ticked in electorate.votes(contest, 200, seed=7):
                assert contest.most_choices is None or len(ticked) <= contest.most_choices
                assert contest.style != "knapsack" or sum(costs[title] for title in ticked) <= contest.budget


def test_every_proposal_has_a_picture_of_its_own_and_no_picture_lies_there_unused():
    wanted = Counter(proposal.picture.name for _, proposal in PROPOSALS)
    there = {path.name for path in PICTURES}
    missing, unused = sorted(wanted.keys() - there), sorted(there - wanted.keys())
    assert not missing, f"a proposal shows what is not in {content.PICTURES}"
    assert not unused, f"no proposal shows these of {content.PICTURES}"
    assert [name for name, times in wanted.items() if times > 1] == []


@pytest.mark.sampled(20)
@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_a_picture_is_small_to_fetch_and_large_enough_to_look_at(path: Path):
    assert path.stat().st_size <= 60_000
    with Image.open(path) as picture:
        assert picture.format == "WEBP"
        assert picture.size == (1200, 800)
        picture.load()  # a file cut short opens, and fails only here
