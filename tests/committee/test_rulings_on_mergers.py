"""A merger without its authors' consent waits for whoever presides, and no other decision waits for it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.models import AuditEvent
from budgeting.people import RoleName
from budgeting.stages import Stage
from committee import merging, motions, publishing, ruling
from committee.models import Consent, MergerRuling, Resolution
from committee.recusing import recuse
from front.waiting import waits_for
from lib.refusal import Refused
from tests.cast import person, signed_in
from tests.databases import as_owner
from tests.keeping import kept
from tests.papers import words_on

DAY = timedelta(days=1)
WHY = "The port lets us build once."


@kept
def into(submitted, tomas):
    return submitted(tomas, title="Swings for all")


@kept
def merged(proposal, into, three, now) -> Resolution:
    """Resolved, and not public."""
    motion = motions.move(proposal, by=three[0], at=now, outcome="merge", reason="The same quay.", into=into)
    motions.vote(motion, "for", by=three[1], at=now)
    return Resolution.objects.get()


@pytest.fixture
def late(now):
    """After the day by which the authors are asked to answer."""
    return now + 7 * DAY


@pytest.fixture
def closes(cycle):
    return cycle.window(Stage.REVIEWING).closes


@kept
def chaired(cycle, three):
    """By Mira, with Milan as her deputy."""
    committee = cycle.committees.create()
    for rank, member in enumerate(three[1:]):
        committee.offices.create(member=member, rank=rank)
    return three[1]


def waits_for_word(*people, at) -> list[bool]:
    return [bool(ruling.waiting_for(each, at)) for each in people]


def test_it_waits_for_the_chair_once_the_authors_have_answered_or_had_their_time(
    merged, chaired, three, rosa, tomas, now, late
) -> None:
    assert waits_for_word(*three, at=now) == [False, False, False]
    assert waits_for_word(*three, at=late) == [False, True, False]
    for author, agrees in ((rosa, True), (tomas, False)):
        merging.answer(Consent.objects.get(author=author), agrees, by=author, at=now)
    assert waits_for_word(*three, at=now) == [False, True, False]
    [waiting] = [each for each in waits_for(chaired, now) if "not all authors" in each.words]
    assert "“A playground by the river” is merged into “Swings for all”" in waiting.words


def test_the_chair_reads_it_on_the_desk_and_says_that_the_vote_stands(
    merged, chaired, proposal, late, closes, monkeypatch
) -> None:
    monkeypatch.setattr("lib.clock.now", lambda: late)
    browser, page = signed_in(chaired), f"{proposal.get_absolute_url()}merger/"
    assert page in browser.get("/desk/").text
    assert "Rosa: has not answered" in words_on(browser.get(page))
    refused = browser.post(page, {"stands": "yes", "reason": " "})
    assert refused.status_code == 422
    browser.post(page, {"stands": "yes", "reason": WHY})
    made = MergerRuling.objects.get()
    assert (made.stands, made.reason, made.by) == (True, WHY, chaired)
    assert browser.get(page).status_code == 403, "there is nothing left to say"
    publishing.publish_due(closes)
    assert proposal.status_at(closes) == "merged"


def test_or_that_it_does_not_and_the_committee_votes_anew(
    merged, chaired, proposal, three, late, closes, client
) -> None:
    ruling.rule(merged, stands=False, reason=WHY, by=chaired, at=late)
    assert not Resolution.objects.waiting().exists()
    motion = motions.move(proposal, by=three[0], at=late, outcome="shortlist", reason="On its own, then.")
    motions.vote(motion, "for", by=three[1], at=late)
    publishing.publish_due(closes)
    assert proposal.status_at(closes) == "shortlisted"
    assert proposal.decisions.count() == 1
    page = words_on(client.get(f"{proposal.get_absolute_url()}committee/"))
    assert (
        "As not all authors agreed, Mira said for the committee on Thursday 25 February that they are not merged"
        in page
    )
    assert f"they are not merged: {WHY}" in page


def test_a_word_is_on_the_merger_they_have_read(merged, chaired, three, proposal, submitted, tomas, late, monkeypatch):
    monkeypatch.setattr("lib.clock.now", lambda: late)
    browser, page = signed_in(chaired), f"{proposal.get_absolute_url()}merger/"
    assert f'name="merger" value="{merged.pk}"' in browser.get(page).text
    other = submitted(tomas, title="A slide for all")
    motion = motions.move(proposal, by=three[0], at=late, outcome="merge", reason="Both slide.", into=other)
    motions.vote(motion, "for", by=three[2], at=late)
    for consent in Consent.objects.filter(resolution__motion=motion):
        merging.answer(consent, False, by=consent.author, at=late)
    answer = browser.post(page, {"merger": merged.pk, "stands": "yes", "reason": "The swings belong together."})
    assert "This has been decided in the meantime." in words_on(answer)
    assert not MergerRuling.objects.exists()
    assert "The swings belong together." in answer.text, "nothing typed is lost"


def test_nothing_of_it_is_in_the_log_before_it_is_public(merged, chaired, late, closes) -> None:
    ruling.rule(merged, stands=False, reason=WHY, by=chaired, at=late)
    assert WHY not in str([each.facts for each in AuditEvent.objects.all()])
    assert not AuditEvent.objects.filter(action="motion published").exists()
    publishing.publish_due(closes)
    published = AuditEvent.objects.get(action="motion published").facts["ruling"]
    assert (published["stands"], published["reason"]) == (False, WHY)
    publishing.publish_due(closes + DAY)
    assert AuditEvent.objects.filter(action="motion published").count() == 1


@pytest.mark.long
def test_it_keeps_back_no_other_decision_and_no_paper_for_ever(
    merged, proposal, submitted, rosa, chaired, three, clara, closes, now, client, monkeypatch
) -> None:
    other = submitted(rosa, title="A bench")
    motion = motions.move(other, by=three[0], at=now, outcome="shortlist", reason="Cheap.")
    motions.vote(motion, "for", by=three[1], at=now)
    assert waits_for_word(clara, at=closes - DAY) == [False], "a clerk knows of no decision before its date"
    publishing.publish_due(closes)
    assert other.status_at(closes) == "shortlisted"
    assert proposal.status_at(closes) == "submitted"
    assert "not public yet" in publishing.why_not_freeze(proposal.contest)
    assert waits_for_word(chaired, clara, at=closes) == [True, True]
    monkeypatch.setattr("lib.clock.now", lambda: closes)
    signed_in(clara).post(f"{proposal.get_absolute_url()}merger/", {"stands": "yes", "reason": WHY})
    proposal.forget_status()
    assert proposal.status_at(closes) == "merged", "public at once"
    assert publishing.why_not_freeze(proposal.contest) == ""


def test_nobody_says_so_who_wrote_one_of_the_two_or_takes_no_part_in_it(
    merged, into, proposal, chaired, three, late, riverside
) -> None:
    recuse(into, by=chaired, at=late, interest="work")
    assert waits_for_word(*three, at=late) == [False, False, True], "the deputy"
    into.author = three[2]
    into.save()
    assert waits_for_word(*three, at=late) == [True, False, False], "the others, where neither is left"
    with pytest.raises(Refused, match="Whoever chairs the committee"):
        ruling.rule(merged, stands=True, reason=WHY, by=chaired, at=late)


def test_nobody_else_finds_the_page(merged, proposal, chaired, three, rosa, tomas, clara, client, late, monkeypatch):
    monkeypatch.setattr("lib.clock.now", lambda: late)
    page = f"{proposal.get_absolute_url()}merger/"
    for each in (three[0], three[2], rosa, tomas, clara):
        assert signed_in(each).get(page).status_code == 403
        assert signed_in(each).post(page, {"stands": "yes", "reason": WHY}).status_code == 403
    assert client.get(page).status_code == 302
    assert not MergerRuling.objects.exists()


def test_nobody_rules_while_the_authors_have_time_and_no_clerk_before_the_date(
    merged, chaired, clara, now, late
) -> None:
    with pytest.raises(Refused, match="may answer still"):
        ruling.rule(merged, stands=True, reason=WHY, by=chaired, at=late - timedelta(minutes=1))
    with pytest.raises(Refused, match="Whoever chairs the committee"):
        ruling.rule(merged, stands=True, reason=WHY, by=clara, at=late)
    assert not MergerRuling.objects.exists()


def test_whoever_asks_in_vain_cannot_tell_whether_there_is_a_merger(merged, into, proposal, clara, rosa, late) -> None:
    for asking in (clara, rosa):
        asked = []
        for each in (proposal, into):  # the one that is to be merged, and one on which nothing is resolved
            found, reader = type(each).objects.get(pk=each.pk), User.objects.get(pk=asking.pk)
            with CaptureQueriesContext(connection) as statements:
                assert ruling.on(found, reader, late) is None
            asked.append(len(statements))
        assert asked[0] == asked[1]


def test_a_role_that_has_ended_gives_no_word(merged, chaired, three, late) -> None:
    chaired.roles.all().delete()
    assert waits_for_word(type(chaired).objects.get(pk=chaired.pk), three[2], at=late) == [False, True]


def test_who_has_stepped_in_may_be_the_one(merged, proposal, three, late, hillside) -> None:
    helga = person("Helga", RoleName.COMMITTEE, district=hillside)
    for each in three[:2]:
        recuse(proposal, by=each, at=late, interest="work")
    assert waits_for_word(helga, three[2], at=late) == [True, True]


def test_a_withdrawn_proposal_is_not_waited_for(merged, proposal, rosa, closes, now, submitted) -> None:
    proposal.withdraw(by=rosa, at=now, reason="I am moving.")
    publishing.publish_due(closes)
    merged.refresh_from_db()
    assert (merged.decision, merged.public_at) == (None, closes)
    assert "not open" in merged.void


@pytest.mark.long
def test_the_desk_asks_no_more_for_more_mergers(chaired, submitted, rosa, tomas, three, now, late, merged) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as statements:
            ruling.waiting_for(chaired, late)
        return len(statements)

    one = asked()
    for number in range(3):
        first, second = (submitted(author, title=f"Slide {number}") for author in (rosa, tomas))
        motion = motions.move(first, by=three[0], at=now, outcome="merge", reason="Alike.", into=second)
        motions.vote(motion, "for", by=three[1], at=now)
    assert len(ruling.waiting_for(chaired, late)) == 4
    assert asked() <= one  # what was read first may be remembered


# A later vote replaces an earlier one --------------------------------------------------------------------------------


def test_of_two_votes_the_later_counts_and_one_decision_is_published(proposal, three, now, closes, client) -> None:
    for days, outcome, reason in ((0, "reject", "It floods."), (1, "shortlist", "It floods no more.")):
        motion = motions.move(proposal, by=three[0], at=now + days * DAY, outcome=outcome, reason=reason)
        motions.vote(motion, "for", by=three[1], at=now + days * DAY)
    earlier, later = Resolution.objects.order_by("pk")
    assert earlier.replaced_by == later
    publishing.publish_due(closes - DAY)
    assert not AuditEvent.objects.filter(action="motion published").exists(), "what is void is told no earlier"
    assert client.get(f"{proposal.get_absolute_url()}committee/").status_code == 404
    assert "How the committee voted" not in client.get(proposal.get_absolute_url()).text
    publishing.publish_due(closes)
    assert [each.reason for each in proposal.decisions.all()] == ["It floods no more."]
    assert AuditEvent.objects.filter(action="motion published").count() == 2
    page = words_on(client.get(f"{proposal.get_absolute_url()}committee/"))
    assert "This never took effect: the committee resolved otherwise before it was public." in page


def test_who_is_about_to_put_another_to_the_vote_reads_so(proposal, three, now) -> None:
    motion = motions.move(proposal, by=three[0], at=now, outcome="reject", reason="It floods.")
    motions.vote(motion, "for", by=three[1], at=now)
    browser, page = signed_in(three[2]), f"{proposal.get_absolute_url()}decision/"
    assert "If another decision is carried, it alone becomes one" in words_on(browser.get(page))
    motions.move(proposal, by=three[0], at=now, outcome="shortlist", reason="It floods no more.")
    assert "is void, and never becomes public as a decision" in words_on(browser.get(page))


def test_authors_of_a_merger_that_is_replaced_are_asked_no_more(merged, proposal, rosa, three, now) -> None:
    motion = motions.move(proposal, by=three[0], at=now, outcome="reject", reason="It floods.")
    motions.vote(motion, "for", by=three[1], at=now)
    with pytest.raises(Refused, match="decided in the meantime"):
        merging.answer(Consent.objects.get(author=rosa), True, by=rosa, at=now)
    assert not merging.held().exists()


# What the database keeps ---------------------------------------------------------------------------------------------


def test_the_database_keeps_a_ruling_and_the_answers_it_rests_on(merged, chaired, rosa, late, closes) -> None:
    ruling.rule(merged, stands=True, reason=WHY, by=chaired, at=late)
    rulings, rows = MergerRuling.objects.all(), Resolution.objects.filter(pk=merged.pk)
    acts = [
        (rulings.delete, "may only be added to"),
        (lambda: rulings.update(stands=False), "may only be added to"),
        (lambda: Consent.objects.filter(author=rosa).update(agrees=True, answered_at=late), "an answer to a merger"),
    ]
    publishing.publish_due(closes)
    acts.append((lambda: rows.update(public_at=None, decision=None), "a resolution stays"))
    for act, sentence in acts:
        with as_owner(), pytest.raises(IntegrityError, match=sentence), transaction.atomic():
            act()


def test_what_is_void_stays_void(proposal, three, now) -> None:
    for outcome in ("reject", "shortlist"):
        motion = motions.move(proposal, by=three[0], at=now, outcome=outcome, reason="So.")
        motions.vote(motion, "for", by=three[1], at=now)
    for change in ({"void": "", "replaced_by": None}, {"void": "Otherwise."}):
        with pytest.raises(IntegrityError, match="a resolution stays"), transaction.atomic():
            Resolution.objects.exclude(void="").update(**change)
