"""A mail that comes back is noted and told in words; an address of no use is given up until its owner is seen."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from notices import coming_back, marks
from notices.bounces import read
from notices.kinds import Kind, Way
from notices.models import Choice, Mail, Notice, Returned, Undelivered
from proposals.models import Proposal
from tests.cast import drafted, middle_of, signed_in
from tests.notices.came_back import sample, sent
from tests.papers import words_on
from tests.told import to

DAY = timedelta(days=1)


@pytest.fixture
def now(at, db) -> datetime:
    return at("reviewing")


@pytest.fixture
def mail(now) -> Mail:
    """One that its server took."""
    return sent(now)


@pytest.fixture
def proposal(rosa, riverside_contest, now, told) -> Proposal:
    """Rosa's, of which she has been told that it is there."""
    found = drafted(rosa, riverside_contest)
    found.submit(by=rosa, at=middle_of("proposing"))
    told(middle_of("proposing").replace(hour=9))
    return found


# What becomes of it ---------------------------------------------------------------------------------------------------


def comes_back(mail: Mail, now: datetime, server: str = "postfix") -> bool:
    found = read(sample(server, mail.message_id))
    assert found is not None
    return coming_back.note(found, at=now)


def test_a_clerk_reads_it_in_words_on_the_desk_and_throws_it_away(mail, now, clara) -> None:
    assert comes_back(mail, now)
    browser = signed_in(clara)
    told = words_on(browser.get("/desk/"))
    assert "1 mail was taken by its server and came back later." in told
    assert "This mailbox does not exist." in told
    assert "User unknown in virtual mailbox table" in told
    assert "Send again" not in told, "its words are gone"
    User.objects.filter(pk=clara.pk).update(language="fr")
    assert "Cette boîte aux lettres n’existe pas." in words_on(browser.get("/desk/", headers={"accept-language": "fr"}))
    browser.post(f"/desk/mail/{mail.pk}/give-up/")
    assert not Mail.objects.exists()


def test_all_that_came_back_is_thrown_away_and_what_was_refused_stays(mail, now, clara) -> None:
    refused = sent(now)
    Mail.objects.filter(pk=refused.pk).update(sent_at=None, content=b"x", failed_at=now)
    comes_back(mail, now)
    comes_back(sent(now), now)
    signed_in(clara).post("/desk/mail/give-up/", {"bounced": ""})
    assert list(Mail.objects.all()) == [refused]


def test_what_a_server_says_is_one_line_that_a_database_keeps(mail, now) -> None:
    said = sample("postfix", mail.message_id, **{"User unknown": "Nul \x00 \u202e bell \x07 " + "x" * 2000})
    found = read(said)
    assert found is not None
    assert found.said.isprintable()
    assert coming_back.note(found, at=now)
    mail.refresh_from_db()
    assert "Nul" in mail.failure


def test_it_is_noted_once(mail, now, rosa) -> None:
    for _again in range(5):
        assert comes_back(mail, now)
    assert Returned.objects.get().mails == 1


def test_of_a_mail_that_was_not_sent_or_is_forgotten_nothing_comes_back(mail, now, rosa) -> None:
    Mail.objects.update(sent_at=None, content=b"x")
    assert not comes_back(mail, now)
    Mail.objects.all().delete()
    assert not comes_back(mail, now)
    assert not Returned.objects.exists()
    assert not Undelivered.objects.exists()


def test_the_database_lets_nothing_come_back_that_was_not_sent(mail, now) -> None:
    with pytest.raises(IntegrityError, match="what_comes_back_was_sent"), transaction.atomic():
        Mail.objects.update(sent_at=None, content=b"x", bounced_at=now)


def test_what_leaves_no_row_is_counted_once_and_not_named(now, clara) -> None:
    message_id = marks.new_message_id(leaves_no_row=True)
    found = read(sample("postfix", message_id))
    assert found is not None
    for _again in range(3):
        assert coming_back.note(found, at=now)
    assert Undelivered.since(now) == 1
    assert not Returned.objects.exists()
    assert "1 mail of which nothing is kept" in words_on(signed_in(clara).get("/desk/"))


# An address that is of no use -----------------------------------------------------------------------------------------


@pytest.fixture
def given_up(rosa, now) -> User:
    """Rosa, from whose address three mails came back."""
    for _one in range(3):
        comes_back(sent(now), now)
    return rosa


@pytest.fixture
def followed(proposal: Proposal, tomas, now) -> datetime:
    """Somebody comments on what Rosa has written; the morning of it."""
    Choice.make(proposal.author_id, Kind.COMMENTED, Way.AT_ONCE)
    proposal.comment(by=tomas, at=now.replace(hour=9), text="When?")
    return now.replace(hour=9)


def test_after_three_nothing_is_sent_but_it_stands_under_the_bell(given_up, followed, told) -> None:
    assert to(told(followed), given_up.email) == []
    assert Notice.objects.filter(reader=given_up, on_the_site=True).exists()


def test_after_two_it_is(rosa, followed, now, told) -> None:
    for _one in range(2):
        comes_back(sent(now), now)
    assert len(to(told(followed), rosa.email)) == 1


def test_what_concerns_a_right_goes_all_the_same(given_up, proposal, martin, now, told) -> None:
    proposal.decide(by=martin, at=now, outcome="return", reason="Say who looks after it.")
    assert len(to(told(now.replace(hour=9)), given_up.email)) == 1


def test_full_mailboxes_and_refusals_give_no_address_up(rosa, followed, now, told) -> None:
    for _one in range(4):
        comes_back(sent(now), now, "exim")
    assert len(to(told(followed), rosa.email)) == 1


def test_whoever_signs_in_is_written_to_again(given_up, followed, told) -> None:
    signed_in(given_up)
    assert not Returned.objects.exists()
    assert len(to(told(followed), given_up.email)) == 1


def test_whoever_changes_the_address_is_too(given_up, followed, told) -> None:
    User.objects.filter(pk=given_up.pk).update(email="rosa@new.example")
    given_up.emailaddress_set.update(email="rosa@new.example")
    assert len(to(told(followed), "rosa@new.example")) == 1


def test_the_desk_says_that_an_address_is_given_up_and_half_a_year_later_it_is_tried_again(
    given_up, clara, now
) -> None:
    said = "only what concerns a right goes to this address"
    assert said in words_on(signed_in(clara).get("/desk/"))
    assert Returned.forget_old(now + 179 * DAY) == 0
    assert Returned.forget_old(now + 181 * DAY) == 1


# The way there --------------------------------------------------------------------------------------------------------


def test_a_mail_goes_out_with_the_address_to_which_it_comes_back(proposal, rosa, followed, told, settings, mail_server):
    settings.MAIL_BOUNCES = "bounces+*@city.example"
    [mail] = to(told(followed), rosa.email)
    letter = mail_server.received[-1]
    assert letter.mail_from == f"bounces+{mail['Message-ID'].strip('<>').partition('@')[0]}@city.example"
    assert mail["From"] == "Halverne <budget@city.example>", "what people read stays the city's"


def test_a_reminder_to_vote_says_of_itself_that_it_leaves_no_row(now) -> None:
    mark, kept = (marks.mark_in(marks.new_message_id(leaves_no_row=each)) for each in (True, False))
    assert (marks.leaves_no_row(mark or ""), marks.leaves_no_row(kept or "")) == (True, False)
    assert not marks.is_ours("0" * 40)
