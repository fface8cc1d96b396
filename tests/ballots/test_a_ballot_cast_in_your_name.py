"""Whoever has an account hears that a ballot was cast in their name: once, and when another hand or channel did it."""

import re
from datetime import datetime
from email.message import EmailMessage

import pytest

from accounts.models import User
from ballots.models import Participation
from ballots.retention import forget_participations
from budgeting.models import Contest, Cycle
from budgeting.stages import Stage
from notices.models import Choice, Happening, Mail, Notice
from residents.models import Verification
from tests.cast import enrol, person, signed_in
from tests.letters import Posted, votes
from tests.smtp import MailServer, Step
from tests.told import Told, text_of
from tests.vote import cast

pytestmark = pytest.mark.usefixtures("voting")


def without_its_address(mail: EmailMessage) -> str:
    """A mail to the letter, but for whom it goes to and its own name and boundary."""
    whole = mail.as_string()
    for theirs in (mail["Message-ID"], mail["To"], mail["Date"], mail.get_boundary()):
        whole = whole.replace(str(theirs), "")
    return whole


def test_the_mail_is_the_same_whatever_was_chosen_and_leads_nowhere(
    rosa_may_vote: User, tomas: User, cycle, riverside, riverside_contest: Contest, told: Told, voting: datetime
) -> None:
    enrol(tomas, cycle, riverside)
    cast(riverside_contest, {1: 1, 4: 1}, by=rosa_may_vote)
    cast(riverside_contest, {}, by=tomas)
    mails = told(voting)
    assert [mail["To"] for mail in mails] == [rosa_may_vote.email, tomas.email]
    assert without_its_address(mails[0]) == without_its_address(mails[1])
    said = text_of(mails[0])
    assert "Riverside" in said
    assert set(re.findall(r"https?://\S+", said)) == {"https://budget.city.example"}
    assert "List-Unsubscribe" not in mails[0]


def test_the_same_account_hears_it_once_however_often_it_votes(
    rosa_may_vote: User, riverside_contest: Contest, told: Told, voting: datetime
) -> None:
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    assert len(told(voting)) == 1
    cast(riverside_contest, {4: 1}, by=rosa_may_vote)
    assert told(voting) == []


def test_a_ballot_by_letter_that_is_replaced_by_an_account_is_told(
    greta: Posted, rosa: User, riverside_contest: Contest, told: Told, voting: datetime
) -> None:
    votes(greta.opens(), 1)
    assert told(voting) == [], "nobody has an address of whoever has no account"
    signed_in(rosa).post("/verify/letter/", {"code": greta.code})
    cast(riverside_contest, {4: 1}, by=rosa)
    assert [mail["To"] for mail in told(voting) if "ballot" in mail["Subject"]] == [rosa.email]


def test_a_line_that_another_account_votes_for_is_told_again(
    rosa_may_vote: User, riverside_contest: Contest, told: Told, voting: datetime
) -> None:
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    assert len(told(voting)) == 1
    tie, lena = Verification.objects.get(user=rosa_may_vote), person("Lena")
    tie.delete()
    Verification.objects.create(user=lena, resident=tie.resident, cycle=tie.cycle, method=tie.method, at=tie.at)
    cast(riverside_contest, {1: 1}, by=lena)
    assert [mail["To"] for mail in told(voting)] == [lena.email]


def test_nothing_of_it_stays_but_that_there_are_ballots_in_the_contest(
    rosa_may_vote: User, tomas: User, cycle, riverside, riverside_contest, told: Told, voting, mail_server: MailServer
) -> None:
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    assert Mail.objects.get().to == "", "no list of waiting mails names them either"
    assert len(told(voting)) == 1
    enrol(tomas, cycle, riverside)
    cast(riverside_contest, {1: 1}, by=tomas)
    mail_server.refuse(Step.RCPT, "550 5.1.1 Nobody of this name")
    assert told(voting) == []
    assert not Mail.objects.exists()
    assert not Notice.objects.exists()
    [stays] = Happening.objects.all()
    assert (stays.by, stays.facts, stays.thing) == (None, {}, f"budgeting.contest:{riverside_contest.pk}")
    assert stays.at == cycle.window(Stage.VOTING).opens, "and not when somebody voted"


def test_a_vote_that_fails_is_told_to_nobody(rosa_may_vote: User, riverside_contest, told: Told, voting) -> None:
    with pytest.raises(Exception, match="cannot be cast"):
        cast(riverside_contest, {99: 1}, by=rosa_may_vote)
    assert not Mail.objects.exists()
    assert not Participation.objects.exists()


def test_it_cannot_be_switched_off(rosa_may_vote: User, riverside_contest, told: Told, voting) -> None:
    Choice.objects.create(user=rosa_may_vote, kind="a ballot was cast in your name", way="nothing")
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    assert len(told(voting)) == 1


def test_who_took_part_is_forgotten_once_it_has_served(
    rosa_may_vote: User, riverside_contest: Contest, cycle: Cycle, voting: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    assert forget_participations(voting) == 0
    monkeypatch.setattr("ballots.retention.served", lambda at: [cycle])
    assert forget_participations(voting) == 1
    assert not Participation.objects.exists()
