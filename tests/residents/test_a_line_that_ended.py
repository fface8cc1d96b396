"""An account whose line of the register has ended has a way on, for its owner and for the clerk (finding V4)."""

from datetime import datetime

import pytest

from accounts.models import User
from audit.models import AuditEvent
from ballots.models import Envelope
from budgeting.models import Cycle
from residents.birth_dates import birth_date_of
from residents.digests import identifier_digest, person_digest
from residents.letters import make_codes
from residents.models import Claim, LetterCode, Resident, Verification, VotedBefore
from tests.cast import signed_in
from tests.keeping import kept
from tests.papers import words_on
from tests.vote import cast

TYPED = {"identifier": "85010112346", "name": "Rosa Lund", "birth_date": "01/01/1985", "email": "rosa@example.org"}


@kept
def anew(rosa_may_vote: User, cycle: Cycle, riverside) -> Resident:
    """Rosa's line on the register, since the one her account is tied to has ended."""
    digests = {
        "identifier_digest": identifier_digest(cycle, TYPED["identifier"]),
        "person_digest": person_digest(cycle, TYPED["name"], birth_date_of(TYPED["birth_date"])),
    }
    return Resident.objects.create(cycle=cycle, district=riverside, age_band="30-44", **digests)


def end(user: User, at: datetime) -> None:
    Resident.objects.filter(verification__user=user).update(removed_at=at)


def test_v4_the_page_of_verification_says_that_the_line_ended_and_the_way_on(anew, rosa, at) -> None:
    way_on = "you were verified, but your line of the register of residents ended"
    at("voting")
    assert way_on not in words_on(signed_in(rosa).get("/verify/"))
    end(rosa, at("voting"))
    assert way_on in words_on(signed_in(rosa).get("/verify/"))
    at("counting")
    assert way_on not in words_on(signed_in(rosa).get("/verify/")), "nobody is verified any more"


def test_v4_a_letter_sent_since_ties_the_account_anew(anew, rosa, cycle, at) -> None:
    voting = at("voting")
    end(rosa, voting)
    [(code, _reference)] = make_codes([anew], by=None, at=voting)
    LetterCode.redeem(code, by=rosa, at=voting)
    assert Verification.of(rosa, cycle).resident == anew
    facts = AuditEvent.objects.get(action="resident verified").facts
    assert facts["before"] == Resident.objects.exclude(pk=anew.pk).get().pk


def test_v4_the_clerk_ties_the_account_anew_at_the_desk(anew, rosa, clara, cycle, at) -> None:
    end(rosa, at("voting"))
    browser = signed_in(clara)
    assert rosa.email in words_on(browser.get("/desk/2027/register/lines/"))
    assert "is verified" in words_on(browser.post("/desk/2027/residents/", TYPED, follow=True))
    assert Verification.of(rosa, cycle).resident == anew
    assert rosa.email not in words_on(browser.get("/desk/2027/register/lines/"))


def test_v4_a_line_that_has_another_account_is_claimed_and_not_refused(anew, rosa, tomas, clara, cycle, at) -> None:
    voting = at("voting")
    Verification.at_desk(anew, tomas, by=clara, at=voting)
    end(rosa, voting)
    assert isinstance(Verification.at_desk(anew, rosa, by=clara, at=voting), Claim)
    assert Verification.objects.filter(user=rosa, resident__removed_at=voting).exists(), "the old tie is still there"


@kept
def voted(voting, anew, rosa, riverside_contest) -> datetime:
    """Rosa had voted when her line ended."""
    cast(riverside_contest, {1: 1}, by=rosa)
    end(rosa, voting)
    return voting


def test_v4_who_has_voted_gets_no_second_vote_by_a_letter_and_the_code_stays_good(voted, anew, rosa, cycle) -> None:
    [(code, _reference)] = make_codes([anew], by=None, at=voted)
    with pytest.raises(VotedBefore, match="Come to the city's desk"):
        LetterCode.redeem(code, by=rosa, at=voted)
    assert LetterCode.objects.live().exists()
    assert not Verification.of(rosa, cycle)


def test_v4_who_has_voted_is_led_at_the_desk_to_where_both_lines_are_joined(
    voted, anew, rosa, clara, otto, cycle
) -> None:
    browser = signed_in(clara)
    answer = browser.post("/desk/2027/residents/", TYPED)
    ended = Resident.objects.exclude(pk=anew.pk).get()
    assert answer.url == f"/desk/2027/register/lines/?ended={ended.pk}&stays={anew.pk}#join"
    act = browser.post("/desk/2027/register/lines/", {"ended": ended.pk, "stays": anew.pk, "reason": "A card."}).url
    signed_in(otto).post(f"{act}confirmation/")
    assert Verification.of(rosa, cycle).resident == anew
    assert Envelope.objects.get().resident_id == anew.pk


def test_who_is_tied_to_a_line_on_the_register_gets_no_other(anew, rosa, clara, at) -> None:
    at("voting")
    assert "verified for this vote already" in words_on(signed_in(clara).post("/desk/2027/residents/", TYPED))
