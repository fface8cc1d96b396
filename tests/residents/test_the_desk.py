"""One clerk with a document verifies: its owner is told, a second person gets the list, an auditor the alarms."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from accounts.models import Role, User
from budgeting.models import Cycle, District
from budgeting.people import RoleName
from budgeting.two import Two
from residents import desk_days
from residents.desk_alarms import IN_A_DAY, IN_AN_HOUR, alarms
from residents.models import DeskList, Resident, Verification
from residents.tasks import send_lists_of_the_desk
from tests.cast import person, signed_in
from tests.keeping import kept
from tests.papers import words_on

LIST = "/desk/2027/residents/verified/"


def line(cycle: Cycle, district: District, number: int = 1) -> Resident:
    digest = number.to_bytes(32, "big")
    digests = {"identifier_digest": digest, "person_digest": digest}
    return Resident.objects.create(cycle=cycle, district=district, age_band="30-44", **digests)


@kept
def at_noon(at) -> datetime:
    return at("voting").replace(hour=10)


@kept
def rosa_verified(cycle, riverside, rosa, clara, at_noon) -> Verification:
    return Verification.at_desk(line(cycle, riverside), rosa, by=clara, at=at_noon)


def verified(cycle: Cycle, district: District, clerk: User, number: int, at: datetime) -> None:
    """So many people, by a clerk."""
    first = User.objects.count()
    users = User.objects.bulk_create(User(email=f"r{first + each}@example.org") for each in range(number))
    Verification.objects.bulk_create(
        Verification(resident=line(cycle, district, user.pk), user=user, cycle=cycle, method="desk", at=at, by=clerk)
        for user in users
    )


# The owner of the account --------------------------------------------------------------------------------------------


def test_whoever_is_verified_at_the_desk_is_told(rosa_verified, rosa, mailoutbox) -> None:
    [told] = mailoutbox
    assert told.to == [rosa.email]
    assert "verified for “Participatory budget 2027” at the city's desk" in told.body
    assert "If it was not you" in told.body


def test_in_their_own_language(cycle, riverside, rosa, clara, at_noon, mailoutbox) -> None:
    rosa.language = "fr"
    rosa.save()
    Verification.at_desk(line(cycle, riverside), rosa, by=clara, at=at_noon)
    assert "guichet" in mailoutbox[0].body


def test_a_claim_tells_nobody_they_were_verified(rosa_verified, tomas, clara, at_noon, mailoutbox) -> None:
    Verification.at_desk(rosa_verified.resident, tomas, by=clara, at=at_noon)
    assert [mail.to for mail in mailoutbox] == [["rosa@example.org"]]


@pytest.mark.parametrize(("granted", "keeps"), [(True, "tomas@example.org"), (False, "rosa@example.org")])
def test_both_are_told_how_a_claim_was_decided(
    rosa_verified, tomas, clara, ines, otto, at_noon, mailoutbox, granted, keeps
) -> None:
    claim = Verification.at_desk(rosa_verified.resident, tomas, by=clara, at=at_noon)
    del mailoutbox[:]
    claim.settle(by=Two(ines, otto), at=at_noon, granted=granted, reason="A card.")
    told = {mail.to[0]: mail.body for mail in mailoutbox}
    assert told.keys() == {"rosa@example.org", "tomas@example.org"}
    assert [to for to, body in told.items() if "and the other is not" in body] == [keeps]


# The list of a day ---------------------------------------------------------------------------------------------------


def test_the_list_of_a_day_goes_to_an_auditor_once_it_is_over(rosa_verified, clara, otto, at_noon, mailoutbox) -> None:
    del mailoutbox[:]
    desk_days.send_due(at_noon + timedelta(hours=2))
    assert mailoutbox == []
    for hours in (24, 25):
        desk_days.send_due(at_noon + timedelta(hours=hours))
    [told] = mailoutbox
    assert told.to == [otto.email]
    assert f"{clara.named}: 1" in told.body
    assert LIST in told.body
    assert DeskList.objects.count() == 1


def test_of_two_workers_one_sends_it(rosa_verified, cycle, clara, otto, at_noon, mailoutbox) -> None:
    """Both have seen that the day is not listed yet."""
    del mailoutbox[:]
    for _worker in range(2):
        desk_days._send(cycle, at_noon.date(), Counter({clara.pk: 1}), at_noon + timedelta(days=1))
    assert len(mailoutbox) == 1


def test_where_there_is_no_auditor_it_goes_to_another_clerk(rosa_verified, clara, at_noon, mailoutbox) -> None:
    del mailoutbox[:]
    desk_days.send_due(at_noon + timedelta(days=1))
    assert (mailoutbox, DeskList.objects.count()) == ([], 0), "not to the clerk who did it"
    person("Carl", RoleName.CLERK)
    desk_days.send_due(at_noon + timedelta(days=1))
    assert [mail.to for mail in mailoutbox] == [["carl@example.org"]]


def test_whoever_verified_is_no_second_person_as_an_auditor_either(
    rosa_verified, clara, otto, at_noon, mailoutbox
) -> None:
    Role.objects.create(user=clara, kind=RoleName.AUDITOR)
    del mailoutbox[:]
    desk_days.send_due(at_noon + timedelta(days=1))
    assert [mail.to for mail in mailoutbox] == [[otto.email]]


def test_the_worker_sends_it(rosa_verified, otto, at_noon, monkeypatch, mailoutbox) -> None:
    monkeypatch.setattr("lib.clock.now", lambda: at_noon + timedelta(days=1))
    send_lists_of_the_desk()
    assert DeskList.objects.exists()


def test_the_page_of_the_list_names_clerk_account_and_line(rosa_verified, clara, otto, ines, rosa) -> None:
    for reader in (clara, otto):
        words = words_on(signed_in(reader).get(LIST))
        assert f"clara@example.org rosa@example.org #{rosa_verified.resident_id}" in words
    for other in (ines, rosa):
        assert signed_in(other).get(LIST).status_code == 404


# Alarms --------------------------------------------------------------------------------------------------------------


def test_an_ordinary_day_raises_no_alarm(rosa_verified, cycle) -> None:
    assert alarms(cycle) == []


@pytest.mark.parametrize("number", [IN_AN_HOUR - 1, IN_AN_HOUR])
def test_many_by_one_clerk_within_an_hour_raise_an_alarm(cycle, riverside, clara, at_noon, number) -> None:
    verified(cycle, riverside, clara, number, at_noon)
    assert [sentence for sentence in alarms(cycle) if "within the hour" in sentence] == (
        [f"clara@example.org verified {number} people at the desk within the hour from noon on April 19, 2027."]
        if number >= IN_AN_HOUR
        else []
    )


@pytest.mark.parametrize("more", [0, 1])
def test_many_by_one_clerk_in_a_day_raise_an_alarm(cycle, riverside, clara, ines, at_noon, more) -> None:
    part = IN_AN_HOUR - 1
    for hour in range(3):
        verified(cycle, riverside, clara, part, at_noon + timedelta(hours=hour))
    verified(cycle, riverside, clara, IN_A_DAY - 3 * part - 1 + more, at_noon + timedelta(hours=3))
    verified(cycle, riverside, ines, 1, at_noon)
    assert [sentence for sentence in alarms(cycle) if f"verified {IN_A_DAY} people" in sentence] == (
        ["clara@example.org verified 60 people at the desk on April 19, 2027."] if more else []
    )


def test_many_more_than_on_other_days_raise_an_alarm(cycle, riverside, clara, ines, at_noon) -> None:
    for day in range(1, 4):
        verified(cycle, riverside, clara, 4, at_noon + timedelta(days=day))
    for clerk in (clara, ines):
        verified(cycle, riverside, clerk, 12, at_noon)
    assert alarms(cycle) == ["24 people were verified at the desk on April 19, 2027, and 4 on other days."]


def test_who_is_verified_at_night_raises_an_alarm(cycle, riverside, clara, at_noon) -> None:
    verified(cycle, riverside, clara, 1, at_noon.replace(hour=20))
    assert alarms(cycle) == [
        "1 person was verified at the desk before six or after nine in the evening of April 19, 2027."
    ]


def test_an_auditor_reads_the_alarms_beside_the_log(cycle, riverside, clara, otto, at_noon) -> None:
    verified(cycle, riverside, clara, IN_AN_HOUR, at_noon)
    words = words_on(signed_in(otto).get("/audit/"))
    assert f"{IN_AN_HOUR} people, each by one clerk who was shown a document" in words
    assert "within the hour" in words
