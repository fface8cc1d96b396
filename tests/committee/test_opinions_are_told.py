"""A department hears what it was handed, by the bell and in the mail of the day; whoever asked hears what came back."""

from datetime import timedelta

import pytest

from accounts.models import Role, User
from budgeting.people import RoleName
from committee import departments, handling
from committee.asking import ask
from committee.models import Department
from committee.recusing import recuse
from front import desk_today
from notices.kinds import Kind
from notices.models import Notice
from tests.cast import person
from tests.keeping import kept
from tests.told import text_of, to

DAY = timedelta(days=1)


@kept
def seven(at):
    """The hour of the digests."""
    return at("reviewing").replace(hour=6, minute=0)


@kept
def opinion(proposal, roads, three, seven):
    return ask([proposal], roads, by=three[0], at=seven - DAY, question="Is it firm?", due=seven + DAY)[0]


def heard(kind: Kind) -> list[str]:
    return sorted(Notice.objects.filter(happening__kind=kind).values_list("reader__name", flat=True))


def test_the_people_of_a_department_find_it_under_the_bell(opinion, roads, dora, clara, told, seven) -> None:
    person("Nobody's", RoleName.DEPARTMENT)
    told(seven)
    assert heard(Kind.OPINION_ASKED) == ["Dora"]


@pytest.mark.long
def test_the_mail_of_the_day_has_it_before_the_date_and_after(opinion, dora, told, seven, monkeypatch) -> None:
    for moment, words in ((seven, "until"), (seven + 2 * DAY, "overdue")):
        with monkeypatch.context() as patch:
            patch.setattr("lib.clock.now", lambda moment=moment: moment)
            desk_today.look(moment)
        mails = [mail for mail in to(told(moment), dora.email) if "at the desk" in str(mail["Subject"])]
        assert len(mails) == 1
        assert "Roads: the opinion on" in text_of(mails[0])
        assert words in text_of(mails[0])


def test_another_department_hears_what_is_handed_on_and_the_first_hears_nothing_more(
    opinion, roads, dora, clara, told, seven
) -> None:
    pavel = person("Pavel", RoleName.DEPARTMENT)
    parks = departments.set_up(Department(), by=clara, name="Parks", people=[pavel.pk], hands_to=[])
    departments.set_up(roads, by=clara, name="Roads", people=[dora.pk], hands_to=[parks.pk])
    handling.forward([opinion], parks, by=dora, at=seven, reason="It is a lawn.")
    told(seven)
    assert heard(Kind.OPINION_ASKED) == ["Pavel"], "it is Dora's no longer when she would be told"


def test_whoever_asked_hears_of_the_answer_and_no_other_member(opinion, dora, told, seven) -> None:
    handling.answer(opinion, by=dora, at=seven - DAY / 2, verdict="feasible", words="A secret.")
    mails = told(seven)
    assert heard(Kind.OPINION_BACK) == ["Martin"]
    assert not any("A secret." in text_of(mail) for mail in mails)


def test_a_member_who_takes_no_part_any_more_hears_nothing(opinion, proposal, dora, three, told, seven) -> None:
    recuse(proposal, by=three[0], at=seven - DAY / 2, interest="work")
    handling.give_back([opinion], by=dora, at=seven, reason="Not ours.")
    told(seven)
    assert heard(Kind.OPINION_BACK) == []


def test_whose_role_has_ended_hears_nothing(opinion, dora, told, seven) -> None:
    Role.objects.filter(user=dora).delete()
    assert not User.objects.get(pk=dora.pk).is_department
    told(seven)
    assert heard(Kind.OPINION_ASKED) == []
