"""Whoever wrote a proposal, or takes no part in it, has no word in its review by another role they hold."""

from datetime import timedelta

import pytest

from accounts.models import Role, User
from budgeting.people import RoleName
from committee import assigning, challenging, handling, motions
from committee.asking import ask
from committee.at_the_desk import Desk
from committee.challenging import challenge, who_settles
from committee.models import Assignment, Challenge
from committee.opinions import answered_by, in_hand_of
from committee.recusing import recuse
from front.waiting import waits_for
from lib.refusal import Refused
from proposals.models import Proposal
from tests.cast import signed_in
from tests.keeping import kept
from tests.papers import words_on

DAY = timedelta(days=1)
WORK, MINE, ON = "/desk/2027/work/", "/me/work/", "/me/work/handing-on/"
SHORTLIST = {"outcome": "shortlist", "reason": "The quay belongs to the city."}


@kept
def recused(proposal: Proposal, three: tuple[User, ...], now) -> User:
    recuse(proposal, by=three[2], at=now, interest="work")
    return three[2]


def member_too(user: User, proposal: Proposal, now, *, is_recused: bool = True) -> User:
    """They sit on the committee as well, and take no part in it."""
    Role.objects.create(user=user, kind=RoleName.COMMITTEE, district=proposal.contest.district)
    user = User.objects.get(pk=user.pk)
    if is_recused:
        recuse(proposal, by=user, at=now, interest="work")
    return user


def resolve(proposal: Proposal, three: tuple[User, ...], now) -> None:
    motion = motions.move(proposal, by=three[0], at=now, **SHORTLIST)
    motions.vote(motion, "for", by=three[1], at=now)
    assert hasattr(motions.Motion.objects.get(), "resolution")


# Who prepares it -----------------------------------------------------------------------------------------------------


def test_who_takes_no_part_gives_it_to_nobody(proposal, recused, three, now) -> None:
    browser = signed_in(recused)
    assert proposal.title not in words_on(browser.get(WORK))
    for to in (three[1].pk, "by-load"):
        browser.post(WORK, {"proposals": [proposal.pk], "to": to})
    for give in (
        lambda: assigning.assign([proposal], three[1], by=recused, at=now, due=None),
        lambda: assigning.balance([proposal], by=recused, at=now, due=None),
    ):
        with pytest.raises(Refused, match="You wrote these, or take no part in them: 1"):
            give()
    assert not Assignment.objects.exists()


@pytest.mark.parametrize("is_author", [True, False])
def test_nor_takes_it_from_who_has_it(submitted, rosa, three, clara, now, is_author) -> None:
    proposal = submitted(three[2] if is_author else rosa)
    if not is_author:
        recuse(proposal, by=three[2], at=now, interest="work")
    assigning.assign([proposal], three[0], by=clara, at=now, due=None)
    given, browser = Assignment.objects.get(), signed_in(three[2])
    assert browser.get(f"{MINE}{given.pk}/").status_code == 403
    said = {"to": three[1].pk, "reason": "You know the quay.", "so": ""}
    browser.post(f"{MINE}{given.pk}/", said)
    browser.post(ON, {"assignments": [given.pk], **said})
    with pytest.raises(Refused, match="You wrote these, or take no part in them"):
        assigning.end([given], by=three[2], at=now, reason="So.")
    assert Assignment.objects.standing().get().member == three[0]


def test_who_is_no_member_any_more_hands_nothing_on(proposal, three, clara, now) -> None:
    assigning.assign([proposal], three[0], by=clara, at=now, due=None)
    three[0].roles.all().delete()
    former = User.objects.get(pk=three[0].pk)
    signed_in(former).post(
        ON, {"assignments": [Assignment.objects.get().pk], "to": three[1].pk, "reason": "So.", "so": ""}
    )
    with pytest.raises(Refused, match="Martin takes no part in these: 1"):
        assigning.hand_on([Assignment.objects.get()], three[1], by=former, at=now, reason="So.")
    assert Assignment.objects.get().member == former
    assigning.end([Assignment.objects.get()], by=former, at=now, reason="My term is over.")
    assert not Assignment.objects.standing().exists(), "to give it back is theirs"


# What has been resolved ----------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_clerk_cannot_tell_by_what_was_given_back(proposal, three, clara, now) -> None:
    assigning.assign([proposal], three[0], by=clara, at=now, due=None)
    assigning.end(list(Assignment.objects.all()), by=three[0], at=now, reason="I am away.")
    desk = signed_in(clara)
    before = words_on(desk.get("/desk/")), [each.words for each in waits_for(clara, now)]
    assert "I am away." in before[0]
    resolve(proposal, three, now)
    assert (words_on(desk.get("/desk/")), [each.words for each in waits_for(clara, now)]) == before


def test_a_member_finds_it_on_the_desk_until_it_is_resolved(proposal, three, now) -> None:
    assigning.assign([proposal], three[0], by=three[1], at=now, due=None)
    assigning.end(list(Assignment.objects.all()), by=three[0], at=now, reason="I am away.")
    assert Desk(three[1], now).given_back
    resolve(proposal, three, now)
    assert not Desk(three[1], now).given_back


def test_who_takes_no_part_by_now_reads_nothing_of_what_was_given_back(proposal, three, now) -> None:
    assigning.assign([proposal], three[0], by=three[2], at=now, due=None)
    assigning.end(list(Assignment.objects.all()), by=three[0], at=now, reason="I am away.")
    recuse(proposal, by=three[2], at=now, interest="work")
    assert not Desk(three[2], now).given_back


def test_a_former_member_cannot_tell_by_what_was_theirs(proposal, three, clara, now) -> None:
    assigning.assign([proposal], three[2], by=clara, at=now, due=None)
    browser = signed_in(three[2])
    assert "0 of 1 decided on." in words_on(browser.get(MINE))
    three[2].roles.all().delete()
    before = words_on(browser.get(MINE))
    assert "0 of 0 decided on." in before
    resolve(proposal, three, now)
    assert words_on(browser.get(MINE)) == before


# Challenges ----------------------------------------------------------------------------------------------------------


def test_a_clerk_who_takes_no_part_challenges_nobody(proposal, three, clara, now) -> None:
    clerk = member_too(clara, proposal, now)
    said = {"member": three[1].pk, "interest": "work", "in_confidence": "His cousin."}
    assert signed_in(clerk).post(f"{proposal.get_absolute_url()}challenges/", said).status_code == 403
    with pytest.raises(Refused, match="You take no part in this proposal"):
        challenge(proposal, three[1].pk, by=clerk, at=now, interest="work")
    assert not Challenge.objects.exists()


def test_nor_settles_one_where_no_member_is_left(proposal, three, clara, now) -> None:
    clerk = member_too(clara, proposal, now)
    recuse(proposal, by=three[2], at=now, interest="work")
    made = challenge(proposal, three[1].pk, by=three[0], at=now, interest="work", in_confidence="His cousin.")
    assert clerk.pk not in {one.pk for one in who_settles(made)}
    with pytest.raises(Refused):
        challenging.settle_challenge(made, upheld=True, by=clerk, at=now)


# Departments ---------------------------------------------------------------------------------------------------------


def test_a_department_answers_by_nobody_who_takes_no_part(proposal, three, roads, dora, now) -> None:
    [opinion] = ask([proposal], roads, by=three[0], at=now, question="Is the ground firm?", due=now + DAY)
    both = member_too(dora, proposal, now, is_recused=False)
    assert in_hand_of(both, now).exists()
    recuse(proposal, by=both, at=now, interest="work")
    assert not in_hand_of(both, now).exists()
    browser = signed_in(both)
    assert browser.get(f"/me/department/{opinion.pk}/").status_code == 404
    assert "ground" not in words_on(browser.get("/me/department/"))
    with pytest.raises(Refused, match="You take no part in this proposal"):
        handling.answer(opinion, by=both, at=now, verdict="feasible", words="It is.")


def test_nor_reads_what_it_has_answered(proposal, three, roads, dora, now) -> None:
    [opinion] = ask([proposal], roads, by=three[0], at=now, question="Is the ground firm?", due=now + DAY)
    handling.answer(opinion, by=dora, at=now, verdict="not", words="A pelican sinks.")
    assert answered_by(dora, now).exists()
    both = member_too(dora, proposal, now)
    assert not answered_by(both, now).exists()
    assert signed_in(both).get(f"/me/department/{opinion.pk}/").status_code == 404
