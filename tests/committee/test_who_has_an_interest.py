"""Who has an interest takes no part: they say so, or another does and the chair settles it; then others step in."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.models import AuditEvent
from budgeting.people import RoleName
from budgeting.stages import Stage
from committee import challenging, motions, standing_in
from committee.at_the_desk import Desk
from committee.members import entitled, entitled_each, people_of, steps_in_for
from committee.models import Challenge, Committee, Office, Recusal, Referral
from committee.recusing import recuse
from front.waiting import waits_for
from lib.refusal import Refused
from proposals.models import Proposal
from tests.cast import person, signed_in
from tests.databases import refused_by_the_database
from tests.keeping import kept
from tests.papers import words_on

SHORTLIST = {"outcome": "shortlist", "reason": "The quay belongs to the city."}
SECRET = "Her brother-in-law owns the quay"


@kept
def chaired(proposal: Proposal, three: tuple[User, ...]) -> Committee:
    """Martin chairs Riverside's committee, Mira is his deputy."""
    committee = Committee.objects.create(cycle=proposal.cycle, district=proposal.contest.district)
    for rank, member in enumerate(three[:2]):
        Office.objects.create(committee=committee, member=member, rank=rank)
    return committee


@pytest.fixture
def address(proposal: Proposal) -> str:
    return f"{proposal.get_absolute_url()}challenges/"


def said(proposal: Proposal, member: User, by: User, at) -> Challenge:
    return challenging.challenge(proposal, member.pk, by=by, at=at, interest="property", in_confidence=SECRET)


# Their own word ------------------------------------------------------------------------------------------------------


def test_whoever_supports_it_is_shown_one_button(proposal, three, now, at) -> None:
    page = f"{proposal.get_absolute_url()}decision/"
    assert "You support this proposal in public" not in words_on(signed_in(three[0]).get(page))
    at("proposing")
    proposal.endorse(by=three[0], at=at("proposing"))
    at("reviewing")
    answer = signed_in(three[0]).get(page)
    assert "You support this proposal in public" in words_on(answer)
    assert '<input type="hidden" name="interest" value="support">' in answer.text
    signed_in(three[0]).post(f"{proposal.get_absolute_url()}recusal/", {"interest": "support"})
    assert Recusal.objects.get().interest == "support"


def test_who_is_recused_sees_nothing_anywhere(proposal, three, now) -> None:
    motions.move(proposal, by=three[0], at=now, **SHORTLIST)
    recuse(proposal, by=three[1], at=now, interest="family")
    browser, page = signed_in(three[1]), proposal.get_absolute_url()
    for closed in (f"{page}decision/", f"{page}challenges/"):
        assert browser.get(closed).status_code == 403
    assert f"{page}decision/" not in browser.get(page).text
    assert proposal.title not in words_on(browser.get("/desk/"))
    assert [each for each in waits_for(three[1], now) if proposal.title in each.words] == []
    assert "quay belongs" not in browser.get("/me/data.json").text


# Another's word ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["milan", "clara"])
def test_the_chair_settles_a_challenge_of_a_member_or_a_clerk(
    chaired, proposal, address, three, now, by, request
) -> None:
    challenger = signed_in(request.getfixturevalue(by))
    typed = {"member": three[1].pk, "interest": "property", "in_confidence": SECRET}
    assert challenger.post(address, typed).status_code == 302
    assert SECRET not in challenger.get(address).text
    assert SECRET not in signed_in(three[1]).get(f"{proposal.get_absolute_url()}decision/").text
    chair = signed_in(three[0])
    assert SECRET in chair.get(address).text
    assert "Mira is said to have an interest" in words_on(chair.get("/desk/"))
    made = Challenge.objects.get()
    assert chair.post(f"{address}{made.pk}/", {"upheld": "yes"}).status_code == 302
    assert Recusal.objects.get().member == three[1]
    done = AuditEvent.objects.get(action="challenge settled")
    assert (done.actor, done.facts) == (three[0], {"member": three[1].pk, "interest": "property", "upheld": True})
    assert SECRET not in str([(event.object, event.facts) for event in AuditEvent.objects.all()])


def test_a_challenge_that_is_turned_down_leaves_them_in(chaired, proposal, address, three, now) -> None:
    made = said(proposal, three[1], three[2], now)
    signed_in(three[0]).post(f"{address}{made.pk}/", {"upheld": "no"})
    assert not Recusal.objects.exists()
    with pytest.raises(Refused, match="settled already"):
        challenging.settle_challenge(made, upheld=True, by=three[0], at=now)


def test_who_is_challenged_reads_of_what_kind_and_no_more(chaired, proposal, three, now) -> None:
    said(proposal, three[1], three[2], now)
    page = signed_in(three[1]).get(f"{proposal.get_absolute_url()}decision/")
    assert "Somebody says that you have an interest in this: Property" in words_on(page)
    assert "owns the quay" not in page.text
    assert "owns the quay" not in signed_in(three[1]).get("/me/data.json").text


def test_a_deputy_settles_it_where_the_chair_is_concerned(chaired, proposal, address, three, now) -> None:
    made = said(proposal, three[0], three[2], now)
    assert challenging.who_settles(made) == [three[1]]
    for concerned in (three[0], three[2]):
        assert signed_in(concerned).post(f"{address}{made.pk}/", {"upheld": "no"}).status_code == 403
        with pytest.raises(Refused, match="chairs"):
            challenging.settle_challenge(made, upheld=False, by=concerned, at=now)
    signed_in(three[1]).post(f"{address}{made.pk}/", {"upheld": "yes"})
    assert Recusal.objects.get().member == three[0]


def test_without_a_chair_another_member_settles_it_and_at_last_a_clerk(proposal, three, clara, now) -> None:
    made = said(proposal, three[0], three[1], now)
    assert challenging.who_settles(made) == [three[2]]
    three[2].roles.all().delete()
    assert challenging.who_settles(made) == [clara]


@pytest.mark.parametrize("who", ["rosa", "tomas", "ines", "otto"])
def test_nobody_else_challenges(proposal, address, three, now, who, request) -> None:
    user = request.getfixturevalue(who)
    assert signed_in(user).get(address).status_code == 403
    with pytest.raises(Refused):
        said(proposal, three[0], user, now)


def test_what_cannot_be_challenged_is_said(proposal, address, three, rosa, now, at) -> None:
    for member, by, sentence in (
        (three[0], three[0], "Of an interest of your own"),
        (rosa, three[0], "no part"),
    ):
        with pytest.raises(Refused, match=sentence):
            said(proposal, member, by, now)
    said(proposal, three[1], three[0], now)
    answer = signed_in(three[2]).post(address, {"member": three[1].pk, "interest": "work", "in_confidence": "Typed."})
    assert answer.status_code == 422
    assert "challenged already" in words_on(answer)
    assert "Typed.</textarea>" in answer.text
    with pytest.raises(Refused, match="not open"):
        said(proposal, three[2], three[0], at("presenting"))


# Too few are left ----------------------------------------------------------------------------------------------------


def test_others_step_in_in_the_citys_order_each_on_record(proposal, three, ines, cycle, hillside, now) -> None:
    helga = person("Helga", RoleName.COMMITTEE, district=hillside)
    Committee.objects.create(cycle=cycle, quorum=2, steps_in=["all", "council"])
    recuse(proposal, by=three[0], at=now, interest="work")
    assert not Referral.objects.exists(), "two are enough"
    recuse(proposal, by=three[1], at=now, interest="work")
    assert [(each.step, each.remaining, each.quorum) for each in Referral.objects.all()] == [("all", 1, 2)]
    recuse(proposal, by=helga, at=now, interest="family")
    assert [each.step for each in Referral.objects.all()] == ["all", "council"]
    steps = AuditEvent.objects.filter(action="others step in")
    assert [entry.facts["who"] for entry in steps] == ["all", "council"]
    motion = motions.move(proposal, by=three[2], at=now, **SHORTLIST)
    motions.vote(motion, "for", by=ines, at=now)
    motion.refresh_from_db()
    assert motion.resolution.entitled == 2


def test_who_steps_in_finds_it_on_the_desk_and_looks_at_it_alone(proposal, submitted, rosa, three, ines, now) -> None:
    other = submitted(rosa, title="Swings")
    page = f"{proposal.get_absolute_url()}decision/"
    assert signed_in(ines).get(page).status_code == 403
    for member in three:
        recuse(proposal, by=member, at=now, interest="work")
    assert "1 member was left" in words_on(signed_in(ines).get(page))
    assert signed_in(ines).get(f"{other.get_absolute_url()}decision/").status_code == 403
    desk = Desk(ines, now)
    assert (desk.contests, list(desk.to_decide)) == ([proposal.contest], [proposal])
    assert [each.path for each in waits_for(ines, now)] == [page]


def test_the_deputies_of_other_committees_step_in_as_long_as_they_hold_the_role(
    proposal, three, cycle, hillside, now
) -> None:
    names = ("Hanna", "Helga", "Heidi", "Hugo")
    hanna, helga, heidi, hugo = (person(name, RoleName.COMMITTEE, district=hillside) for name in names)
    theirs = Committee.objects.create(cycle=cycle, district=hillside)
    for rank, member in enumerate((hanna, helga, heidi)):
        Office.objects.create(committee=theirs, member=member, rank=rank)
    Committee.objects.create(cycle=cycle, quorum=1, steps_in=["deputies"])
    for member in three:
        recuse(proposal, by=member, at=now, interest="work")
    motion = motions.move(proposal, by=helga, at=now, **SHORTLIST)
    motions.vote(motion, "for", by=heidi, at=now)
    assert motions.tally(motion).quorum == 2, "one alone is none, whatever number is set"
    assert motion.resolution.entitled == 2
    for stranger in (hanna, hugo):
        assert signed_in(stranger).get(f"{proposal.get_absolute_url()}decision/").status_code == 403


@pytest.mark.parametrize("step", ["deputies", "all", "council"])
def test_who_has_stepped_in_finds_exactly_that(
    proposal, submitted, rosa, three, cycle, hillside, ines, now, step
) -> None:
    """Asked for one person on all proposals, the answer is that which each proposal gives on all people."""
    hanna, helga = (person(name, RoleName.COMMITTEE, district=hillside) for name in ("Hanna", "Helga"))
    far = person("Ingrid", RoleName.COUNCIL, district=hillside)
    theirs, own = Committee.objects.create(cycle=cycle, district=hillside), Committee.objects.create(cycle=cycle)
    for committee, member, rank in ((theirs, hanna, 0), (theirs, helga, 1), (own, three[0], 1)):
        Office.objects.create(committee=committee, member=member, rank=rank)
    submitted(rosa, title="Swings")
    Referral.objects.create(proposal=proposal, step=step, at=now, remaining=0, quorum=1)
    called = {each.pk for each in people_of(step, cycle, proposal.contest.district)}
    found = {each.pk for each in User.objects.all() if [proposal.pk] == [row["proposal"] for row in steps_in_for(each)]}
    assert found == called
    assert far.pk not in called
    assert called
    assert entitled_each([proposal])[proposal.pk].keys() == {each.pk for each in entitled(proposal)}


def test_more_who_stepped_in_and_more_challenges_take_no_more_statements(submitted, rosa, three, ines, now) -> None:
    def statements() -> list[int]:
        counted = []
        for person_asking in (ines, three[0]):
            with CaptureQueriesContext(connection) as asked:
                list(steps_in_for(User.objects.get(pk=person_asking.pk)))
                assert Desk(User.objects.get(pk=person_asking.pk), now).challenges is not None
            counted.append(len(asked))
        return counted

    def more() -> None:
        each = submitted(rosa)
        Referral.objects.create(proposal=each, step="council", at=now, remaining=0, quorum=1)
        challenging.challenge(each, three[1].pk, by=three[2], at=now, interest="work")

    more()
    few = statements()
    for _ in range(4):
        more()
    assert statements() == few
    assert len(Desk(three[0], now).challenges) == 5


@pytest.mark.long
def test_a_challenge_is_in_the_mail_of_the_day_of_whoever_settles_it(proposal, three, now) -> None:
    challenging.challenge(proposal, three[1].pk, by=three[2], at=now, interest="work")
    [told] = [each for each in waits_for(three[0], now) if "interest" in each.words]
    assert told.words == f"Mira is said to have an interest in “{proposal.title}”"
    assert signed_in(three[0]).get(told.path).status_code == 200
    for other in three[1:]:
        assert not [each for each in waits_for(other, now) if "interest" in each.words]


def test_one_of_several_who_is_left_does_not_decide_alone(proposal, three, ines, now) -> None:
    for member in three[:2]:
        recuse(proposal, by=member, at=now, interest="work")
    motion = motions.move(proposal, by=three[2], at=now, **SHORTLIST)
    assert motion.settled_at is None
    assert Referral.objects.get(step="council").remaining == 1


def test_for_what_the_only_member_wrote_others_step_in_by_themselves(submitted, martin, ines, now) -> None:
    mine = submitted(martin)
    assert list(Desk(ines, now).to_decide) == []
    standing_in.complete_all(now)
    assert list(Desk(ines, now).to_decide) == [mine]


# In public -----------------------------------------------------------------------------------------------------------


def test_who_took_no_part_is_public_with_the_decisions(client, proposal, three, cycle, now, monkeypatch) -> None:
    for member in three:
        recuse(proposal, by=member, at=now, interest="work")
    addresses = ("/2027/committee/", proposal.get_absolute_url())
    for address in addresses:
        assert "Employer or business" not in words_on(client.get(address))
    opens = cycle.window(Stage.REVIEWING).closes
    monkeypatch.setattr("lib.clock.now", lambda: opens)
    for address in addresses:
        assert "Employer or business" in words_on(client.get(address))
    assert "Where others decided with them" in words_on(client.get("/2027/committee/"))


# The database --------------------------------------------------------------------------------------------------------


def test_the_database_takes_no_vote_of_who_is_recused_nor_after_it_is_over(proposal, three, now) -> None:
    motion = motions.move(proposal, by=three[0], at=now, **SHORTLIST)
    recuse(proposal, by=three[1], at=now, interest="work")
    vote = "INSERT INTO committee_motionvote (salt, motion_id, member_id, choice, at) VALUES ('', %s, %s, 'for', now())"
    assert "recused has no vote" in refused_by_the_database(vote, motion.pk, three[1].pk)
    motions.vote(motion, "for", by=three[2], at=now)
    assert "is over" in refused_by_the_database("UPDATE committee_motionvote SET choice = 'against'")
    assert "stays" in refused_by_the_database("DELETE FROM committee_motionvote")
    for change in ("UPDATE committee_resolution SET in_favour = 3", "DELETE FROM committee_resolution"):
        assert "a resolution stays" in refused_by_the_database(change)
    assert "duplicate key" in refused_by_the_database(
        "INSERT INTO committee_resolution (motion_id, at, entitled, quorum, in_favour, against, abstained,"
        " by_the_chair, void) SELECT motion_id, at, entitled, quorum, in_favour, against, abstained, by_the_chair, ''"
        " FROM committee_resolution"
    )


@pytest.mark.parametrize("table", ["recusal", "referral"])
def test_what_was_left_and_who_stepped_in_stays(proposal, three, now, table) -> None:
    for member in three:
        recuse(proposal, by=member, at=now, interest="work")
    for change in (f"DELETE FROM committee_{table}", f"UPDATE committee_{table} SET at = now()"):
        assert "may only be added to" in refused_by_the_database(change)
