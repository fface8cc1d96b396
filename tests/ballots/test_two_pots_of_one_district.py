"""Riverside's money in two pots: each has its paper, its box and its count, and who lives there votes in both."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from django.test import Client

from ballots import board
from ballots.models import BallotPaper, Count, Envelope, Participation
from ballots.sealing import ballot_info
from budgeting.models import District
from lib.refusal import Refused
from residents.models import Resident, Verification
from tests.cast import enrol, frozen_at_the_desk, inside, open_elsewhere, signed_in
from tests.databases import refused_by_the_database
from tests.papers import source_of, words_of
from tests.together import give_words
from tests.vote import cast

BOX = "/2027/box/"
POTS = ("riverside", "riverside-parks")
INSERT = (
    "INSERT INTO ballots_envelope (resident_id, contest_id, sealed, fingerprint, channel)"
    " VALUES (%s, %s, %s, %s, 'online')"
)


def move(resident: Resident, district: District) -> None:
    """As the register does when it is imported again."""
    Resident.objects.filter(pk=resident.pk).update(district=district)


@pytest.mark.long
def test_a_clerk_walks_both_pots_from_paper_to_count(pots, shares, clara, ines, otto, rosa_may_vote, at) -> None:
    desk = signed_in(clara)
    at("presenting")
    page = source_of(desk.get(BOX))
    assert "the ballot paper of Riverside and freeze it" in page
    assert "the ballot paper of Parks and freeze it" in page
    for pot in pots.values():
        answer = frozen_at_the_desk(pot, desk, signed_in(otto))
        assert f"Done: freeze the ballot paper of {pot.title}." in source_of(answer)
    page = desk.get(BOX).content.decode()
    assert [f'href="/2027/{slug}/ballot/paper/">{pots[slug].title}</a>' in page for slug in POTS] == [True, True]
    at("voting")
    for slug in POTS:
        signed_in(rosa_may_vote).post(f"/2027/{slug}/ballot/cast/", {"choice": "1"})
    at("counting")
    give_words(desk, "opening", (clara, shares[0].words), (ines, shares[1].words))
    page = source_of(desk.get(BOX))
    rows = re.findall(r'<th scope="row">([^<]+)</th> <td>online</td> <td class="number">(\d+)</td>', page)
    assert rows == [("The whole city", "0"), ("Hillside", "0"), ("Riverside", "1"), ("Parks", "1")]
    for slug in pots:
        assert f'href="{BOX}{slug}.json"' in page
        answer = desk.post(f"{BOX}count/{slug}/", follow=True)
        assert f"{pots[slug].title} is counted." in source_of(answer)
    assert Count.objects.count() == 4
    assert "destroy the shares" in source_of(desk.get(BOX))


@pytest.mark.long
def test_each_paper_names_its_contest_and_has_its_own_projects(client, pots, pots_vote) -> None:
    for slug in POTS:
        answer = client.get(f"/2027/{slug}/ballot/paper.json")
        manifest = json.loads(answer.content)
        assert (manifest["cycle"], manifest["contest"]) == ("2027", slug)
        assert "district" not in manifest
        assert {line["title"] for line in manifest["lines"]} == {f"{pots[slug].title} {n}" for n in range(1, 4)}
        digest = hashlib.sha256(answer.content).hexdigest()
        assert BallotPaper.objects.get(contest=pots[slug]).digest == digest
        page = client.get(f"/2027/{slug}/ballot/paper/").content.decode()
        assert f'<p class="eyebrow">{pots[slug].title}, ' in page
        assert digest in page


@pytest.mark.long
def test_the_printed_ballot_of_a_pot_is_its_own(client, pots, pots_vote) -> None:
    answer = client.get("/2027/riverside-parks/ballot/paper.pdf")
    assert 'filename="ballot-2027-riverside-parks.pdf"' in answer["Content-Disposition"]
    text = words_of(b"".join(answer.streaming_content))
    assert "Ballot: Parks" in text
    assert "Parks 3" in text
    assert "Riverside" not in text


def test_rosa_votes_in_both_pots_and_city_wide(receipts, pots, shares, rosa_may_vote) -> None:
    mine = Envelope.objects.filter(resident=Verification.objects.get(user=rosa_may_vote).resident)
    assert {envelope.contest.slug for envelope in mine} == set(receipts)
    for envelope in mine:
        assert envelope.fingerprint == receipts[envelope.contest.slug].fingerprint
        assert inside(envelope, shares) == {1: 1, 3: 1}
    took_part = Participation.objects.filter(resident=mine[0].resident_id)
    assert {each.contest.slug for each in took_part.select_related("contest")} == set(receipts)


@pytest.mark.long
def test_an_envelope_of_one_pot_opens_for_no_other(pots, pots_vote) -> None:
    """Even if both papers said the same."""
    digest = pots["riverside"].paper.digest
    assert ballot_info("2027", "riverside", digest) != ballot_info("2027", "riverside-parks", digest)


def test_rosas_page_has_a_button_for_each_pot_and_says_which(pots, pots_vote, rosa_may_vote) -> None:
    rosas = signed_in(rosa_may_vote)

    def links() -> dict[str, str]:
        page = source_of(rosas.get("/me/"))
        found = re.findall(r'<a[^>]* href="(/2027/[-\w]+/ballot/[^"]*)"[^>]*>(.*?)</a>', page)
        return {address: re.sub(r"<[^>]+>", "", words).strip() for address, words in found}

    before = links()
    assert {address: words for address, words in before.items() if address.endswith("/ballot/")} == {
        "/2027/city/ballot/": "Vote: The whole city",
        "/2027/riverside/ballot/": "Vote: Riverside",
        "/2027/riverside-parks/ballot/": "Vote: Parks",
    }
    cast(pots["riverside-parks"], {1: 1}, by=rosa_may_vote)
    after = links()
    assert after["/2027/riverside-parks/ballot/"] == "Vote again: Parks"
    assert after["/2027/riverside-parks/ballot/receipt/"] == "Your receipt: Parks"
    assert after["/2027/riverside/ballot/"] == "Vote: Riverside"
    assert len(set(after.values())) == len(after), "no two links have the same name"


@pytest.mark.long
def test_the_booth_of_a_pot_says_where_one_is(pots, pots_vote, rosa_may_vote) -> None:
    rosas = signed_in(rosa_may_vote)
    page = source_of(rosas.get("/2027/riverside-parks/ballot/"))
    assert '<p class="eyebrow">Parks, ' in page
    assert "Parks 3" in page
    assert "Riverside 3" not in page
    answer = rosas.post("/2027/riverside-parks/ballot/cast/", {"choice": "2"})
    assert answer["Location"] == "/2027/riverside-parks/ballot/receipt/"
    assert 'href="/2027/riverside-parks/"' in source_of(rosas.get(answer["Location"]))
    assert rosas.get("/2027/riverside/ballot/receipt/")["Location"] == "/2027/riverside/ballot/"


@pytest.mark.long
@pytest.mark.sampled(1)
@pytest.mark.parametrize("voted_in", [["riverside"], ["riverside-parks"], ["riverside", "riverside-parks"]])
def test_who_moves_after_voting_in_a_pot_is_refused_in_the_new_district(
    pots, pots_vote, rosa_may_vote, hillside, voted_in
) -> None:
    for slug in voted_in:
        cast(pots[slug], {1: 1}, by=rosa_may_vote)
    resident = Verification.objects.get(user=rosa_may_vote).resident
    move(resident, hillside)
    sentence = "You have voted in Riverside, where you lived before: that ballot counts."
    with pytest.raises(Refused, match=sentence):
        cast(pots["hillside"], {1: 1}, by=rosa_may_vote)
    rosas = signed_in(rosa_may_vote)
    assert sentence in source_of(rosas.get("/2027/hillside/ballot/"))
    assert sentence in source_of(rosas.get("/2027/hillside/"))
    assert sentence in source_of(rosas.get("/me/"))
    sealed = bytes(Envelope.objects.get(resident=resident, contest=pots[voted_in[0]]).sealed)
    told = refused_by_the_database(INSERT, resident.pk, pots["hillside"].pk, sealed, "A" * 32)
    assert "has voted in another district" in told
    assert cast(pots["city"], {1: 1}, by=rosa_may_vote), "the whole city is everybody's"


def test_the_database_lets_a_resident_into_both_pots_only(pots, receipts, tomas, cycle, riverside) -> None:
    resident = enrol(tomas, cycle, riverside)
    sealed = bytes(Envelope.objects.filter(contest=pots["riverside"]).first().sealed)
    cast(pots["riverside"], {1: 1}, by=tomas)
    cast(pots["riverside-parks"], {1: 1}, by=tomas)
    told = refused_by_the_database(INSERT, resident.pk, pots["hillside"].pk, sealed, "A" * 32)
    assert "has voted in another district" in told


def test_who_lives_elsewhere_votes_in_neither_pot(pots, pots_vote, tomas, cycle, hillside) -> None:
    enrol(tomas, cycle, hillside)
    for slug in POTS:
        with pytest.raises(Refused, match="You vote in Hillside, where you live"):
            cast(pots[slug], {1: 1}, by=tomas)


@pytest.mark.long
def test_the_board_lists_each_pot_apart(receipts, pots, at) -> None:
    at("counting")
    for slug in POTS:
        board.publish(pots[slug])
    visitor = Client()
    page = source_of(visitor.get("/2027/board/"))
    titles = re.findall(r'<h2 id="in-([-\w]+)">([^<]+)</h2>', page)
    assert titles == [
        ("city", "The whole city"),
        ("hillside", "Hillside"),
        ("riverside", "Riverside"),
        ("riverside-parks", "Parks"),
    ]
    for slug, other in (POTS, POTS[::-1]):
        listed = visitor.get(f"/2027/board/{slug}.txt").content.decode().split()
        assert len(listed) == 3
        assert receipts[slug].fingerprint in listed
        assert receipts[other].fingerprint not in listed
        batch = visitor.get(f"/2027/board/{slug}/1.txt").content
        assert f"\n2027/{slug} batch 1 of ".encode() in batch
        assert f"previous {pots[slug].paper.digest}".encode() in batch
        assert pots[slug].batches.get().root == hashlib.sha256(batch).hexdigest()
        assert f"in the box of {pots[slug].title}. It is on the board" in source_of(
            visitor.post("/2027/board/", {"receipt": str(receipts[slug])})
        )
    assert visitor.get("/2027/board/nowhere.txt").status_code == 404


@pytest.mark.long
def test_the_opening_is_accounted_for_by_contest(pots_opened, pots, receipts) -> None:
    accounts = pots_opened.reconciliation
    assert set(accounts) == {"riverside", "riverside-parks", "hillside", "city"}
    for slug in receipts:
        assert accounts[slug]["voters"] == 3
        assert accounts[slug]["channels"]["online"] == {"envelopes": 3, "opened": 3, "invalid": 0}
        assert accounts[slug]["board"]["root"] == pots[slug].batches.get(final=True).root
        ballots = dict(pots[slug].opened_ballots.values_list("content", "ballots"))
        assert ballots == {"1:1 2:1": 2, "1:1 3:1": 1}
    assert accounts["hillside"]["voters"] == 0


@pytest.mark.long
def test_the_box_file_of_each_pot_opens_elsewhere(pots_opened, pots, shares, clara, tmp_path: Path) -> None:
    desk = signed_in(clara)
    for slug, other in (POTS, POTS[::-1]):
        answer = desk.get(f"{BOX}{slug}.json")
        assert f'filename="box-2027-{slug}.json"' in answer["Content-Disposition"]
        box = json.loads(answer.content)
        assert box["info"] == f"pb-ballot/v1|2027|{slug}|{pots[slug].paper.digest}"
        assert json.loads(box["manifest"])["contest"] == slug
        boards = {each: desk.get(f"/2027/board/{each}.txt").content.decode() for each in (slug, other)}
        told = open_elsewhere(tmp_path, answer.content.decode(), boards[slug], shares[1:])
        assert told.returncode == 0, told.stderr
        assert re.findall(r"(\d+)  (\d.*)", told.stdout) == [("2", "1:1 2:1"), ("1", "1:1 3:1")]
        wrong = open_elsewhere(tmp_path, answer.content.decode(), boards[other], shares[1:])
        assert "the box lacks 3 envelopes of the board" in wrong.stderr
