"""Three days before a phase opens or closes, and on the day, those whose work it is hear what is still missing."""

from datetime import datetime, timedelta

import pytest

from accounts.models import Role, User
from ballots import key
from budgeting.models import Cycle, Phase
from budgeting.people import RoleName
from budgeting.stages import Stage
from front import phases_told
from notices.models import Happening
from notices.models.happening import unread_by
from tests.cast import enrol, person, propose, put_on_paper
from tests.told import text_of, to

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def the_look(told, monkeypatch):
    """the_look(moment): the worker looks at the calendar, and brings the mails."""

    def look(moment: datetime) -> list:
        with monkeypatch.context() as patch:
            patch.setattr("lib.clock.now", lambda: moment)
            phases_told.look(moment)
        return told(moment)

    return look


@pytest.fixture
def opens(cycle: Cycle) -> datetime:
    """The morning on which voting opens."""
    return cycle.window(Stage.VOTING).opens


def test_three_days_before_the_vote_it_says_what_blocks_it(cycle, riverside_contest, clara, opens, the_look) -> None:
    assert the_look(opens - 3 * DAY - HOUR) == []
    [mail] = the_look(opens - 3 * DAY + HOUR)
    assert mail["To"] == clara.email
    assert "“Voting” opens on" in str(mail["Subject"])
    text = text_of(mail)
    assert "Riverside: the ballot paper is not frozen" in text
    assert "the key of the ballot box is not made" in text
    assert "the register of residents is not uploaded" in text
    assert the_look(opens - 3 * DAY + 2 * HOUR) == [], "once"


def test_what_is_done_is_not_missing(cycle, riverside_contest, clara, ines, otto, rosa, riverside, opens, at, the_look):
    put_on_paper(riverside_contest)
    enrol(rosa, cycle, riverside)
    shares = key.make(cycle, [clara, ines, otto], by=clara, at=at("presenting"))
    [mail] = to(the_look(opens - 2 * DAY), clara.email)
    assert "the holders of the key have not rehearsed" in text_of(mail)
    assert "frozen" not in text_of(mail)
    key.rehearse(cycle, shares[:2], by=clara, at=at("presenting"))
    [mail] = to(the_look(opens + HOUR), clara.email)
    assert "“Voting” has opened" in str(mail["Subject"])
    assert "Nothing that this site knows of." in text_of(mail)


def test_a_date_that_is_moved_is_told_anew_and_the_old_one_to_nobody(cycle, clara, opens, told, the_look) -> None:
    night = (opens - 2 * DAY).replace(hour=23)
    assert the_look(night) == [], "not at night"
    later = Phase.objects.filter(cycle=cycle, stage="voting")
    later.update(opens=opens + 10 * DAY)
    assert told(night + 9 * HOUR) == []
    assert len(the_look(opens + 7 * DAY + HOUR)) == 1
    assert the_look(opens + 8 * DAY) == []
    assert Happening.objects.count() == 2


def test_the_bell_rings_once_for_a_date_be_it_moved_or_come(cycle, clara, opens, the_look) -> None:
    the_look(opens - 2 * DAY)
    Phase.objects.filter(cycle=cycle, stage="voting").update(opens=opens + DAY)
    Phase.objects.filter(cycle=cycle, stage="presenting").update(closes=opens + DAY)
    the_look(opens - DAY)
    assert unread_by(clara) == 1
    the_look(opens + DAY + HOUR)
    the_look(opens + DAY + 2 * HOUR)
    assert unread_by(clara) == 1


def test_the_end_of_the_review_is_told_to_its_committee_with_what_is_undecided(
    cycle, riverside_contest, riverside, hillside, clara, martin, ines, the_look
) -> None:
    elsewhere = person("Hugo", RoleName.COMMITTEE, district=hillside)
    propose(riverside_contest)
    Phase.objects.filter(cycle=cycle, stage="presenting").delete()
    closes = cycle.window(Stage.REVIEWING).closes
    mails = the_look(closes - 2 * DAY)
    assert sorted(mail["To"] for mail in mails) == [clara.email, martin.email]
    assert unread_by(elsewhere) == 0
    [mail] = to(mails, martin.email)
    assert "“Reviewing” closes on" in str(mail["Subject"])
    assert "Riverside: 6 proposals wait for a decision" in text_of(mail)


def test_where_the_shortlist_follows_at_once_the_committee_hears_of_the_end_and_clerks_of_what_opens(
    cycle, riverside_contest, clara, martin, the_look
) -> None:
    propose(riverside_contest)
    mails = the_look(cycle.window(Stage.REVIEWING).closes - 2 * DAY)
    assert {mail["To"]: "“Reviewing” closes" in str(mail["Subject"]) for mail in mails} == {
        clara.email: False,
        martin.email: True,
    }
    assert len(mails) == 2
    assert all("6 proposals wait for a decision" in text_of(mail) for mail in mails)


def test_each_committee_of_the_round_hears_of_its_review(
    cycle, riverside_contest, hillside_contest, hillside, martin, clara, the_look
) -> None:
    mona = person("Mona", RoleName.COMMITTEE, district=hillside)
    mails = the_look(cycle.window(Stage.REVIEWING).opens - DAY)
    assert sorted(mail["To"] for mail in mails) == sorted([clara.email, martin.email, mona.email])


def test_key_holders_and_the_council_hear_of_the_vote_and_of_nothing_before(
    voting, cycle, clara, ines, otto, rosa, the_look
) -> None:
    closes = Phase.objects.get(cycle=cycle, stage="voting").closes
    assert to(the_look(cycle.window(Stage.REVIEWING).opens - DAY), otto.email) == []
    assert sorted(mail["To"] for mail in the_look(closes - DAY)) == [clara.email, ines.email, otto.email]


def test_before_results_are_public_it_says_what_is_not_counted(voting, cycle, clara, the_look) -> None:
    opens = cycle.window(Stage.RESULTS).opens
    [mail] = to(the_look(opens - DAY), clara.email)
    assert "the ballot box is not opened" in text_of(mail)
    assert "Riverside: the ballots are not counted" in text_of(mail)


def test_a_district_without_a_committee_is_told_of_before_the_review(cycle, riverside_contest, clara, the_look) -> None:
    [mail] = the_look(cycle.window(Stage.REVIEWING).opens - DAY)
    assert "Riverside: nobody is on its committee" in text_of(mail)


def test_whose_role_is_over_by_the_morning_hears_nothing(cycle, clara, opens, told, the_look) -> None:
    night = (opens - 2 * DAY).replace(hour=23)
    assert the_look(night) == []
    Role.objects.filter(user=clara).delete()
    assert told(night + 9 * HOUR) == []


def test_a_city_that_is_set_up_late_hears_nothing_of_what_is_over(cycle, clara, the_look) -> None:
    assert the_look(cycle.window(Stage.DELIVERING).opens + 30 * DAY) == []
    assert not Happening.objects.exists()


def test_in_their_language(cycle, riverside_contest, clara, opens, the_look) -> None:
    User.objects.filter(pk=clara.pk).update(language="fr")
    [mail] = the_look(opens - 2 * DAY)
    assert "« Vote » ouvre le dimanche 4 avril" in str(mail["Subject"])
    assert "le bulletin de vote n’est pas figé" in text_of(mail)
