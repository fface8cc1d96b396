"""The committee's page of a proposal: put to the vote, voted on, returned, and left by whoever has an interest."""

import pytest
from django.test import Client

from accounts.models import User
from audit.models import AuditEvent
from budgeting.stages import Stage
from committee import publishing
from committee.models import Motion, Recusal, Resolution
from proposals.models import Decision, Proposal
from tests.cast import signed_in
from tests.papers import words_on

FORM = {"outcome": "shortlist", "reason": "The quay belongs to the city.", "cost": "55 000"}


@pytest.fixture
def address(proposal: Proposal) -> str:
    return f"{proposal.get_absolute_url()}decision/"


def test_three_decide_and_everybody_reads_why_on_the_date(client, proposal, address, three, now, cycle) -> None:
    assert signed_in(three[0]).post(address, FORM)["Location"] == address
    page = words_on(signed_in(three[1]).get(address))
    assert "1 of 3 members has voted; a quorum is 2." in page
    assert "Martin: For" in page
    answer = signed_in(three[1]).post(f"{address}vote/", {"choice": "for"}, follow=True)
    assert "public on the date" in words_on(answer)
    assert "Carried, and not public yet." in words_on(answer)
    assert "belongs to the city" not in client.get(proposal.get_absolute_url()).text
    publishing.publish_due(cycle.window(Stage.REVIEWING).closes)
    assert "belongs to the city" in client.get(proposal.get_absolute_url()).text


@pytest.mark.sampled(2)
@pytest.mark.parametrize("who", ["rosa", "tomas", "clara", "ines", "otto"])
def test_the_page_is_the_committees(proposal, address, now, who, request) -> None:
    browser = signed_in(request.getfixturevalue(who))
    acts = (address, f"{address}vote/", f"{proposal.get_absolute_url()}correction/")
    assert browser.get(address).status_code == 403
    for act in (*acts, f"{proposal.get_absolute_url()}recusal/"):
        assert browser.post(act, {**FORM, "choice": "for", "asked": "No", "interest": "work"}).status_code == 403
    assert not Motion.objects.exists()
    assert not Recusal.objects.exists()
    assert not Decision.objects.exists()


def test_what_was_refused_keeps_what_was_written(address, martin, now) -> None:
    answer = signed_in(martin).post(address, {"outcome": "merge", "reason": "The same quay."})
    assert answer.status_code == 422
    assert "Say into which proposal" in answer.text
    assert "The same quay.</textarea>" in answer.text


def test_a_correction_goes_at_once(client: Client, proposal, three, now) -> None:
    asked = {"asked": "Say who looks after it."}
    answer = signed_in(three[0]).post(f"{proposal.get_absolute_url()}correction/", asked)
    assert answer["Location"] == proposal.get_absolute_url()
    assert "Say who looks after it." in client.get(proposal.get_absolute_url()).text
    assert not Resolution.objects.exists()


def test_none_is_asked_for_while_something_is_put_to_the_vote(proposal, address, three, now) -> None:
    signed_in(three[0]).post(address, FORM)
    answer = signed_in(three[1]).post(f"{proposal.get_absolute_url()}correction/", {"asked": "Where is it?"})
    assert answer.status_code == 422
    assert "Something is put to the vote on it" in answer.text


def test_who_has_an_interest_says_so_and_is_out(proposal, address, three, now) -> None:
    browser = signed_in(three[1])
    signed_in(three[0]).post(address, FORM)
    answer = browser.post(f"{proposal.get_absolute_url()}recusal/", {"interest": "family"})
    assert answer["Location"] == proposal.get_absolute_url()
    assert browser.get(address).status_code == 403
    assert "Mira: Family or household" in words_on(signed_in(three[2]).get(address))
    entry = AuditEvent.objects.get(action="member recused")
    assert (entry.actor, entry.facts) == (three[1], {"interest": "family"})


def test_a_vote_that_is_over_is_said(proposal, address, three: tuple[User, ...], now) -> None:
    signed_in(three[0]).post(address, FORM)
    signed_in(three[1]).post(f"{address}vote/", {"choice": "for"})
    answer = signed_in(three[2]).post(f"{address}vote/", {"choice": "against"}, follow=True)
    assert "This vote of the committee is over." in words_on(answer)


def test_the_link_stands_on_the_page_of_the_proposal_for_who_may(client, proposal, three, rosa, now) -> None:
    link = f'href="{proposal.get_absolute_url()}decision/"'
    assert link in signed_in(three[0]).get(proposal.get_absolute_url()).text
    for browser in (client, signed_in(rosa)):
        assert link not in browser.get(proposal.get_absolute_url()).text
