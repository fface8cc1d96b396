"""Reporting, hiding, showing again, confirming and answering, on the pages."""

import re

import pytest
from django.conf import settings
from django.test import Client

from ballots import paper
from notices.models import Happening
from proposals.models import Complaint, Ground, Hiding, Proposal
from tests.cast import person, picture, signed_in
from tests.papers import words_on

pytestmark = pytest.mark.sampled(2)  # of the kinds

KINDS = ("proposal", "comment", "photo", "version")


@pytest.fixture
def things(proposal: Proposal, rosa, tomas, at) -> dict:
    """One of each kind, all of Rosa's proposal,."""
    now = at("proposing")
    comment = proposal.comment(by=tomas, at=now, text="You fools.")
    photo = proposal.add_photo(by=rosa, at=now, file=picture(), alt="The quay")
    proposal.edit(by=rosa, at=now, summary="Swings and shade.")
    version = proposal.versions.get(number=1)
    return {"proposal": proposal, "comment": comment, "photo": photo, "version": version}


@pytest.fixture
def page_of(things: dict) -> dict:
    proposal = things["proposal"].get_absolute_url()
    return {kind: f"{proposal}history/?to=1" if kind == "version" else proposal for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_anybody_finds_the_way_to_report_it(things: dict, page_of: dict, kind: str, tomas, client: Client) -> None:
    address = things[kind].page("complaint")
    assert f'href="{address}"' in client.get(page_of[kind]).text
    assert client.get(address).url.startswith("/accounts/login/")
    client.force_login(tomas)
    assert "Report it" in client.get(address).text
    missing = client.post(address, {"reason": " "})
    assert (missing.status_code, Complaint.objects.exists()) == (422, False)
    assert client.post(address, {"reason": "It is rude."}).status_code == 302
    assert Complaint.objects.get().thing == things[kind]
    assert Happening.objects.get(kind="something was reported").by == tomas


@pytest.mark.parametrize("kind", KINDS)
def test_a_clerk_hides_it_and_shows_it_again(things: dict, page_of: dict, kind: str, clara) -> None:
    address, claras = things[kind].page("hiding"), signed_in(clara)
    assert f'href="{address}"' in claras.get(page_of[kind]).text
    assert 'name="why"' in claras.get(address).text
    assert claras.post(address, {"why": "other", "reason": ""}).status_code == 422
    assert not Hiding.objects.exists()
    claras.post(address, {"why": "private", "reason": "A name."})
    assert "It shows or tells what is private of somebody. A name." in words_on(claras.get(page_of[kind]))
    assert "Show it again" in claras.get(address).text
    claras.post(address, {"show": "1"})
    assert Hiding.objects.get().ended_by == clara
    assert "A name." not in Client().get(page_of[kind]).text


@pytest.mark.parametrize("kind", KINDS)
def test_its_author_reads_why_and_answers_and_a_clerk_finds_that_on_the_desk(
    things: dict, page_of: dict, kind: str, clara, rosa, tomas
) -> None:
    things[kind].hide(by=clara, at=things["proposal"].submitted_at, reason="So.")
    author, other = (tomas, rosa) if kind == "comment" else (rosa, tomas)
    address = things[kind].page("authors_answer")
    assert f'href="{address}"' in signed_in(author).get(page_of[kind]).text
    assert "Send the answer" not in signed_in(other).get(address, follow=True).text
    authors = signed_in(author)
    assert "Send the answer" in authors.get(address).text
    authors.post(address, {"text": "It should stand, for everybody."})
    assert "It waits for a clerk." in authors.get(address).text
    desk = signed_in(clara).get("/desk/").text
    assert "It should stand, for everybody." in desk
    assert f'href="{things[kind].page("hiding")}"' in desk
    signed_in(clara).post(things[kind].page("hiding"), {"leave": "1"})
    assert "It should stand" not in signed_in(clara).get("/desk/").text
    assert "left it hidden" in authors.get(address).text


def test_what_is_shown_of_it_takes_no_word_from_the_frame(things: dict, clara, tomas, at) -> None:
    at("proposing")
    for thing in things.values():
        for page in (signed_in(tomas).get(thing.page("complaint")), signed_in(clara).get(thing.page("hiding"))):
            assert f"This site runs on Common Purse {settings.VERSION}," in words_on(page), thing._meta.model_name


def test_one_list_of_the_desk_oldest_first(things: dict, submitted, rosa, tomas, clara, otto, at) -> None:
    now = at("reviewing")
    other = submitted(rosa, title="Benches")
    things["comment"].report(by=rosa, at=now, reason="First.")
    things["photo"].hide(by=clara, at=now, reason="So.").answer_it(by=rosa, at=now.replace(hour=21), text="Second.")
    things["version"].report(by=tomas, at=now.replace(hour=22), reason="Third.")
    other.hide(by=clara, at=now.replace(hour=23), reason="Fourth.")
    things["comment"].report(by=tomas, at=now.replace(hour=23), reason="Also first.")
    words = words_on(signed_in(clara).get("/desk/"))
    assert re.findall(r"First\. / Also first\.|Second\.|Third\.|Fourth\.", words) == [
        *("First. / Also first.", "Second.", "Third.", "Fourth."),
    ]
    words = words_on(signed_in(otto).get("/desk/"))
    assert "Fourth." in words
    assert "First." not in words


def test_a_second_person_confirms_on_its_page(things: dict, clara, otto, rosa, at) -> None:
    proposal, now = things["proposal"], at("reviewing")
    proposal.hide(by=clara, at=now, reason="So.")
    address = proposal.page("hiding")
    assert "Confirm that it is hidden" not in signed_in(clara).get(address).text
    ottos = signed_in(otto)
    page = ottos.get(address).text
    assert "Confirm that it is hidden" in page
    assert "Show it again" not in page
    assert ottos.post(address, {"show": "1"}).status_code == 403
    assert signed_in(rosa).post(f"{address}confirmation/").status_code == 403
    ottos.post(f"{address}confirmation/")
    assert Hiding.objects.get().confirmed_by == otto
    assert "For a second person" not in ottos.get("/desk/").text


def test_a_clerk_keeps_the_citys_own_list_and_hides_by_it(things: dict, clara) -> None:
    address, claras = things["comment"].page("hiding"), signed_in(clara)
    assert "It is advertising." in claras.get(address).text
    words = {"words_en": "It names a neighbour.", "words_fr": "Un voisin y est nommé."}
    claras.post("/desk/grounds/", {"outcome": "hide", **words})
    page = claras.get(address).text
    assert "It names a neighbour." in page
    assert "It is advertising." not in page
    assert claras.post(address, {"why": "ad"}).status_code == 422, "it is not on the list"
    claras.post(address, {"why": f"ground-{Ground.objects.get().pk}"})
    assert "It names a neighbour." in words_on(Client().get(things["proposal"].get_absolute_url()))
    assert "1 decision rests on it" in words_on(claras.get("/desk/grounds/"))


def test_what_people_report_and_authors_answer_is_for_clerks_alone(things: dict, rosa, tomas, clara, otto, at) -> None:
    now = at("proposing")
    things["proposal"].report(by=tomas, at=now, reason="It is rude.")
    things["photo"].hide(by=clara, at=now, reason="So.").answer_it(by=rosa, at=now, text="It should stand.")
    for thing, said in ((things["proposal"], "It is rude."), (things["photo"], "It should stand.")):
        assert said in signed_in(clara).get(thing.page("hiding")).text
        assert said not in signed_in(otto).get(thing.page("hiding")).text


def test_a_stranger_finds_no_page_about_what_is_hidden(things: dict, clara, tomas, at) -> None:
    now = at("proposing")
    for kind in KINDS[1:]:
        things[kind].hide(by=clara, at=now, reason="So.")
    stranger = signed_in(person("Lena"))
    for kind in KINDS[1:]:
        assert stranger.get(things[kind].page("complaint")).status_code == 404
        assert stranger.get(things[kind].page("authors_answer")).status_code == 404
        assert stranger.get(things[kind].page("hiding")).status_code == 403
    things["proposal"].hide(by=clara, at=now, reason="So.")
    for page in ("history/", "report/", "edit/", "endorsement/", "comments/", "hiding/answer/"):
        assert stranger.get(things["proposal"].get_absolute_url() + page).status_code == 404


def test_a_stranger_is_sent_no_hidden_photo_and_compares_no_hidden_version(things: dict, clara, rosa, at) -> None:
    photo, history = things["photo"], f"{things['proposal'].get_absolute_url()}history/?from=1&to=2"
    shown = words_on(Client().get(history))
    assert "old quay is empty" in shown
    for kind in ("photo", "version"):
        things[kind].hide(by=clara, at=at("proposing"), reason="So.")
    assert "old quay is empty" not in words_on(Client().get(history))
    assert "old quay is empty" in words_on(signed_in(rosa).get(history))
    for address in (photo.address, photo.small_address):
        assert Client().get(address).status_code == 404
        sent = signed_in(rosa).get(address)
        assert (sent.status_code, sent["Cache-Control"]) == (200, "no-store")
        b"".join(sent.streaming_content)


def test_its_author_and_the_committee_see_in_their_lists_that_it_is_hidden(
    things: dict, rosa, martin, clara, at
) -> None:
    things["proposal"].hide(by=clara, at=at("reviewing"), reason="So.")
    for reader, page in ((rosa, "/me/"), (martin, "/desk/")):
        listed = signed_in(reader).get(page).text
        assert things["proposal"].title in listed
        assert ">Hidden</span>" in listed


def test_a_project_of_a_frozen_paper_is_for_two(things: dict, clara, at) -> None:
    proposal = things["proposal"]
    paper.write(proposal.contest, [proposal], by=None, at=at("presenting"))
    claras = signed_in(clara)
    for kind in ("proposal", "photo"):
        page = claras.get(things[kind].page("hiding")).text
        assert "two people withhold it from view" in page
        assert 'name="why"' not in page
        claras.post(things[kind].page("hiding"), {"why": "ad"})
    assert not Hiding.objects.exists()
    claras.post(things["comment"].page("hiding"), {"why": "ad"})
    claras.post(things["version"].page("hiding"), {"why": "ad"})
    assert Hiding.objects.count() == 2
