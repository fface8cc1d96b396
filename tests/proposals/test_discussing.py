import pytest
from django.db import IntegrityError, transaction

from accounts.visitors import Visitor
from audit.models import AuditEvent
from lib.refusal import Refused
from proposals.models import Comment, Hiding


def test_tomas_comments_and_rosa_answers_him(proposal, rosa, tomas, at):
    now = at("proposing")
    question = proposal.comment(by=tomas, at=now, text="Is there shade?")
    answer = proposal.comment(by=rosa, at=now, text="Under the plane trees.", parent=question)
    assert answer.parent == question
    assert not question.official


def test_a_reply_to_a_reply_joins_the_same_thread(proposal, rosa, tomas, at):
    now = at("proposing")
    question = proposal.comment(by=tomas, at=now, text="Is there shade?")
    answer = proposal.comment(by=rosa, at=now, text="Under the plane trees.", parent=question)
    assert proposal.comment(by=tomas, at=now, text="Good.", parent=answer).parent == question


@pytest.mark.parametrize("who", ["clara", "martin"])
def test_staff_and_committee_answer_officially(proposal, at, who, request):
    assert proposal.comment(by=request.getfixturevalue(who), at=at("reviewing"), text="We shall look at it.").official


def test_a_reply_stays_with_its_proposal(submitted, rosa, tomas, at):
    one, other = submitted(rosa), submitted(rosa)
    comment = one.comment(by=tomas, at=at("proposing"), text="Hello")
    with pytest.raises(Refused, match="another proposal"):
        other.comment(by=tomas, at=at("proposing"), text="Hello again", parent=comment)


@pytest.mark.parametrize("stage", ["preparing", "voting", "counting", "results"])
def test_the_discussion_rests_while_people_vote(proposal, tomas, at, stage):
    with pytest.raises(Refused, match="closed"):
        proposal.comment(by=tomas, at=at(stage), text="Vote for it!")


def test_visitors_and_blanks_say_nothing(proposal, tomas, at):
    with pytest.raises(Refused, match="Sign in"):
        proposal.comment(by=Visitor(), at=at("proposing"), text="Hello")
    with pytest.raises(Refused, match="Write your comment"):
        proposal.comment(by=tomas, at=at("proposing"), text=" \n ")
    with pytest.raises(Refused, match="4,000"):
        proposal.comment(by=tomas, at=at("proposing"), text="a" * 4001)
    assert not Comment.objects.exists()


def test_nobody_comments_on_a_draft(draft, tomas, at):
    with pytest.raises(Refused):
        draft.comment(by=tomas, at=at("proposing"), text="What is this?")


def test_a_report_is_settled_when_a_clerk_hides_the_comment(proposal, rosa, tomas, clara, at):
    now = at("proposing")
    comment = proposal.comment(by=tomas, at=now, text="You fools.")
    comment.report(by=rosa, at=now, reason="Insulting")
    comment.report(by=rosa, at=now, reason="Very insulting")
    assert comment.complaints.get().reason == "Very insulting"
    comment.hide(by=clara, at=now, reason="Insults people.")
    assert comment.hiding.reason == "Insults people."
    assert comment.complaints.get().settled_by == clara
    assert AuditEvent.objects.get().action == "hidden"
    with pytest.raises(Refused, match="already"):
        comment.hide(by=clara, at=now, reason="Again")
    assert AuditEvent.objects.count() == 1


def test_a_clerk_may_keep_a_reported_comment(proposal, rosa, tomas, clara, at):
    comment = proposal.comment(by=tomas, at=at("proposing"), text="I do not like it.")
    comment.report(by=rosa, at=at("proposing"), reason="He does not like it")
    comment.keep(by=clara, at=at("proposing"))
    assert comment.complaints.get().settled_at
    assert not Hiding.objects.exists()
    with pytest.raises(Refused, match="already"):
        comment.keep(by=clara, at=at("proposing"))


@pytest.mark.parametrize("who", ["rosa", "tomas", "martin", "ines", "otto"])
def test_only_clerks_moderate(proposal, tomas, at, who, request):
    comment = proposal.comment(by=tomas, at=at("proposing"), text="Hello")
    for verb in (
        lambda by: comment.hide(by=by, at=at("proposing"), reason="Why not"),
        lambda by: comment.keep(by=by, at=at("proposing")),
    ):
        with pytest.raises(Refused, match="Only a clerk"):
            verb(request.getfixturevalue(who))


def test_nothing_is_hidden_without_a_reason(proposal, tomas, clara, at):
    comment = proposal.comment(by=tomas, at=at("proposing"), text="Hello")
    with pytest.raises(Refused, match="reason"):
        comment.hide(by=clara, at=at("proposing"), reason=" ")
    with pytest.raises(IntegrityError, match="a_hiding_has_a_reason"), transaction.atomic():
        Hiding.objects.create(proposal=proposal, comment=comment, by=clara, at=at("proposing"), why="other")
