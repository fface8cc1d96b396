import pytest

from proposals.models import Comment, Hiding
from tests.cast import enrol


def test_tomas_comments_and_his_words_are_on_the_page(client, proposal, tomas, at):
    at("proposing")
    client.force_login(tomas)
    answer = client.post(f"{proposal.get_absolute_url()}comments/", {"text": "Is there shade?"})
    assert answer["Location"].endswith("#discussion")
    assert "Is there shade?" in client.get(proposal.get_absolute_url()).text


def test_a_session_that_ended_loses_no_word(client, proposal, at):
    at("proposing")
    answer = client.post(f"{proposal.get_absolute_url()}comments/", {"text": "Half an hour's work"})
    assert answer.status_code == 422
    assert "Sign in to comment." in answer.text
    assert "Half an hour&#x27;s work</textarea>" in answer.text
    assert not Comment.objects.exists()


def test_an_answer_that_is_too_long_comes_back_under_its_comment(client, proposal, rosa, tomas, at):
    comment = proposal.comment(by=tomas, at=at("proposing"), text="Is there shade?")
    client.force_login(rosa)
    page = client.post(f"{proposal.get_absolute_url()}comments/", {"text": "a" * 4001, "parent": comment.pk}).text
    assert "longer than 4,000" in page
    assert '<details class="reply" open>' in page
    assert page.count("a" * 4001) == 1


def test_a_reply_to_another_proposals_comment_is_not_found(client, submitted, rosa, tomas, at):
    one, other = submitted(rosa), submitted(rosa)
    comment = one.comment(by=tomas, at=at("proposing"), text="Hello")
    client.force_login(rosa)
    answer = client.post(f"{other.get_absolute_url()}comments/", {"text": "Hi", "parent": comment.pk})
    assert answer.status_code == 404


def test_the_official_answer_is_marked(client, proposal, martin, tomas, at):
    proposal.comment(by=tomas, at=at("proposing"), text="Will it flood?")
    assert "Official answer" not in client.get(proposal.get_absolute_url()).text
    proposal.comment(by=martin, at=at("proposing"), text="The engineers say no.")
    assert "Official answer" in client.get(proposal.get_absolute_url()).text


def test_a_hidden_comment_leaves_its_reason_and_not_its_text(client, proposal, tomas, clara, at):
    comment = proposal.comment(by=tomas, at=at("proposing"), text="You fools.")
    client.force_login(clara)
    client.post(
        f"{proposal.get_absolute_url()}comments/{comment.pk}/hiding/", {"why": "other", "reason": "Insults people."}
    )
    client.logout()
    page = client.get(proposal.get_absolute_url()).text
    assert "Insults people." in page
    assert "You fools." not in page


@pytest.mark.parametrize(("who", "status"), [("rosa", 403), ("martin", 403), ("ines", 403), ("clara", 302)])
def test_only_a_clerk_hides(client, proposal, tomas, at, who, status, request):
    comment = proposal.comment(by=tomas, at=at("proposing"), text="Hello")
    client.force_login(request.getfixturevalue(who))
    address = f"{proposal.get_absolute_url()}comments/{comment.pk}/hiding/"
    assert client.post(address, {"why": "other", "reason": "Why not"}).status_code == status
    assert Hiding.objects.exists() == (status == 302)


def test_a_report_reaches_the_clerk_who_keeps_the_comment(client, proposal, rosa, tomas, clara, at):
    comment = proposal.comment(by=tomas, at=at("proposing"), text="I do not like it.")
    client.force_login(rosa)
    client.post(f"{proposal.get_absolute_url()}comments/{comment.pk}/report/", {"reason": "Too negative"})
    client.force_login(clara)
    address = f"{proposal.get_absolute_url()}comments/{comment.pk}/hiding/"
    assert "Too negative" in client.get(address).text
    client.post(address, {"keep": "1"})
    assert comment.complaints.get().settled_by == clara
    assert not Hiding.objects.exists()


def test_tomas_supports_with_one_button_and_takes_it_back(client, proposal, tomas, at, cycle, riverside):
    at("proposing")
    enrol(tomas, cycle, riverside)
    client.force_login(tomas)
    address = f"{proposal.get_absolute_url()}endorsement/"
    client.post(address)
    assert "and you are one of them" in client.get(proposal.get_absolute_url()).text
    part = client.post(address, {"undo": "1"}, headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div id="support"')
    assert "I support this" in part
    assert not proposal.endorsements.exists()


def test_the_button_is_not_there_when_support_is_not_collected(client, proposal, tomas, at):
    at("voting")
    client.force_login(tomas)
    page = client.get(proposal.get_absolute_url()).text
    assert "I support this" not in page
    assert "The discussion is closed at this stage." in page
    client.post(f"{proposal.get_absolute_url()}endorsement/")
    assert not proposal.endorsements.exists()
    part = client.post(f"{proposal.get_absolute_url()}endorsement/", headers={"HX-Request": "true"}).text
    assert "I support this" not in part
