"""What waits for a member of a committee, on the desk."""

from datetime import timedelta
from functools import partial

import pytest
from django.template import Context, Template

from accounts.models import User
from budgeting.stages import Stage
from committee import motions
from committee.recusing import recuse
from front.still_missing import still_missing


def shown(rf, user: User) -> str:
    request = rf.get("/")
    request.user = user
    return Template("{% load committee %}{% to_decide %}").render(Context({"request": request}))


def test_the_committees_desk_lists_what_waits_the_longest_first(rf, submitted, rosa, martin, hillside_contest, at):
    latest, longest, done = (submitted(rosa, title=title) for title in ("Slide", "Bench", "Swing"))
    waiting_since = latest.submitted_at - timedelta(days=1)
    type(longest).objects.filter(pk=longest.pk).update(submitted_at=waiting_since)
    submitted(rosa, contest=hillside_contest, title="Far away", latitude=None, longitude=None)
    submitted(martin, title="My own")
    done.decide(by=martin, at=at("reviewing"), outcome="reject", reason="No")
    page = shown(rf, martin)
    assert page.index("Bench") < page.index("Slide")
    for absent in ("Swing", "Far away", "My own"):
        assert absent not in page


@pytest.mark.parametrize(("who", "stage"), [("rosa", "reviewing"), ("clara", "reviewing"), ("martin", "proposing")])
def test_nothing_waits_for_those_who_cannot_decide(rf, proposal, at, who, stage, request):
    at(stage)
    assert "A playground" not in shown(rf, request.getfixturevalue(who))


@pytest.mark.long
def test_what_is_put_to_the_vote_waits_for_those_who_have_not_voted(rf, submitted, rosa, three, now) -> None:
    slide, bench = submitted(rosa, title="Slide"), submitted(rosa, title="Bench")
    motions.move(slide, by=three[0], at=now, outcome="reject", reason="No room.")
    assert "Put to the vote, and you have not voted" not in shown(rf, three[0])
    page = shown(rf, three[1])
    assert page.index("have not voted") < page.index("Slide") < page.index("to decide on") < page.index("Bench")
    recuse(bench, by=three[1], at=now, interest="work")
    assert "Bench" not in shown(rf, three[1])
    motions.vote(slide.motions.get(), "for", by=three[1], at=now)
    assert "Slide" not in shown(rf, three[2]), "decided, if not public yet"


def test_what_is_decided_and_not_public_yet_is_not_missing_before_the_review_ends(submitted, rosa, three, cycle, now):
    slide, _bench = submitted(rosa, title="Slide"), submitted(rosa, title="Bench")
    motions.move(slide, by=three[0], at=now, outcome="reject", reason="No room.")
    missing = partial(still_missing, cycle, Stage.REVIEWING, now, before_its_end=True)
    assert missing() == ["Riverside: 2 proposals wait for a decision"]
    motions.vote(slide.motions.get(), "for", by=three[1], at=now)
    assert missing() == ["Riverside: 1 proposal waits for a decision"]
