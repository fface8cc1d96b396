import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from accounts.visitors import Visitor
from proposals.models import Comment, Hiding
from proposals.rules import Refused


def test_tomas_comments_and_rosa_answers_him(proposal, rosa, tomas, at):
    now = at("proposing")
    question = proposal.comment(tomas, now, "Is there shade?")
    answer = proposal.comment(rosa, now, "Under the plane trees.", parent=question)
    assert answer.parent == question
    assert not question.official


def test_a_reply_to_a_reply_joins_the_same_thread(proposal, rosa, tomas, at):
    now = at("proposing")
    question = proposal.comment(tomas, now, "Is there shade?")
    answer = proposal.comment(rosa, now, "Under the plane trees.", parent=question)
    assert proposal.comment(tomas, now, "Good.", parent=answer).parent == question


@pytest.mark.parametrize("who", ["clara", "martin"])
def test_staff_and_committee_answer_officially(proposal, at, who, request):
    assert proposal.comment(request.getfixturevalue(who), at("reviewing"), "We shall look at it.").official


def test_a_reply_stays_with_its_proposal(submitted, rosa, tomas, at):
    one, other = submitted(rosa), submitted(rosa)
    comment = one.comment(tomas, at("proposing"), "Hello")
    with pytest.raises(Refused, match="another proposal"):
        other.comment(tomas, at("proposing"), "Hello again", parent=comment)


@pytest.mark.parametrize("stage", ["preparing", "voting", "counting", "results"])
def test_the_discussion_rests_while_people_vote(proposal, tomas, at, stage):
    with pytest.raises(Refused, match="closed"):
        proposal.comment(tomas, at(stage), "Vote for it!")


def test_visitors_and_blanks_say_nothing(proposal, tomas, at):
    with pytest.raises(Refused, match="Sign in"):
        proposal.comment(Visitor(), at("proposing"), "Hello")
    with pytest.raises(Refused, match="Write your comment"):
        proposal.comment(tomas, at("proposing"), " \n ")
    with pytest.raises(Refused, match="4,000"):
        proposal.comment(tomas, at("proposing"), "a" * 4001)
    assert not Comment.objects.exists()


def test_nobody_comments_on_a_draft(draft, tomas, at):
    with pytest.raises(Refused):
        draft.comment(tomas, at("proposing"), "What is this?")


def test_a_report_is_settled_when_a_clerk_hides_the_comment(proposal, rosa, tomas, clara, at):
    now = at("proposing")
    comment = proposal.comment(tomas, now, "You fools.")
    comment.report(rosa, now, "Insulting")
    comment.report(rosa, now, "Very insulting")
    assert comment.reports.get().reason == "Very insulting"
    comment.hide(clara, now, "Insults people.")
    assert comment.hiding.reason == "Insults people."
    assert comment.reports.get().settled_by == clara
    assert AuditEvent.objects.get().action == "comment hidden"
    with pytest.raises(Refused, match="already"):
        comment.hide(clara, now, "Again")
    assert AuditEvent.objects.count() == 1


def test_a_clerk_may_keep_a_reported_comment(proposal, rosa, tomas, clara, at):
    comment = proposal.comment(tomas, at("proposing"), "I do not like it.")
    comment.report(rosa, at("proposing"), "He does not like it")
    comment.keep(clara, at("proposing"))
    assert comment.reports.get().settled_at
    assert not Hiding.objects.exists()
    with pytest.raises(Refused, match="already"):
        comment.keep(clara, at("proposing"))


@pytest.mark.parametrize("who", ["rosa", "tomas", "martin", "ines", "otto"])
def test_only_clerks_moderate(proposal, tomas, at, who, request):
    comment = proposal.comment(tomas, at("proposing"), "Hello")
    for verb in (lambda by: comment.hide(by, at("proposing"), "Why not"), lambda by: comment.keep(by, at("proposing"))):
        with pytest.raises(Refused, match="Only a clerk"):
            verb(request.getfixturevalue(who))


def test_nothing_is_hidden_without_a_reason(proposal, tomas, clara, at):
    comment = proposal.comment(tomas, at("proposing"), "Hello")
    with pytest.raises(Refused, match="reason"):
        comment.hide(clara, at("proposing"), " ")
    with pytest.raises(IntegrityError, match="a_hiding_has_a_reason"), transaction.atomic():
        Hiding.objects.create(comment=comment, by=clara, at=at("proposing"), reason="")
