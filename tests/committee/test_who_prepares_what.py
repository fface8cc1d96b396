"""Work is given out by hand or by load, many at once, handed on and given back; each member has a list of their own."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEvent
from budgeting.models import Cycle
from committee import assigning, motions
from committee.at_the_desk import Desk
from committee.models import Assignment
from committee.recusing import recuse
from lib.refusal import Refused
from tests.cast import middle_of, signed_in
from tests.keeping import kept
from tests.papers import words_on

DAY = timedelta(days=1)
WORK, MINE = "/desk/2027/work/", "/me/work/"


@kept
def five(submitted, rosa) -> list:
    return [submitted(rosa, title=title) for title in ("Bench", "Slide", "Swing", "Tree", "Well")]


def whose() -> dict[int, str]:
    standing = Assignment.objects.standing().select_related("member", "proposal")
    return {each.proposal.number: each.member.name for each in standing}


def test_a_clerk_gives_several_to_one_member_on_one_page(five, three, clara, now) -> None:
    chosen = [five[0].pk, five[2].pk]
    typed = {"proposals": chosen, "to": three[1].pk, "due_0": "2027-02-25", "due_1": "17:00"}
    answer = signed_in(clara).post(WORK, typed, follow=True)
    assert "2 proposals were given out." in words_on(answer)
    assert whose() == {five[0].number: "Mira", five[2].number: "Mira"}
    assert "1. Bench" in words_on(signed_in(three[1]).get(MINE))
    assert "Slide" not in words_on(signed_in(three[1]).get(MINE))
    assert AuditEvent.objects.filter(action="assigned").count() == 2


def test_by_load_each_goes_to_whoever_has_the_least_and_the_reason_says_so(five, three, clara, now) -> None:
    assigning.assign(five[:2], three[0], by=clara, at=now, due=None)
    answer = signed_in(clara).post(WORK, {"proposals": [each.pk for each in five], "to": "by-load"}, follow=True)
    assert "3 proposals were given out." in words_on(answer)
    assert sorted(whose().values()) == ["Martin", "Martin", "Milan", "Milan", "Mira"]
    assert "(The least to do: 0)" in words_on(answer)


def test_what_too_few_support_is_left_out_before_it_costs_work(five, tomas, clara, now) -> None:
    five[3].endorse(by=tomas, at=middle_of("proposing"))
    assert "1 supporter" not in words_on(signed_in(clara).get(WORK)), "whose support does not count"
    Cycle.objects.update(supporters="any")
    everything = words_on(signed_in(clara).get(WORK))
    assert "5. Well" in everything
    assert "1 supporter" in everything
    supported = words_on(signed_in(clara).get(f"{WORK}?support=1"))
    assert "4. Tree" in supported
    assert "5. Well" not in supported
    assert "No proposal fits." in words_on(signed_in(clara).get(f"{WORK}?support=2"))


def test_nobody_is_given_what_they_take_no_part_in(five, three, clara, now) -> None:
    recuse(five[0], by=three[0], at=now, interest="work")
    with pytest.raises(Refused, match=r"Martin takes no part in these: 1\."):
        assigning.assign(five, three[0], by=clara, at=now, due=None)
    assert not Assignment.objects.exists(), "all or none"
    assigning.balance(five, by=clara, at=now, due=None)
    assert whose()[1] != "Martin"


def test_who_is_recused_has_it_no_longer(five, three, clara, now) -> None:
    assigning.assign(five[:1], three[0], by=clara, at=now, due=None)
    recuse(five[0], by=three[0], at=now, interest="family")
    assert whose() == {}
    assert Assignment.objects.get().ended_reason


def test_what_is_given_to_one_waits_on_nobody_elses_desk(five, three, clara, now) -> None:
    assigning.assign(five[:1], three[0], by=clara, at=now, due=now + DAY)
    seen = [{each.title for each in Desk(member, now).to_decide} for member in three]
    assert "Bench" in seen[0]
    assert "Bench" not in seen[1] | seen[2]
    assert "Slide" in seen[1]
    motions.move(five[0], by=three[0], at=now, outcome="reject", reason="No room.")
    assert five[0] in [motion.proposal for motion in Desk(three[1], now).motions], "but all vote"


def test_it_is_handed_on_or_given_back_with_a_reason(five, three, clara, now) -> None:
    assigning.assign(five[:2], three[0], by=clara, at=now, due=now + DAY)
    first, second = Assignment.objects.standing()
    browser = signed_in(three[0])
    answer = browser.post(f"{MINE}{first.pk}/", {"reason": "", "to": three[1].pk})
    assert answer.status_code == 422
    browser.post(f"{MINE}{first.pk}/", {"reason": "You know the quay.", "to": three[1].pk})
    browser.post(f"{MINE}{second.pk}/", {"reason": "I am away.", "to": ""})
    assert whose() == {first.proposal.number: "Mira"}
    kept = Assignment.objects.standing().get()
    assert (kept.reason, kept.due) == ("You know the quay.", now + DAY)
    assert browser.get(f"{MINE}{second.pk}/").status_code == 404, "ended"


def test_my_list_says_how_much_is_done_and_what_is_overdue(five, three, clara, now) -> None:
    assigning.assign(five[:2], three[0], by=clara, at=now, due=now - DAY)
    motions.move(five[0], by=three[0], at=now, outcome="reject", reason="No room.")
    motions.vote(five[0].motions.get(), "for", by=three[1], at=now)
    page = words_on(signed_in(three[0]).get(MINE))
    assert "1 of 2 decided on." in page
    assert "1 is overdue." in page
    assert "Slide" in page
    assert "Bench" not in page
    assert "Slide" not in words_on(signed_in(three[0]).get(f"{MINE}?q=bench"))


@pytest.mark.parametrize("who", ["rosa", "tomas", "ines", "otto"])
def test_others_give_out_nothing(five, three, now, who, request) -> None:
    browser = signed_in(request.getfixturevalue(who))
    typed = {"proposals": [five[0].pk], "to": three[0].pk}
    assert browser.get(WORK).status_code == 403
    assert browser.post(WORK, typed).status_code == 403
    assigning.assign(five[:1], three[0], by=three[0], at=now, due=None)
    standing = Assignment.objects.standing().get()
    assert browser.post(f"{MINE}{standing.pk}/", {"reason": "Mine."}).status_code == 403
    assert Assignment.objects.standing().count() == 1


def test_what_was_typed_stays_where_it_is_refused(five, three, clara, now) -> None:
    answer = signed_in(clara).post(WORK, {"proposals": [five[0].pk], "to": "nobody"})
    assert answer.status_code == 422
    assert re.search(rf'value="{five[0].pk}"\s+checked', answer.text)
    assert signed_in(clara).post(WORK, {"to": "by-load"}).status_code == 422


@pytest.mark.long
def test_300_of_them_take_no_more_statements_than_3(submitted, rosa, three, clara, now) -> None:
    def statements() -> list[int]:
        counted = []
        for browser, address in (
            (signed_in(three[0]), MINE),
            (signed_in(clara), WORK),
            (signed_in(three[0]), "/desk/"),
        ):
            browser.get(address)
            with CaptureQueriesContext(connection) as asked:
                browser.get(address)
            counted.append(len(asked))
        return counted

    assigning.assign([submitted(rosa) for _ in range(3)], three[0], by=clara, at=now, due=now)
    few = statements()
    assigning.assign([submitted(rosa) for _ in range(12)], three[0], by=clara, at=now, due=now)
    assert statements() == few
