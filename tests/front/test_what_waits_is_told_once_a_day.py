"""Whoever works for the budget gets one mail a day with what waits for them, and none where nothing waits."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from budgeting import two
from budgeting.models import Contest, Cycle
from budgeting.people import RoleName
from budgeting.stages import Stage
from budgeting.two import Joint
from front import desk_today
from front.waiting import waits_for
from notices.kinds import Kind, Way
from notices.models import Choice, Happening, Mail, Notice
from proposals.models import Comment, Proposal
from residents.models import Claim
from tests.cast import enrol, person, propose, signed_in
from tests.keeping import kept
from tests.told import text_of, to

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@kept
def seven(at) -> datetime:
    """The hour of the digests, in the city, of a day on which proposals are reviewed."""
    return at("reviewing").replace(hour=6, minute=0)


@pytest.fixture
def the_day(seven, told, monkeypatch):
    """the_day(moment): the worker looks at the desks, and brings the mails."""

    def look(moment: datetime) -> list:
        with monkeypatch.context() as patch:
            patch.setattr("lib.clock.now", lambda: moment)
            desk_today.look(moment)
        return [mail for mail in told(moment) if "at the desk" in str(mail["Subject"])]

    return look


@kept
def reported(riverside_contest: Contest, rosa: User, tomas: User, seven) -> Comment:
    """Rosa has reported a comment of Tomas's."""
    proposal = propose(riverside_contest)[0]
    comment = proposal.comment(by=tomas, at=seven - 2 * DAY, text="A rude word.")
    comment.report(by=rosa, at=seven - DAY, reason="It is rude.")
    return comment


def test_each_gets_what_waits_for_them_the_oldest_first(reported, clara, martin, ines, seven, the_day) -> None:
    mails = the_day(seven)
    assert sorted(mail["To"] for mail in mails) == [clara.email, martin.email], "nothing waits for Ines"
    assert Happening.objects.filter(kind=Kind.DESK_TODAY).count() == 2
    [mail] = to(mails, martin.email)
    assert mail["Subject"] == "6 things wait for you at the desk"
    text = text_of(mail)
    assert text.index("Decide on “Playground”, Riverside") < text.index("Bee hotel")
    assert "/2027/riverside/proposals/1" in text
    assert "until" in text, "decisions end with the review"
    [mail] = to(mails, clara.email)
    assert mail["Subject"] == "1 thing waits for you at the desk"
    assert "Reported: the comment “A rude word.”" in text_of(mail)


def test_once_a_day_at_the_hour_of_the_digests(reported, clara, seven, the_day, settings) -> None:
    settings.MAIL_DIGEST_AT = 10
    ten = seven + 3 * HOUR
    assert the_day(ten - HOUR) == []
    assert len(to(the_day(ten), clara.email)) == 1
    assert the_day(ten + 5 * HOUR) == []
    assert len(to(the_day(ten + DAY), clara.email)) == 1


@pytest.mark.long
def test_what_comes_in_after_that_hour_waits_for_the_next_day(clara, riverside_contest, rosa, tomas, seven, the_day):
    assert the_day(seven) == []
    comment = propose(riverside_contest)[0].comment(by=tomas, at=seven, text="A rude word.")
    comment.report(by=rosa, at=seven + HOUR, reason="It is rude.")
    assert the_day(seven + 2 * HOUR) == []
    assert len(the_day(seven + DAY)) == 1


def test_what_is_done_by_then_and_whose_role_is_over_is_not_told(reported, clara, martin, seven, told, monkeypatch):
    monkeypatch.setattr("lib.clock.now", lambda: seven)
    desk_today.look(seven)
    reported.hide(by=clara, at=seven, reason="It is rude.")
    Role.objects.filter(user=martin).delete()
    assert [mail["To"] for mail in told(seven) if "desk" in str(mail["Subject"])] == []


def test_a_mail_that_could_not_leave_that_day_is_dropped(reported, martin, seven, told, monkeypatch) -> None:
    monkeypatch.setattr("lib.clock.now", lambda: seven)
    desk_today.look(seven)
    assert [mail["To"] for mail in told(seven + DAY + HOUR) if "desk" in str(mail["Subject"])] == []
    assert not Mail.objects.waiting().exists()


def test_nothing_of_it_stands_under_the_bell_and_it_can_be_switched_off(reported, martin, seven, the_day) -> None:
    assert the_day(seven)
    assert not Notice.objects.filter(reader=martin, on_the_site=True).exists()
    Choice.make(martin.pk, Kind.DESK_TODAY, Way.NOTHING)
    assert to(the_day(seven + DAY), martin.email) == []


@pytest.mark.long
def test_in_their_language(reported, clara, seven, the_day, told, monkeypatch) -> None:
    User.objects.filter(pk=clara.pk).update(language="fr")
    monkeypatch.setattr("lib.clock.now", lambda: seven)
    desk_today.look(seven)
    [mail] = to(told(seven), clara.email)
    assert "1 chose vous attend au bureau" in str(mail["Subject"])
    assert "Signalé : le commentaire" in text_of(mail)


# What is on the list --------------------------------------------------------------------------------------------------


def words_for(user: User, at: datetime) -> list[str]:
    return [each.words for each in waits_for(User.objects.get(pk=user.pk), at)]


@kept
def claim(rosa: User, tomas: User, cycle: Cycle, riverside, seven) -> Claim:
    return Claim.file(enrol(rosa, cycle, riverside), tomas, "letter", by=tomas, at=seven)


@pytest.mark.long
def test_a_claim_waits_for_clerks_until_one_proposes_what_to_do(claim, cycle, clara, otto, seven) -> None:
    nadia = person("Nadia", RoleName.CLERK)
    assert [words for words in words_for(nadia, seven) if "Two accounts claim" in words]
    assert words_for(otto, seven) == []
    act = two.sketch(Joint.SETTLE_CLAIM, on=claim, cycle=cycle, granted=True, reason="Showed a card.")
    two.propose(act, by=clara, at=seven)
    for other in (nadia, otto):
        assert [words for words in words_for(other, seven) if "register" in words] == [
            f"For a second person: {two.name_of(act)}"
        ], "once, and for whoever may confirm"
    assert words_for(clara, seven) == [], "she has done her part"
    nadia.roles.update(granted_at=seven - HOUR)
    assert words_for(nadia, seven) == [], "a role that is an hour old confirms nothing"


def test_two_reports_of_one_comment_are_one_thing(reported, clara, tomas, martin, seven) -> None:
    reported.report(by=martin, at=seven, reason="Rude indeed.")
    assert len(words_for(clara, seven)) == 1


def test_a_proposal_of_ones_own_waits_for_the_others_of_the_committee(riverside_contest, martin, riverside, seven):
    other = person("Mona", RoleName.COMMITTEE, district=riverside)
    Proposal.objects.filter(pk=propose(riverside_contest)[0].pk).update(author=martin)
    assert len(words_for(martin, seven)) == 5
    assert len(words_for(other, seven)) == 6


@pytest.mark.long
def test_the_box_waits_for_its_holders_once_voting_has_closed(voting, cycle, clara, ines, otto, at) -> None:
    elsewhere = person("Olga", RoleName.COUNCIL)
    assert words_for(ines, at("voting")) == []
    moment = at("counting")
    for holder in (clara, ines, otto):
        assert words_for(holder, moment) == [f"{cycle}: open the box"]
    assert words_for(elsewhere, moment) == []
    [box] = waits_for(ines, moment)
    assert box.since == cycle.window(Stage.VOTING).closes
    assert not box.late


def test_a_box_that_is_not_ready_once_voting_has_opened_is_overdue(riverside_paper, clara, cycle, at) -> None:
    [box] = waits_for(clara, at("voting"))
    assert box.late
    assert box.words == f"{cycle}: make the key of the box"


def test_a_mail_that_nobody_took_waits_for_clerks(clara, otto, seven) -> None:
    Mail.objects.create(
        message_id="<1@x>", to="gone@example.org", subject="x", content=b"x", written_at=seven, next_try_at=seven,
        failed_at=seven,
    )  # fmt: skip
    assert words_for(clara, seven) == ["1 mail that did not arrive"]
    assert words_for(otto, seven) == []


@pytest.mark.long
def test_every_line_leads_to_a_page_that_is_there_for_them(reported, claim, voting, clara, martin, otto, at) -> None:
    for user, stage in ((clara, "counting"), (otto, "counting"), (martin, "reviewing")):
        moment = at(stage)
        found = waits_for(User.objects.get(pk=user.pk), moment)
        assert found
        browser = signed_in(user)
        assert {each.path: browser.get(each.path).status_code for each in found} == {each.path: 200 for each in found}


@pytest.mark.long
def test_it_costs_no_more_for_more_rows(riverside_contest, martin, seven) -> None:
    reader = User.objects.get(pk=martin.pk)

    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            waits_for(reader, seven)
        return len(asked)

    propose(riverside_contest, costs=[10_000_00])
    statements()
    few = statements()
    propose(riverside_contest)
    assert statements() == few
