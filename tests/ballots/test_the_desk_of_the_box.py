"""The desk of the ballot box: from the frozen paper to the destroyed shares, by hand, as clerks do it."""

from datetime import timedelta

import pytest
from django.test import Client

from ballots import board
from ballots.models import BallotBoxKey, BallotPaper, Count, Opening, Rehearsal
from proposals.models import Decision
from tests.cast import frozen_at_the_desk, propose, signed_in
from tests.papers import source_of
from tests.together import give_words, make_key
from tests.vote import cast

BOX = "/2027/box/"


@pytest.fixture
def claras_desk(clara) -> Client:
    return signed_in(clara)


def test_from_the_paper_to_the_end_of_the_shares(
    riverside_contest, clara, ines, otto, martin, rosa_may_vote, claras_desk, at
) -> None:
    for proposal in propose(riverside_contest):
        Decision.objects.create(proposal=proposal, outcome="shortlist", reason="Good.", by=martin, at=at("reviewing"))
    at("presenting")
    assert "freeze the ballot papers" in source_of(claras_desk.get(BOX))
    frozen_at_the_desk(riverside_contest, claras_desk, signed_in(otto))
    assert BallotPaper.objects.get().frozen_with == otto
    assert "make the key of the box" in source_of(claras_desk.get(BOX))
    words = make_key(claras_desk, [clara, ines, otto])
    assert [len(sheet.split()) for sheet in words] == [12, 12, 12]
    assert "rehearse the opening" in source_of(claras_desk.get(BOX))
    give_words(claras_desk, "rehearsal", (clara, words[0]), (otto, words[2]))
    assert Rehearsal.objects.get().share_numbers == [1, 3]
    at("voting")
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    assert "waiting for the close" in source_of(claras_desk.get(BOX))
    at("counting")
    assert "open the box" in source_of(claras_desk.get(BOX))
    give_words(claras_desk, "opening", (ines, words[1]), (otto, words[2]))
    assert Opening.objects.get().share_numbers == [2, 3]
    assert "count the ballots" in source_of(claras_desk.get(BOX))
    claras_desk.post(f"{BOX}count/riverside/")
    assert Count.objects.get().outcome["winners"] == ["1"]
    assert "destroy the shares" in source_of(claras_desk.get(BOX))
    claras_desk.post(f"{BOX}destruction/", {"destruction-witnesses": "Ines and Otto"})
    page = source_of(claras_desk.get(BOX))
    assert "nothing is left to do" in page
    assert "Ines and Otto" in page


def test_once_the_building_has_begun_the_desk_leads_to_the_date_that_holds_it_up(
    a_vote, shares, clara, ines, claras_desk, at
) -> None:
    moment = at("delivering")
    assert "let the delivering open later" in source_of(claras_desk.get(BOX))
    refused = source_of(claras_desk.post(f"{BOX}opening/", follow=True))
    assert "between the close of the vote and the end of the results" in refused
    a_vote.phases.filter(stage="delivering").update(opens=moment + timedelta(days=9))
    give_words(claras_desk, "opening", (clara, shares[0].words), (ines, shares[1].words))
    claras_desk.post(f"{BOX}count/riverside/")
    assert Count.objects.exists()
    at("delivering")
    a_vote.phases.filter(stage="delivering").update(opens=moment)
    assert "let the delivering open later" not in source_of(claras_desk.get(BOX))


def test_the_sheets_are_never_shown_twice(shares, claras_desk, at) -> None:
    at("presenting")
    page = claras_desk.get(BOX).content.decode()
    for share in shares:
        assert share.words not in page
    assert claras_desk.get(f"{BOX}key/").status_code == 405


def test_what_has_no_paper_has_no_count(claras_desk, riverside_contest, at) -> None:
    at("counting")
    assert claras_desk.post(f"{BOX}count/riverside/").status_code == 404


def test_one_person_cannot_hold_the_key_alone(clara, claras_desk, cycle, at) -> None:
    at("presenting")
    answer = claras_desk.post(f"{BOX}key/", {"key-holders": [clara.pk], "key-threshold": 2})
    assert answer.status_code == 422
    assert "Choose between two and nine holders." in source_of(answer)
    assert not BallotBoxKey.objects.exists()


def test_residents_cannot_hold_a_share(rosa, tomas, claras_desk, cycle, at) -> None:
    at("presenting")
    answer = claras_desk.post(f"{BOX}key/", {"key-holders": [rosa.pk, tomas.pk], "key-threshold": 2})
    assert answer.status_code == 422
    assert not BallotBoxKey.objects.exists()


@pytest.mark.parametrize("who", ["rosa", "martin"])
def test_to_everybody_else_there_is_no_such_page(who, shares, at, request) -> None:
    at("presenting")
    client = signed_in(request.getfixturevalue(who))
    assert client.get(BOX).status_code == 404
    for step in ("key/", "rehearsal/", "opening/", "closing/", "destruction/", "paper/riverside/", "count/riverside/"):
        assert client.post(f"{BOX}{step}").status_code == 404


@pytest.mark.parametrize("who", ["ines", "otto"])
def test_council_and_auditors_look_but_do_not_act(who, shares, riverside_contest, at, request) -> None:
    at("presenting")
    client = signed_in(request.getfixturevalue(who))
    page = source_of(client.get(BOX))
    assert "opened the test envelope" in page
    assert "box/rehearsal" not in page
    for step in ("key/", "rehearsal/", "opening/", "closing/", "destruction/", "paper/riverside/", "count/riverside/"):
        assert client.post(f"{BOX}{step}").status_code == 404


def test_anyone_looks_a_receipt_up_without_signing_in(voting, rosa_may_vote, riverside_contest, at) -> None:
    receipt = cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    at("counting")
    visitor = Client()
    assert "with the next batch" in source_of(visitor.post("/2027/board/", {"receipt": str(receipt)}))
    board.publish(riverside_contest)
    assert "on the board since batch 1" in source_of(visitor.post("/2027/board/", {"receipt": str(receipt).lower()}))
    assert "neither in the box nor on the board" in source_of(visitor.post("/2027/board/", {"receipt": "A" * 32}))
    assert "eight groups of four" in source_of(visitor.post("/2027/board/", {"receipt": "AB"}))
    assert receipt.fingerprint in source_of(visitor.get("/2027/board/riverside.txt"))
    assert f"+ {receipt.fingerprint}" in source_of(visitor.get("/2027/board/riverside/1.txt"))


def test_the_envelopes_leave_the_box_only_after_the_opening(voting, shares, clara, claras_desk, at, cycle) -> None:
    assert claras_desk.get(f"{BOX}riverside.json").status_code == 404


def test_while_the_review_lasts_the_key_comes_before_the_paper(riverside_contest, claras_desk, at) -> None:
    at("reviewing")
    assert "make the key of the box" in source_of(claras_desk.get(BOX))


def test_with_a_rehearsed_key_the_desk_waits_for_the_end_of_the_review(
    riverside_contest, shares, claras_desk, at
) -> None:
    at("reviewing")
    assert "between the review and the vote" in source_of(claras_desk.get(BOX))
