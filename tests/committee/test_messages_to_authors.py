"""The committee writes to an author, who answers on the site; nobody else reads it, and it stays."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.closing import close
from accounts.models import Role, User
from audit.models import AuditEvent
from budgeting import registry
from budgeting.people import RoleName
from committee import messaging
from committee.at_the_desk import Desk
from committee.leaving import LEAVING
from committee.models import Message
from committee.recusing import recuse
from front.waiting import waits_for
from lib.refusal import Refused
from proposals.models import Proposal
from tests.cast import person, signed_in
from tests.databases import refused_by_the_database
from tests.keeping import kept
from tests.papers import words_on
from tests.told import text_of, to

ASKED, ANSWERED = "Would a place beside the school do as well?", "Yes, and it has more shade."


@pytest.fixture
def address(proposal: Proposal) -> str:
    return f"{proposal.get_absolute_url()}messages/"


@pytest.fixture
def mine(proposal: Proposal) -> str:
    return f"/me/messages/{proposal.pk}/"


@kept
def asked(proposal: Proposal, three, now) -> Message:
    return messaging.write_to_author(proposal, by=three[0], at=now, text=ASKED)


@kept
def answered(asked: Message, proposal: Proposal, rosa: User, now) -> Message:
    return messaging.answer(proposal, by=rosa, at=now, text=ANSWERED)


@pytest.mark.parametrize("who", ["martin", "clara"])
def test_the_author_is_told_at_once_and_answers_on_the_site(
    proposal, address, mine, three, rosa, now, told, request, who
) -> None:
    writer = request.getfixturevalue(who)
    answer = signed_in(writer).post(address, {"text": ASKED}, follow=True)
    assert "on its way to the author" in words_on(answer)
    [mail] = [mail for mail in to(told(now), rosa.email) if "message" in mail["Subject"]]
    said = " ".join(text_of(mail).split())
    assert f"{writer.name} writes to you for the committee" in said
    assert ASKED in said
    assert mine in said
    assert writer.email not in said
    browser = signed_in(rosa)
    page = browser.get(mine)
    assert ASKED in words_on(page)
    assert f"{writer.name}, for the committee" in words_on(page)
    assert writer.email not in page.text
    assert f'href="{mine}"' in browser.get("/me/").text
    assert f'href="{mine}"' in browser.get(proposal.get_absolute_url()).text
    browser.post(mine, {"text": ANSWERED})
    page = signed_in(three[1]).get(f"{proposal.get_absolute_url()}decision/")
    assert ANSWERED in words_on(page)
    assert rosa.email not in page.text


@pytest.mark.long
def test_an_answer_waits_on_the_desk_and_in_the_mail_until_one_of_them_has_read_it(
    answered, address, proposal, three, clara, rosa, now
) -> None:
    messaging.answer(proposal, by=rosa, at=now, text="And a fountain.")
    for member in three:
        assert list(Desk(member, now).answers) == [answered], "once, since the first"
        assert f"Read what the author of “{proposal.title}” answered" in [each.words for each in waits_for(member, now)]
        assert "Answers of authors to read" in words_on(signed_in(member).get("/desk/"))
    assert not Desk(clara, now).answers, "she has written nothing there"
    assert "Not read yet" in words_on(signed_in(three[1]).get(address))
    signed_in(three[1]).post(f"{address}read/")
    assert not Desk(three[0], now).answers
    assert set(Message.objects.filter(is_authors=True).values_list("read_by", flat=True)) == {three[1].pk}
    assert "read by Mira" in words_on(signed_in(three[0]).get(address))


def test_it_waits_for_the_clerk_who_asked_and_writing_again_has_read_it(proposal, clara, rosa, three, now) -> None:
    messaging.write_to_author(proposal, by=clara, at=now, text=ASKED)
    messaging.answer(proposal, by=rosa, at=now, text=ANSWERED)
    assert Desk(clara, now).answers
    messaging.write_to_author(proposal, by=clara, at=now, text="Thank you.")
    assert not Desk(clara, now).answers
    assert not Desk(three[0], now).answers


@pytest.mark.sampled(2)
@pytest.mark.parametrize("who", ["tomas", "ines", "otto", "elsewhere", "recused"])
def test_nobody_else_reads_or_writes_it(answered, proposal, address, mine, three, hillside, now, who, request) -> None:
    if who == "recused":
        recuse(proposal, by=three[2], at=now, interest="work")
        other = three[2]
    else:
        other = person("Hanna", "committee", district=hillside) if who == "elsewhere" else request.getfixturevalue(who)
    browser = signed_in(other)
    for page in (address, f"{proposal.get_absolute_url()}decision/"):
        assert browser.get(page).status_code == 403
    refused = browser.post(address, {"text": "What is said here?"})
    assert refused.status_code == 403
    assert "What is said here?" in words_on(refused), "nothing typed is lost"
    assert browser.post(f"{address}read/").status_code == 403
    assert browser.get(mine).status_code == browser.post(mine, {"text": "I am not Rosa."}).status_code == 404
    assert ANSWERED not in refused.text
    assert Message.objects.count() == 2
    assert not [each for each in waits_for(other, now) if "answered" in each.words]


def test_a_clerk_who_is_recused_as_a_member_reads_nothing_of_it(answered, proposal, address, three, now) -> None:
    Role.objects.create(user=three[2], kind=RoleName.CLERK)
    assert signed_in(three[2]).get(address).status_code == 200
    recuse(proposal, by=User.objects.get(pk=three[2].pk), at=now, interest="work")
    assert signed_in(three[2]).get(address).status_code == 403
    assert messaging.cannot_write([proposal], by=User.objects.get(pk=three[2].pk)) == [proposal]


def test_nobody_is_written_to_who_has_no_account_any_more(answered, proposal, rosa, three, mine, now) -> None:
    assert LEAVING in registry.leavings()
    close(rosa, at=now)
    proposal = Proposal.objects.get(pk=proposal.pk)
    with pytest.raises(Refused, match="no author to write to"):
        messaging.write_to_author(proposal, by=three[0], at=now, text=ASKED)
    assert messaging.cannot_write([proposal], by=three[0]) == [proposal]


def test_a_member_does_not_write_to_themselves(submitted, martin, three, now) -> None:
    with pytest.raises(Refused, match="your own"):
        messaging.write_to_author(submitted(martin), by=martin, at=now, text=ASKED)


def test_an_author_answers_and_does_not_begin(proposal, mine, rosa, tomas, now) -> None:
    assert signed_in(rosa).get(mine).status_code == 404
    with pytest.raises(Refused, match="Nobody of the committee has written"):
        messaging.answer(proposal, by=rosa, at=now, text=ANSWERED)
    with pytest.raises(Refused, match="Only its author"):
        messaging.answer(proposal, by=tomas, at=now, text=ANSWERED)


def test_it_is_not_endless(asked, proposal, three, rosa, mine, now) -> None:
    for _ in range(9):
        messaging.write_to_author(proposal, by=three[1], at=now, text=ASKED)
    with pytest.raises(Refused, match="10 messages about"):
        messaging.write_to_author(proposal, by=three[0], at=now, text=ASKED)
    messaging.write_to_author(proposal, by=three[0], at=now + timedelta(days=1, minutes=1), text=ASKED)
    for _ in range(20):
        messaging.answer(proposal, by=rosa, at=now, text=ANSWERED)
    refused = signed_in(rosa).post(mine, {"text": "One more."})
    assert refused.status_code == 422
    assert "One more." in refused.text


def test_the_log_has_a_digest_and_names_no_proposal(answered) -> None:
    entries = AuditEvent.objects.filter(action="message written")
    assert [each.object for each in entries] == [f"committee.message:{each.pk}" for each in Message.objects.all()]
    assert entries.last().facts == {"digest": answered.digest}


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM committee_message",
        "UPDATE committee_message SET text = 'x'",
        "UPDATE committee_message SET at = now()",
    ],
)
def test_it_stays(answered, change) -> None:
    assert "a message stays" in refused_by_the_database(change)


def test_that_it_was_read_is_said_once_and_not_by_its_author(answered, proposal, three, rosa, now) -> None:
    said = f"UPDATE committee_message SET read_at = now(), read_by_id = {rosa.pk} WHERE is_authors"
    assert "a_committee_reads_what_an_author_writes" in refused_by_the_database(said)
    messaging.read(proposal, by=three[0], at=now)
    assert "a message stays" in refused_by_the_database(said.replace(str(rosa.pk), str(three[1].pk)))


@pytest.mark.long
def test_more_of_them_take_no_more_statements(answered, proposal, submitted, rosa, three, address, mine, now) -> None:
    def statements() -> list[int]:
        counted = []
        for who, page in ((three[0], address), (rosa, mine), (rosa, "/me/"), (three[0], "/me/to-do/answers/")):
            browser = signed_in(who)
            browser.get(page)
            with CaptureQueriesContext(connection) as asked:
                browser.get(page)
            counted.append(len(asked))
        return counted

    few = statements()
    for _ in range(3):
        messaging.answer(proposal, by=rosa, at=now, text=ANSWERED)
        other = submitted(rosa)
        messaging.write_to_author(other, by=three[0], at=now, text=ASKED)
        messaging.answer(other, by=rosa, at=now, text=ANSWERED)
    assert statements() == few
