"""What is told of a building: in words that fit what happened, once to each, and with thanks once it is built."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from accounts.models import User
from budgeting.models import Phase
from notices.kinds import Kind, Way
from notices.models import Choice, Follow
from proposals.models import Proposal
from tests.cast import conclude, middle_of, person
from tests.keeping import kept
from tests.told import text_of, to

DAY = timedelta(days=1)
OCTOBER = date(2027, 10, 1)


@kept
def lena(db) -> User:
    """Somebody who follows what others do."""
    return person("Lena")


@pytest.fixture
def now(at) -> datetime:
    """A morning on which the city builds."""
    return at("delivering").replace(hour=9, minute=0)


@pytest.fixture
def funded(proposal, martin, tomas, lena, now, told) -> Proposal:
    """Rosa's; Tomas supported it, Lena follows it, and all of them hear at once. What happened before is told."""
    proposal.endorse(by=tomas, at=middle_of("proposing"))
    proposal.decide(by=martin, at=middle_of("reviewing"), outcome="shortlist", reason="Good")
    conclude(proposal, funded=True)
    Follow.begin(proposal, by=lena, at=middle_of("proposing"))
    told(now)
    told(now + DAY)
    for each in (proposal.author, tomas, lena):
        for kind in (Kind.BUILDING, Kind.DELAYED, Kind.BUILT, Kind.SUPPORTED_IS_BUILT):
            Choice.make(each.pk, kind, Way.AT_ONCE)
    return proposal


@pytest.fixture
def report(funded, clara, now) -> Callable[..., None]:
    def reported(kind: str, **facts: object) -> None:
        funded.report_delivery(by=clara, at=now, kind=kind, on=OCTOBER, **facts)

    return reported


def test_news_goes_to_its_author_and_to_who_follows(report, funded, rosa, lena, now, told):
    report("started", note="Diggers came.")
    mails = told(now)
    assert sorted(mail["To"] for mail in mails) == sorted([rosa.email, lena.email])
    assert {mail["Subject"] for mail in mails} == {f"News of {funded.title}"}
    assert "Diggers came." in text_of(mails[0])


def test_a_delay_says_its_reason_and_the_new_date(report, funded, rosa, lena, now, told):
    report("delayed", note="The steel is late.")
    mails = told(now)
    assert sorted(mail["To"] for mail in mails) == sorted([rosa.email, lena.email])
    for mail in mails:
        assert mail["Subject"] == f"Delayed: {funded.title}"
        assert "The new date is Friday 1 October." in text_of(mail)
        assert "The steel is late." in text_of(mail)


def test_once_it_is_built_its_author_and_its_supporters_are_thanked(report, funded, rosa, tomas, lena, now, told):
    Follow.begin(funded, by=tomas, at=now - DAY)
    report("delivered", note="Come and see it.", final_cost=41_000_00)
    mails = told(now)
    assert {mail["To"]: mail["Subject"] for mail in mails} == {
        rosa.email: f"Your project is built: {funded.title}",
        tomas.email: f"You supported it, and it is built: {funded.title}",
        lena.email: f"Built: {funded.title}",
    }
    assert len(mails) == 3, "each hears it once"
    for mail in mails:
        assert "Come and see it." in text_of(mail)
        assert "41,000" in text_of(mail)
        assert ("Thank you" in text_of(mail)) is (mail["To"] != lena.email)
        assert "vote" not in text_of(mail).lower(), "how anybody voted is said to nobody"


def test_it_is_said_in_french(report, funded, rosa, tomas, lena, now, told):
    User.objects.update(language="fr")
    report("delayed", note="L'acier tarde.")
    report("delivered")
    said = {mail["Subject"].strip() for mail in told(now)}
    assert said == {
        f"Retard : {funded.title}",
        f"Votre projet est réalisé : {funded.title}",
        f"Vous l’avez soutenu, et il est réalisé : {funded.title}",
        f"Réalisé : {funded.title}",
    }


@pytest.mark.long
def test_nobody_is_thanked_twice_for_what_is_built_once(report, funded, rosa, lena, now, told):
    report("delivered")
    assert len(told(now)) == 3
    report("delivered", note="The final cost was wrong.", final_cost=42_000_00)
    mails = told(now)
    assert {mail["Subject"] for mail in mails} == {f"News of {funded.title}"}
    assert sorted(mail["To"] for mail in mails) == sorted([rosa.email, lena.email])


def test_who_took_their_support_back_is_not_thanked_for_it(proposal, tomas, clara, martin, now, told):
    proposal.endorse(by=tomas, at=middle_of("proposing"))
    proposal.unendorse(by=tomas, at=middle_of("proposing"))
    proposal.decide(by=martin, at=middle_of("reviewing"), outcome="shortlist", reason="Good")
    conclude(proposal, funded=True)
    proposal.report_delivery(by=clara, at=now, kind="delivered", on=OCTOBER)
    assert to(told(now) + told(now + DAY), tomas.email) == []


def test_what_went_out_of_sight_with_the_results_is_told_to_nobody(report, funded, now, told):
    report("delivered")
    Phase.objects.filter(stage__in=("results", "delivering")).delete()
    assert told(now) == []
