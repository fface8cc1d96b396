"""Whoever makes letters does not vote with them unseen: another posts them, and an auditor is told what looks odd."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import User
from audit.models import AuditEvent
from ballots.models import Envelope
from budgeting.models import Cycle, OneIsEnough
from budgeting.people import RoleName
from lib.refusal import Refused
from residents.digests import network_digest
from residents.letter_alarms import FROM_ONE_NETWORK, IN_ONE_NIGHT, alarms
from residents.letters import make_codes, without_a_letter
from residents.models import LetterCode, LetterRun, LetterVotes, Resident
from tests.cast import FIRST_DAY, person, signed_in
from tests.keeping import kept
from tests.letters import BALLOT, Posted, posted_to, votes
from tests.papers import source_of

DESK = "/desk/2027/letters/"


@kept
def run(greta: Posted, clara: User) -> LetterRun:
    """Clara has made Greta's letter."""
    LetterRun.objects.update(made_by=clara)
    return LetterRun.objects.get()


def at_noon(voting, hour: int = 12):
    return voting.replace(hour=hour, minute=30)


def counted(run: LetterRun, ballots: int, *, network: str = "203.0.113.0/24", at) -> None:
    for _ in range(ballots):
        LetterVotes.count(run.pk, network_digest(f"letter-votes/v1|{run.cycle_id}", network), at=at)


# Two people ----------------------------------------------------------------------------------------------------------


def test_clara_makes_letters_and_another_clerk_says_that_they_were_posted(run: LetterRun, clara, at) -> None:
    at("presenting")
    desk = signed_in(clara)
    assert "You made these letters" in source_of(desk.get(DESK))
    page = source_of(desk.post(f"{DESK}runs/{run.pk}/posting/", follow=True))
    assert "You made these letters" in page
    other = person("Nils", RoleName.CLERK)
    other.roles.update(granted_at=FIRST_DAY - timedelta(days=30))
    page = source_of(signed_in(other).post(f"{DESK}runs/{run.pk}/posting/", follow=True))
    assert f"The letters of run {run.pk} are posted." in page
    run.refresh_from_db()
    assert run.posted_by == other
    event = AuditEvent.objects.last()
    assert (event.actor, event.action, event.object) == (other, "letters posted", f"residents.letterrun:{run.pk}")
    with pytest.raises(Refused, match="already"):
        run.post(by=other, at=run.posted_at)


def test_the_database_lets_nobody_post_what_they_made(run: LetterRun, clara, voting) -> None:
    with pytest.raises(IntegrityError, match="nobody_posts_the_letters_they_made"), transaction.atomic():
        LetterRun.objects.update(posted_at=voting, posted_by=clara)


def test_where_one_is_enough_whoever_made_them_posts_them(run: LetterRun, clara, at) -> None:
    moment = at("presenting")
    said = OneIsEnough.objects.create(reason="Alone.", announced_by=clara, announced_at=moment - timedelta(days=9))
    run.post(by=clara, at=moment)
    run.refresh_from_db()
    assert (run.posted_by, run.alone_by) == (clara, said)


def test_an_auditor_posts_them_too_a_resident_does_not_and_nobody_by_a_link(
    run: LetterRun, rosa, otto, clara, at
) -> None:
    at("presenting")
    address = f"{DESK}runs/{run.pk}/posting/"
    assert signed_in(rosa).post(address).status_code == 404
    assert signed_in(clara).get(address).status_code == 405
    otto.roles.update(granted_at=FIRST_DAY - timedelta(days=30))
    auditor = signed_in(otto)
    assert address in source_of(auditor.get("/audit/"))
    assert auditor.post(address).url == "/desk/"
    run.refresh_from_db()
    assert run.posted_by == otto
    assert address not in source_of(auditor.get("/audit/"))


def test_letters_made_in_one_go_are_one_run(cycle, riverside, register) -> None:
    make_codes(register("65+", 3), by=None, at=FIRST_DAY)
    assert [run.codes.count() for run in LetterRun.objects.all()] == [3]
    assert make_codes([], by=None, at=FIRST_DAY) == []
    assert AuditEvent.objects.last().facts == {"letters": 3, "run": LetterRun.objects.get().pk}


# The count of votes by letter ----------------------------------------------------------------------------------------


def test_a_ballot_by_letter_is_counted_by_run_hour_and_network_and_one_by_account_is_not(
    greta: Posted, rosa_may_vote: User, voting
) -> None:
    browser = greta.opens()
    votes(browser, 1)
    votes(browser, 2)
    signed_in(rosa_may_vote).post(f"{BALLOT}cast/", {"choice": "1"})
    row = LetterVotes.objects.get()
    assert (row.run, row.ballots, row.hour) == (greta.letter.run, 2, voting.replace(minute=0))
    assert bytes(row.network) == network_digest(f"letter-votes/v1|{greta.resident.cycle_id}", "127.0.0.0/24")
    assert b"127" not in bytes(row.network)


def test_the_count_leads_to_nobody(greta: Posted, viktor: Posted, voting) -> None:
    names = {field.name for field in LetterVotes._meta.get_fields()}
    assert names == {"id", "run", "hour", "network", "ballots"}
    for number, letter in enumerate((greta, viktor, greta)):
        browser = Client(REMOTE_ADDR=f"203.0.{number}.7")
        votes(letter.opens(browser), 1)
    assert LetterVotes.objects.count() == 3
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM residents_lettervotes")
        assert cursor.fetchone() == (1,), "all rows are written anew with each: none tells when it was touched"


@pytest.mark.django_db(transaction=True)
def test_the_count_is_no_part_of_the_transaction_of_a_vote(greta: Posted, voting) -> None:
    votes(greta.opens(), 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM ballots_envelope e JOIN residents_lettervotes v ON e.xmin::text = v.xmin::text"
        )
        assert cursor.fetchone() == (0,)
    assert Envelope.objects.count() == LetterVotes.objects.count() == 1


# Alarms --------------------------------------------------------------------------------------------------------------


def posted(run: LetterRun, by: User, at) -> None:
    LetterRun.objects.filter(pk=run.pk).update(posted_at=at, posted_by=by)


def test_a_ballot_cast_before_its_run_was_posted_raises_an_alarm(run: LetterRun, greta, cycle, otto, voting) -> None:
    votes(greta.opens(), 1)
    [said] = alarms(cycle)
    assert "before anybody said" in said
    page = source_of(signed_in(otto).get("/audit/"))
    assert said in page
    posted(run, otto, voting)
    assert len(alarms(cycle)) == 1, "in the hour of posting no letter has arrived"
    posted(run, otto, voting - timedelta(hours=1))
    assert alarms(cycle) == []


def test_many_from_one_network_raise_an_alarm(run: LetterRun, cycle, otto, voting) -> None:
    posted(run, otto, voting - timedelta(days=5))
    counted(run, FROM_ONE_NETWORK - 1, at=at_noon(voting))
    counted(run, 5, network="198.51.100.0/24", at=at_noon(voting))
    assert alarms(cycle) == []
    counted(run, 1, at=at_noon(voting, hour=14))
    [said] = alarms(cycle)
    assert f"{FROM_ONE_NETWORK} ballots came by letter from one network" in said


def test_many_in_one_night_raise_an_alarm(run: LetterRun, cycle, otto, voting, settings) -> None:
    settings.TIME_ZONE = "Europe/Paris"
    posted(run, otto, voting - timedelta(days=5))
    for number in range(IN_ONE_NIGHT):
        hour = voting.replace(hour=22 if number % 2 else 2)  # 00 and 04 in the city, in April
        night = hour - timedelta(days=1) if number % 2 else hour
        counted(run, 1, network=f"203.0.{number}.0/24", at=night)
        counted(run, 1, network=f"198.51.{number}.0/24", at=at_noon(voting))
    [said] = alarms(cycle)
    assert "in one night" in said


def test_only_an_auditor_sees_the_alarms(run: LetterRun, clara, ines, otto, voting) -> None:
    assert "Votes by letter alone" in source_of(signed_in(otto).get("/audit/"))
    for user in (clara, ines):
        assert signed_in(user).get("/audit/").status_code == 404


# The end of a letter -------------------------------------------------------------------------------------------------


def test_greta_ends_her_letter_after_the_vote_and_it_opens_nothing_any_more(greta: Posted, voting) -> None:
    browser = greta.opens()
    votes(browser, 1)
    assert "End the letter too" in source_of(browser.get(f"{BALLOT}receipt/"))
    assert "End the letter too" not in source_of(browser.get("/ballots/"))
    assert browser.post("/ballots/end/", {"letter": "end"}).url == "/ballots/ended/"
    assert "opens no booth" in source_of(Client().post("/verify/letter/", {"code": greta.code}))
    assert Envelope.objects.count() == 1
    assert AuditEvent.objects.filter(action="letter ended").get().facts == {"reference": greta.letter.reference}


def test_who_has_ended_a_letter_gets_no_other_by_the_next_run(greta: Posted, viktor: Posted, clara, voting) -> None:
    greta.letter.end(at=voting)
    viktor.letter.void(by=clara, at=voting)
    assert list(without_a_letter(Resident.objects.all())) == [viktor.resident]
    greta.letter.end(at=voting)
    assert AuditEvent.objects.filter(action="letter ended").count() == 1


def test_an_open_booth_ends_with_its_letter_elsewhere(greta: Posted, cycle: Cycle, riverside, voting) -> None:
    first, second = greta.opens(), greta.opens()
    first.post("/ballots/end/", {"letter": "end"})
    assert second.get("/ballots/").url == "/verify/letter/"
    assert LetterCode.objects.get().ended_at == voting
    assert posted_to(cycle, riverside, 7).opens().get("/ballots/").status_code == 200
