"""One line of the register, one account: by letter, at the desk, and when two say they are the same person."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection

from accounts.models import User
from audit.models import AuditEvent
from budgeting import two
from budgeting.models import Cycle
from budgeting.people import RoleName
from budgeting.two import Joint, Two
from lib.refusal import Refused
from residents.digests import identifier_digest, person_digest
from residents.letter_codes import new_code
from residents.letters import make_codes
from residents.models import Claim, LetterCode, Resident, Verification
from tests.cast import person, signed_in
from tests.keeping import kept
from tests.papers import words_on


def resident_of(cycle: Cycle, district, number: int = 1) -> Resident:
    return Resident.objects.create(
        cycle=cycle,
        district=district,
        identifier_digest=bytes([number]) * 32,
        person_digest=bytes([number]) * 32,
        age_band="30-44",
    )


@kept
def resident(cycle: Cycle, riverside) -> Resident:
    return resident_of(cycle, riverside)


@kept
def code(resident: Resident, at) -> str:
    [(code, _reference)] = make_codes([resident], by=None, at=at("presenting"))
    return code


def sentence(user: User, code: str, moment) -> str:
    with pytest.raises(Refused) as refused:
        LetterCode.redeem(code, by=user, at=moment)
    return str(refused.value)


def test_rosa_is_verified_by_the_code_of_her_letter(rosa, resident, code, cycle, at) -> None:
    assert not Verification.of(rosa, cycle)
    LetterCode.redeem(code.lower().replace("-", " "), by=rosa, at=at("voting"))
    assert Verification.of(rosa, cycle)
    assert Verification.of(rosa, cycle).resident == resident
    event = AuditEvent.objects.last()
    assert (event.actor, event.action, event.object) == (rosa, "resident verified", f"residents.resident:{resident.pk}")


def test_a_code_that_does_not_work_gives_one_and_the_same_sentence(
    rosa, tomas, clara, resident, code, cycle, riverside, at
) -> None:
    voting = at("voting")
    other, gone = resident_of(cycle, riverside, 2), resident_of(cycle, riverside, 3)
    (voided, reference), (for_the_gone, _) = make_codes([other, gone], by=None, at=voting)
    LetterCode.objects.get(reference=reference).void(by=clara, at=voting)
    gone.removed_at = voting
    gone.save()
    LetterCode.redeem(code, by=rosa, at=voting)
    sentences = {sentence(tomas, wrong, voting) for wrong in (new_code(), "", "nonsense", code, voided, for_the_gone)}
    assert len(sentences) == 1
    assert "does not work" in sentences.pop()
    assert not Verification.of(tomas, cycle)


def test_a_newer_letter_voids_the_older(rosa, resident, code, at) -> None:
    [(newer, _)] = make_codes([resident], by=None, at=at("presenting"))
    assert "does not work" in sentence(rosa, code, at("voting"))
    assert isinstance(LetterCode.redeem(newer, by=rosa, at=at("voting")), Verification)


def test_after_the_close_a_code_is_worth_nothing_and_is_not_used_up(rosa, code, at) -> None:
    assert "does not work" in sentence(rosa, code, at("counting"))
    assert LetterCode.objects.get().used_at is None


def test_an_account_with_a_line_gets_no_other_and_the_code_stays_good(rosa, tomas, code, cycle, riverside, at) -> None:
    voting = at("voting")
    LetterCode.redeem(code, by=rosa, at=voting)
    [(second, _)] = make_codes([resident_of(cycle, riverside, 2)], by=None, at=voting)
    assert "verified for this vote already" in sentence(rosa, second, voting)
    assert isinstance(LetterCode.redeem(second, by=tomas, at=voting), Verification)


def test_a_second_account_for_one_line_becomes_a_claim_for_a_clerk(rosa, tomas, resident, code, cycle, at) -> None:
    voting = at("voting")
    LetterCode.redeem(code, by=rosa, at=voting)
    [(newer, _)] = make_codes([resident], by=None, at=voting)
    claim = LetterCode.redeem(newer, by=tomas, at=voting)
    assert isinstance(claim, Claim)
    assert (claim.resident, claim.user) == (resident, tomas)
    assert not Verification.of(tomas, cycle)
    assert Verification.of(rosa, cycle)
    assert AuditEvent.objects.filter(action="claim filed", actor=tomas).exists()


@kept
def claim(rosa, tomas, resident, clara, at) -> Claim:
    Verification.at_desk(resident, rosa, by=clara, at=at("voting"))
    return Verification.at_desk(resident, tomas, by=clara, at=at("voting"))


def test_two_give_the_line_to_the_claimant_with_a_reason(claim, rosa, tomas, ines, otto, cycle, at) -> None:
    claim.settle(by=Two(ines, otto), at=at("voting"), granted=True, reason="Showed an identity card.")
    assert Verification.of(tomas, cycle)
    assert not Verification.of(rosa, cycle)
    event = AuditEvent.objects.get(action="claim settled")
    assert event.facts == {
        "granted": True,
        "reason": "Showed an identity card.",
        "before": rosa.pk,
        "confirmed_by": otto.pk,
    }


def test_two_leave_the_line_where_it_is(claim, rosa, tomas, ines, otto, cycle, at) -> None:
    claim.settle(by=Two(ines, otto), at=at("voting"), granted=False, reason="Could not show a document.")
    assert Verification.of(rosa, cycle)
    with pytest.raises(Refused, match="already"):
        claim.settle(by=Two(ines, otto), at=at("voting"), granted=True, reason="Again.")
    assert not Verification.of(tomas, cycle)


@pytest.mark.parametrize("granted", [True, False])
def test_a_claim_is_decided_although_whose_line_it_was_has_another_by_now(
    claim, rosa, tomas, clara, ines, otto, riverside, cycle, at, granted
) -> None:
    """The line left the register, Rosa was tied to another, and the line came back."""
    voting = at("voting")
    Resident.objects.filter(pk=claim.resident_id).update(removed_at=voting)
    Verification.at_desk(resident_of(cycle, riverside, 2), rosa, by=clara, at=voting)
    Resident.objects.filter(pk=claim.resident_id).update(removed_at=None)
    page = words_on(signed_in(person("Nadia", RoleName.CLERK)).get(f"/desk/2027/claims/{claim.pk}/"))
    assert f"First account – Second account {tomas.email}" in page
    assert "Leave it with the first account" not in page
    assert "Give it to neither" in page
    facts = {"granted": granted, "reason": "Showed an identity card."}
    act = two.propose(two.sketch(Joint.SETTLE_CLAIM, on=claim, cycle=cycle, **facts), by=ines, at=voting)
    seen = words_on(signed_in(otto).get(act.get_absolute_url()))
    assert f"First account – Second account {tomas.email}" in seen
    assert ("Give it to neither" in seen) != granted
    assert "Leave it with the first account" not in seen
    mail.outbox.clear()
    two.confirm(act, by=otto, at=voting)
    assert bool(Verification.of(tomas, cycle)) == granted
    assert Verification.of(rosa, cycle).resident != claim.resident
    [told] = mail.outbox
    assert told.to == [tomas.email]
    assert "the other is." not in told.body


def test_what_was_decided_is_shown_as_it_was_proposed_although_the_line_is_anothers_now(
    claim, rosa, tomas, ines, otto, cycle, at
) -> None:
    facts = {"granted": True, "reason": "Showed an identity card."}
    act = two.propose(two.sketch(Joint.SETTLE_CLAIM, on=claim, cycle=cycle, **facts), by=ines, at=at("voting"))
    before = words_on(signed_in(otto).get(act.get_absolute_url()))
    two.confirm(act, by=otto, at=at("voting"))
    shown = f"First account {rosa.email} Second account {tomas.email}"
    assert shown in before
    assert shown in words_on(signed_in(otto).get(act.get_absolute_url()))


def test_a_claimant_who_has_another_line_meanwhile_gets_no_second(
    claim, tomas, clara, ines, otto, cycle, riverside, rosa, at
) -> None:
    Verification.at_desk(resident_of(cycle, riverside, 2), tomas, by=clara, at=at("voting"))
    with pytest.raises(Refused, match="already"):
        claim.settle(by=Two(ines, otto), at=at("voting"), granted=True, reason="Showed a card.")
    claim.refresh_from_db()
    assert claim.settled_at is None
    assert Verification.of(rosa, cycle)


def test_a_clerk_decides_nothing_about_themselves(rosa, clara, ines, otto, resident, at) -> None:
    with pytest.raises(Refused, match="another clerk"):
        Verification.at_desk(resident, clara, by=clara, at=at("voting"))
    Verification.at_desk(resident, rosa, by=clara, at=at("voting"))
    claim = Claim.file(resident, clara, "desk", by=rosa, at=at("voting"))
    for both in (Two(clara, otto), Two(otto, clara), Two(rosa, otto)):
        with pytest.raises(Refused, match="for others to decide"):
            claim.settle(by=both, at=at("voting"), granted=True, reason="Mine.")


def test_v9_whoever_filed_a_claim_has_no_say_in_it(claim, clara, otto, at) -> None:
    for both in (Two(clara, otto), Two(otto, clara)):
        with pytest.raises(Refused, match="Whoever filed"):
            claim.settle(by=both, at=at("voting"), granted=True, reason="Showed a card.")


def test_at_the_desk_the_letter_of_that_line_stops_working(rosa, tomas, clara, resident, code, at) -> None:
    Verification.at_desk(resident, rosa, by=clara, at=at("voting"))
    assert "does not work" in sentence(tomas, code, at("voting"))


def test_next_year_everyone_is_verified_anew(rosa, code, at, cycle) -> None:
    LetterCode.redeem(code, by=rosa, at=at("voting"))
    assert not Verification.of(rosa, Cycle.objects.create(slug="2028", title="2028"))


@pytest.mark.django_db(transaction=True)
def test_two_accounts_with_one_code_at_once_leave_one_verified(resident, code, at, rosa, tomas, ines, otto) -> None:
    voting, people = at("voting"), [rosa, tomas, ines, otto]
    start = Barrier(len(people))

    def use(user: User) -> str:
        try:
            start.wait()
            return type(LetterCode.redeem(code, by=user, at=voting)).__name__
        except Refused:
            return "Refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        outcomes = sorted(pool.map(use, people))
    assert outcomes == ["Refused", "Refused", "Refused", "Verification"]
    assert Verification.objects.count() == 1
    assert not Claim.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_clerks_tying_one_line_at_once_leave_one_verified_and_one_claim(resident, at, rosa, tomas, clara) -> None:
    voting, people = at("voting"), [rosa, tomas]
    start = Barrier(len(people))

    def tie(user: User) -> str:
        try:
            start.wait()
            return type(Verification.at_desk(resident, user, by=clara, at=voting)).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        assert sorted(pool.map(tie, people)) == ["Claim", "Verification"]
    assert Verification.objects.count() == 1


@pytest.mark.parametrize("typed", ["O‘Brien, Seán", "sean o brien", "Se\u00adán OʼBRIEN"])
def test_v22_at_the_desk_a_name_is_found_however_its_apostrophe_is_written(cycle, riverside, typed, at) -> None:
    at("presenting")
    digests = {
        "identifier_digest": identifier_digest(cycle, "7"),
        "person_digest": person_digest(cycle, "Seán O’Brien", date(1979, 3, 31)),
    }
    line = Resident.objects.create(cycle=cycle, district=riverside, age_band="30-44", **digests)
    assert Resident.matching(cycle, "7", typed, date(1979, 3, 31)) == line
    assert Resident.matching(cycle, "7", "Seán Bryan", date(1979, 3, 31)) is None
