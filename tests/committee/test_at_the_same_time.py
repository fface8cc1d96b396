"""Two members at once, a role that ends and a vote that closes while a form is open: one clear state, one sentence."""

from datetime import datetime, timedelta
from threading import Event

import pytest
from django.db import transaction

from accounts.models import User
from audit.models import AuditEvent
from committee import assigning, motions, publishing
from committee.models import Assignment, Motion, MotionVote, Recusal, Resolution
from committee.noting import note
from committee.recusing import recuse
from lib.refusal import Refused
from proposals.models import Proposal
from tests.at_once import at_once
from tests.cast import signed_in
from tests.papers import words_on

SHORTLIST = {"outcome": "shortlist", "reason": "The quay belongs to the city."}


@pytest.mark.django_db(transaction=True)
def test_two_who_vote_at_once_settle_it_once(proposal: Proposal, three: tuple[User, ...], now) -> None:
    motion = motions.move(proposal, by=three[0], at=now, **SHORTLIST)
    said = at_once(
        *(
            lambda member=member: motions.vote(Motion.objects.get(pk=motion.pk), "for", by=member, at=now)
            for member in three[1:]
        )
    )
    assert said == ["This vote of the committee is over.", "done"]
    assert Resolution.objects.get().in_favour == 2
    assert AuditEvent.objects.filter(action="motion settled").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_put_it_to_the_vote_at_once_leave_one_motion(proposal: Proposal, three: tuple[User, ...], now) -> None:
    said = at_once(
        *(
            lambda member=member: motions.move(Proposal.objects.get(pk=proposal.pk), by=member, at=now, **SHORTLIST)
            for member in three[:2]
        )
    )
    assert said == ["Something is put to the vote on it already.", "done"]
    assert Motion.objects.count() == MotionVote.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_votes_and_leaves_at_once_is_out_whichever_came_first(proposal: Proposal, three, now) -> None:
    motion = motions.move(proposal, by=three[0], at=now, **SHORTLIST)
    said = at_once(
        lambda: motions.vote(Motion.objects.get(pk=motion.pk), "against", by=three[1], at=now),
        lambda: recuse(Proposal.objects.get(pk=proposal.pk), by=three[1], at=now, interest="work"),
    )
    assert "done" in said
    assert Recusal.objects.get().member == three[1]
    assert motions.tally(motion).against == 0


@pytest.mark.django_db(transaction=True)
def test_two_who_hand_the_same_work_on_at_once_leave_it_with_one(
    proposal: Proposal, three: tuple[User, ...], now
) -> None:
    assigning.assign([proposal], three[0], by=three[0], at=now, due=None)
    given = Assignment.objects.get()
    said = at_once(
        lambda: assigning.hand_on([given], three[1], by=three[0], at=now, reason="You know the quay."),
        lambda: assigning.hand_on([given], three[2], by=three[1], at=now, reason="Martin is away."),
    )
    assert said == ["Number 1 is no longer Martin’s to prepare.", "done"]
    assert Assignment.objects.standing().count() == 1
    assert AuditEvent.objects.filter(action="assignment ended").count() == 1


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_who_acts_while_decisions_are_published_waits_for_them_and_not_they_for_each_other(
    submitted, rosa, three, now, monkeypatch
) -> None:
    """A verb holds its proposal, then writes in the log; who publishes many has to lock in the same order."""
    many = [submitted(rosa, title=title) for title in ("Bench", "Slide")]
    for each in many:
        motion = motions.move(each, by=three[0], at=now, **SHORTLIST)
        motions.vote(motion, "for", by=three[1], at=now)
    has_one, has_two = Event(), Event()
    publish = publishing.publish

    def one_by_one(resolution: Resolution, *, at: datetime) -> None:
        publish(resolution, at=at)
        has_one.set()
        has_two.wait(1)

    def notes() -> None:
        has_one.wait(5)
        with transaction.atomic():
            found = Proposal.objects.get(pk=many[1].pk)
            found.hold()
            has_two.set()
            note(found, by=three[0], at=now, text="It slides.")

    monkeypatch.setattr(publishing, "publish", one_by_one)
    closes = many[0].cycle.decisions_open
    assert at_once(lambda: publishing.publish_due(closes), notes) == ["done", "done"]
    assert not Resolution.objects.waiting().exists()


def test_a_role_that_ends_while_the_form_is_open(proposal: Proposal, three: tuple[User, ...], now) -> None:
    browser, page = signed_in(three[1]), f"{proposal.get_absolute_url()}decision/"
    motions.move(proposal, by=three[0], at=now, **SHORTLIST)
    assert browser.get(page).status_code == 200
    three[1].roles.all().delete()
    assert browser.post(f"{page}vote/", {"choice": "for"}).status_code == 403
    assert MotionVote.objects.count() == 1
    with pytest.raises(Refused, match="Only the district's committee decides"):
        motions.vote(Motion.objects.get(), "for", by=User.objects.get(pk=three[1].pk), at=now)


def test_a_vote_that_closes_while_the_form_is_open(
    proposal: Proposal, three: tuple[User, ...], now, monkeypatch
) -> None:
    browser, page = signed_in(three[1]), f"{proposal.get_absolute_url()}decision/"
    motion = motions.move(proposal, by=three[0], at=now, **SHORTLIST)
    assert browser.get(page).status_code == 200
    monkeypatch.setattr("lib.clock.now", lambda: motion.closes + timedelta(seconds=1))
    answer = browser.post(f"{page}vote/", {"choice": "for"}, follow=True)
    assert "This vote of the committee is over." in words_on(answer)
    motions.settle_what_has_closed(motion.closes + timedelta(seconds=1))  # as the worker does each minute
    motion.refresh_from_db()
    assert MotionVote.objects.count() == 1
    assert motion.settled_at == motion.closes + timedelta(seconds=1)
    assert not Resolution.objects.exists()
