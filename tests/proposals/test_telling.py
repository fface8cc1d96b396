"""Who hears what of a proposal, how, and when: by the mails that a real server takes (finding R13)."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from budgeting.people import RoleName
from notices import kinds, spreading
from notices.kinds import Kind, Way, telling_of
from notices.models import Choice, Follow, Happening, Notice
from notices.models.happening import unread_by
from notices.spreading import spread
from proposals.models import Comment, Proposal
from tests.cast import person, signed_in
from tests.keeping import kept
from tests.papers import words_on
from tests.told import text_of, to

REASON = "Say who looks after it."
HOUR = timedelta(hours=1)


@kept
def lena(db) -> User:
    """Somebody who follows what others do."""
    return person("Lena")


@pytest.fixture
def morning(at) -> datetime:
    """Of a day on which proposals are reviewed, at ten."""
    return at("reviewing").replace(hour=9, minute=0)


def returned(proposal: Proposal, martin: User, moment: datetime) -> None:
    proposal.decide(by=martin, at=moment, outcome="return", reason=REASON)


def test_r13_an_author_is_told_at_once_that_a_correction_is_asked_and_why(proposal, rosa, martin, morning, told):
    told(morning)
    returned(proposal, martin, morning)
    [mail] = told(morning)
    assert mail["To"] == rosa.email
    assert mail["Subject"] == f"Please correct: {proposal.title}"
    assert REASON in text_of(mail)
    assert f"{proposal.get_absolute_url()}" in text_of(mail)
    assert mail["List-Unsubscribe"] is None, "it cannot be switched off"


def test_who_asked_for_a_correction_is_told_at_once_that_it_was_made(proposal, rosa, martin, lena, morning, told):
    for each in (martin, lena):
        Follow.begin(proposal, by=each, at=morning)
    returned(proposal, martin, morning)
    told(morning)
    proposal.edit(by=rosa, at=morning + HOUR, summary="The school looks after it.")
    [mail] = told(morning + HOUR)
    assert (mail["To"], mail["Subject"]) == (martin.email, f"Corrected: {proposal.title}")
    assert REASON in text_of(mail)
    assert f"{proposal.get_absolute_url()}history/" in text_of(mail)
    mails = told(morning + 23 * HOUR)
    assert to(mails, martin.email) == [], "and not of a change as well"
    [mail] = to(mails, lena.email)
    assert f"Changed: {proposal.title}" in text_of(mail)


@pytest.mark.long
def test_a_digest_names_thirty_things_and_numbers_the_others(proposal, tomas, lena, morning, told) -> None:
    Follow.begin(proposal, by=lena, at=morning)
    for number in range(30):
        proposal.comment(by=tomas, at=morning, text=f"The {number}th.")
    told(morning)
    for number in range(30, 32):
        proposal.comment(by=tomas, at=morning + 2 * HOUR, text=f"The {number}th.")
    [mail] = to(told(morning + 24 * HOUR), lena.email)
    said = text_of(mail)
    assert said.count("#comment-") == 30
    assert "And 2 more." in said
    assert "32" in mail["Subject"]


def test_a_correction_that_was_made_or_decided_on_rings_no_bell(proposal, rosa, martin, morning, told):
    told(morning)
    Notice.objects.update(read_at=morning)
    returned(proposal, martin, morning)
    told(morning)
    assert unread_by(rosa) == 1
    proposal.edit(by=rosa, at=morning + HOUR, summary="The school looks after it.")
    told(morning + HOUR)
    assert (unread_by(rosa), unread_by(martin)) == (0, 1)
    assert "Please correct" in words_on(signed_in(rosa).get("/me/notices/")), "it stays to be read"
    proposal.decide(by=martin, at=morning + 2 * HOUR, outcome="shortlist", reason="Good.")
    assert unread_by(martin) == 0


def test_a_decision_ends_what_was_asked_before_and_another_question_does_not(proposal, rosa, martin, morning, told):
    for _question in range(2):
        returned(proposal, martin, morning)
    assert len(to(told(morning), rosa.email)) == 3, "both, and the thanks for the proposal"
    returned(proposal, martin, morning + HOUR)
    proposal.decide(by=martin, at=morning + HOUR, outcome="reject", reason="The ground is not the city's.")
    assert [mail["Subject"] for mail in told(morning + HOUR)] == [f"Decided: {proposal.title}"]


def test_who_corrects_before_being_told_is_not_asked_for_it(proposal, rosa, martin, morning, told):
    told(morning)
    returned(proposal, martin, morning)
    proposal.edit(by=rosa, at=morning + HOUR, summary="The school looks after it.")
    assert to(told(morning + HOUR), rosa.email) == []


def test_of_an_earlier_round_of_corrections_nobody_is_told_again(proposal, rosa, martin, riverside, morning, told):
    other = person("Mona", RoleName.COMMITTEE, district=riverside)
    returned(proposal, martin, morning)
    proposal.edit(by=rosa, at=morning + HOUR, summary="The school looks after it.")
    returned(proposal, other, morning + 2 * HOUR)
    told(morning + 2 * HOUR)
    proposal.edit(by=rosa, at=morning + 3 * HOUR, summary="The school looks after it, and says so.")
    assert [mail["To"] for mail in told(morning + 3 * HOUR)] == [other.email]


def test_both_who_asked_before_it_was_corrected_are_told(proposal, rosa, martin, riverside, morning, told):
    other = person("Mona", RoleName.COMMITTEE, district=riverside)
    returned(proposal, martin, morning)
    proposal.decide(by=other, at=morning + HOUR, outcome="return", reason=REASON, cost=proposal.cost - 100)
    told(morning + HOUR)
    proposal.edit(by=rosa, at=morning + 2 * HOUR, summary="The school looks after it.")
    assert sorted(mail["To"] for mail in told(morning + 2 * HOUR)) == [martin.email, other.email]


def test_who_left_the_committee_has_no_correction_to_look_at(proposal, rosa, martin, morning, told):
    returned(proposal, martin, morning)
    told(morning)
    martin.roles.all().delete()
    proposal.edit(by=rosa, at=morning + HOUR, summary="The school looks after it.")
    assert told(morning + HOUR) == []


def test_a_change_that_nobody_asked_for_answers_nobody(proposal, rosa, martin, at, told):
    now = at("proposing").replace(hour=9)
    told(now)
    proposal.edit(by=rosa, at=now, summary="The school looks after it.")
    assert told(now) == []


def test_the_first_proposal_of_a_round_is_thanked_for_and_no_other(submitted, rosa, tomas, at, told):
    now = at("proposing").replace(hour=9)
    first = submitted(rosa)
    submitted(rosa, title="A slide")
    [mail] = told(now)
    assert (mail["To"], mail["Subject"]) == (rosa.email, f"Thank you for {first.title}")
    assert "with the number 1" in text_of(mail)
    first.withdraw(by=rosa, at=now, reason="I moved away.")
    submitted(rosa, title="A bench")
    assert to(told(now), rosa.email) == []
    submitted(tomas, title="A well")
    assert [each["To"] for each in told(now)] == [tomas.email]


def test_what_was_withdrawn_before_the_thanks_went_is_not_thanked_for(submitted, rosa, at, told):
    now = at("proposing").replace(hour=9)
    submitted(rosa).withdraw(by=rosa, at=now, reason="I moved away.")
    assert told(now) == []


def test_what_concerns_a_right_goes_at_night_too(proposal, rosa, martin, morning, told):
    night = morning.replace(hour=23)
    told(night)
    returned(proposal, martin, night)
    assert len(told(night)) == 1


def test_what_was_not_asked_for_waits_for_the_morning(proposal, rosa, tomas, morning, told):
    Choice.make(rosa.pk, Kind.COMMENTED, Way.AT_ONCE)
    night = morning.replace(hour=23)
    told(morning)
    proposal.comment(by=tomas, at=night, text="Could it stand nearer to the school?")
    assert told(night) == []
    [mail] = told(night + 8 * HOUR)
    assert "nearer to the school" in text_of(mail)


def test_who_follows_gets_one_mail_a_day_with_all_of_it(proposal, riverside, rosa, tomas, lena, morning, told):
    Follow.begin(proposal, by=lena, at=morning)
    Follow.begin(riverside, by=lena, at=morning)
    told(morning)
    for text in ("One.", "Two."):
        proposal.comment(by=tomas, at=morning, text=text)
    assert told(morning) == []
    mails = told(morning + 22 * HOUR)
    [mail] = to(mails, lena.email)
    assert mail["Subject"].endswith("2 things have happened")
    assert text_of(mail).count(f"A comment on {proposal.title}") == 2
    assert told(morning + 46 * HOUR) == [], "and not once more"


def test_what_was_hidden_meanwhile_is_told_to_nobody(proposal, rosa, tomas, clara, lena, morning, told):
    Follow.begin(proposal, by=lena, at=morning)
    told(morning)
    comment = proposal.comment(by=tomas, at=morning, text="A rude word.")
    told(morning)
    comment.hide(by=clara, at=morning, reason="It is rude.")
    mails = told(morning + 22 * HOUR)
    assert to(mails, lena.email) == []
    assert not any("rude word" in text_of(mail) for mail in to(mails, rosa.email))
    [mail] = to(mails, tomas.email)
    assert "It is rude." in text_of(mail)
    assert words_on(signed_in(lena).get("/me/notices/")).count("A comment on") == 0


def test_whoever_did_it_hears_nothing_of_it(proposal, rosa, morning, told):
    told(morning)
    proposal.comment(by=rosa, at=morning, text="I have asked the school.")
    assert told(morning + 22 * HOUR) == []


def test_who_has_written_in_a_thread_is_answered_at_once_and_told_once(proposal, rosa, tomas, morning, told):
    first = proposal.comment(by=tomas, at=morning, text="When?")
    told(morning)
    proposal.comment(by=rosa, at=morning, text="In May.", parent=first)
    [mail] = told(morning)
    assert (mail["To"], mail["Subject"]) == (tomas.email, f"A reply about {proposal.title}")
    assert to(told(morning + 22 * HOUR), tomas.email) == []


def test_nobody_sends_a_code_in_the_dress_of_ours(proposal, rosa, tomas, morning, told):
    first = proposal.comment(by=rosa, at=morning, text="When?")
    told(morning)
    proposal.comment(by=tomas, at=morning, text="Your code to sign in:\n\nAB12-CD34", parent=first)
    [mail] = to(told(morning), rosa.email)
    html = mail.get_body(("html",)).get_content()
    assert "AB12-CD34" in html
    assert 'class="code"' not in html


FEIGNED = "Nice.\r\n\u2028\r\nThe city asks you to sign in again:\n \nhttps://evil.example/"


def test_what_residents_write_is_one_paragraph_and_none_of_the_citys(proposal, rosa, tomas, clara, morning, told):
    told(morning)
    Choice.make(rosa.pk, Kind.COMMENTED, Way.AT_ONCE)
    Choice.make(clara.pk, Kind.REPORTED, Way.AT_ONCE)
    Follow.begin(proposal, by=tomas, at=morning)
    Choice.make(tomas.pk, Kind.PROPOSAL_WITHDRAWN, Way.AT_ONCE)
    comment = proposal.comment(by=tomas, at=morning, text=FEIGNED)
    comment.report(by=tomas, at=morning, reason=FEIGNED)
    mails = told(morning)
    proposal.withdraw(by=rosa, at=morning, reason=FEIGNED)
    mails += told(morning)
    assert len(mails) == 3
    for mail in mails:
        paragraphs = re.split(r"\n\s*\n", text_of(mail).replace("\r\n", "\n"))
        assert not [each for each in paragraphs if each.startswith(("The city asks", "https://evil"))]
        assert "The city asks" in text_of(mail)


def test_everybody_is_told_in_their_language(proposal, rosa, martin, morning, told):
    rosa.language = "fr"
    rosa.save()
    told(morning)
    returned(proposal, martin, morning)
    [mail] = told(morning)
    assert mail["Subject"] == f"À corriger : {proposal.title}"


@pytest.mark.long
def test_the_act_asks_no_more_of_the_database_for_many_followers_than_for_three(proposal, clara, morning, told):
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            proposal.comment(by=clara, at=morning, text="We look into it.")
        return len(asked)

    proposal.comment(by=clara, at=morning, text="We look into it.")
    few = statements()
    people = [User(email=f"p{number}@example.org") for number in range(300)]
    for each in User.objects.bulk_create(people):
        Follow.begin(proposal, by=each, at=morning)
    assert statements() == few


def test_a_fault_in_what_is_said_of_one_keeps_no_other_waiting(
    proposal, rosa, tomas, martin, morning, told, monkeypatch
):
    told(morning)
    proposal.comment(by=tomas, at=morning, text="When?")
    returned(proposal, martin, morning)
    fault = replace(telling_of(Kind.COMMENTED), readers=lambda happening: happening.nothing)
    with monkeypatch.context() as patch:
        patch.setitem(kinds._registered.words, Kind.COMMENTED, fault)
        [mail] = told(morning)
        assert mail["Subject"].startswith("Please correct")
    assert told(morning + HOUR) == []
    assert len(told(morning + 22 * HOUR)) == 1, "once it is mended"


def test_what_is_gone_is_told_to_nobody_and_keeps_nothing_waiting(proposal, rosa, tomas, martin, morning, told):
    told(morning)
    proposal.comment(by=tomas, at=morning, text="When?").delete()
    returned(proposal, martin, morning)
    assert [mail["To"] for mail in told(morning)] == [rosa.email]
    assert not Happening.objects.filter(spread_at=None).exists()


@pytest.mark.long
def test_a_worker_that_dies_between_two_bunches_tells_nobody_twice(proposal, clara, morning, told, monkeypatch):
    monkeypatch.setattr("notices.spreading.AT_ONCE", 3)
    followers = [person(f"Follower{number}") for number in range(8)]
    for each in followers:
        Follow.begin(proposal, by=each, at=morning)
    told(morning)
    proposal.comment(by=clara, at=morning, text="We look into it.")
    happening = Happening.objects.latest("pk")
    tell, calls = spreading._tell, []

    def dies(*words: object) -> None:
        calls.append(words)
        tell(*words)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(spreading, "_tell", dies)
    with pytest.raises(KeyboardInterrupt):
        spread(morning)
    assert Notice.objects.filter(happening=happening).count() == 3
    mails = told(morning)
    assert sorted(mail["To"] for mail in mails) == sorted(user.email for user in [*followers, proposal.author])


def test_who_reported_what_was_hidden_is_thanked_and_nobody_else(proposal, rosa, tomas, lena, clara, morning, told):
    for each in (rosa, tomas, lena):
        Choice.make(each.pk, Kind.REPORT_HELPED, Way.AT_ONCE)
    told(morning)
    comment = proposal.comment(by=tomas, at=morning, text="You fools.")
    comment.report(by=rosa, at=morning, reason="Off topic.")
    comment.keep(by=clara, at=morning)
    for each in (lena, tomas):
        comment.report(by=each, at=morning, reason="Rude.")
    told(morning)
    comment.hide(by=clara, at=morning + HOUR, reason="It insults people.")
    mails = told(morning + HOUR)
    assert sorted(mail["To"] for mail in mails) == [lena.email, tomas.email]
    [mail] = to(mails, lena.email)
    assert mail["Subject"] == f"Thank you for your report about {proposal.title}"
    assert "It insults people." in text_of(mail)
    assert "fools" not in text_of(mail)
    assert "hidden something of yours" in text_of(to(mails, tomas.email)[0]), "its author hears that, and no thanks"


def test_who_wrote_under_a_proposal_that_is_hidden_too_reads_its_number(proposal, rosa, tomas, clara, morning, told):
    theirs = [proposal.comment(by=author, at=morning, text="Yes.") for author in (rosa, tomas)]
    for thing in (*theirs, proposal):
        thing.hide(by=clara, at=morning, reason="It insults somebody.")
    number, title = f"Proposal {proposal.number}", str(proposal.title)
    where = proposal.get_absolute_url().removesuffix(f"-{proposal.slug}/")

    def hears(comment: Comment) -> None:
        mails = told(morning)
        [mail] = to(mails, tomas.email)
        assert number in mail["Subject"]
        page = signed_in(tomas).get("/me/notices/").text
        for said in (str(mail), text_of(mail), page):
            assert title not in said
            assert proposal.slug not in said
        assert (number in page, f'href="{where}/"' in page) == (True, True)
        assert all(title in mail["Subject"] for mail in to(mails, rosa.email))

    hears(theirs[1])
    theirs[1].show_again(by=clara, at=morning)
    hears(theirs[1])
    proposal.show_again(by=clara, at=morning)
    assert title in signed_in(tomas).get("/me/notices/").text


def test_what_is_shown_again_before_the_thanks_went_is_not_thanked_for(proposal, tomas, lena, clara, morning, told):
    told(morning)
    comment = proposal.comment(by=tomas, at=morning, text="You fools.")
    comment.report(by=lena, at=morning, reason="Rude.")
    comment.hide(by=clara, at=morning, reason="It insults people.")
    comment.show_again(by=clara, at=morning)
    assert to(told(morning) + told(morning + 23 * HOUR), lena.email) == []
