"""Somebody of the city proposes another wording: with its author's consent, or by a ruling, it is in the text."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEvent
from budgeting.models import Cycle
from budgeting.stages import Stage
from committee import changing, correcting, motions, publishing, settling_changes
from committee.models import ChangeRuling, ProposedChange, Recusal
from committee.recusing import recuse
from front.waiting import waits_for
from lib.refusal import Refused
from notices.models import Follow, Happening
from tests.cast import signed_in
from tests.databases import as_owner
from tests.keeping import kept
from tests.papers import words_on
from tests.told import text_of, to

DAY = timedelta(days=1)
TITLE = "A playground on the quay"
WHY = "The map has no river there."


@kept
def chaired(cycle, three):
    """By Mira, with Milan as her deputy."""
    committee = cycle.committees.create()
    for rank, member in enumerate(three[1:]):
        committee.offices.create(member=member, rank=rank)
    return three[1]


@kept
def change(proposal, three, now) -> ProposedChange:
    return changing.propose(proposal, {"title": TITLE}, by=three[0], at=now, reason=WHY)


@pytest.fixture
def late(change):
    return change.until


def fresh(proposal):
    return type(proposal).objects.get(pk=proposal.pk)


# Proposed ------------------------------------------------------------------------------------------------------------


def test_the_author_is_asked_at_once_and_sees_the_difference(change, proposal, rosa, now, told) -> None:
    [mail] = [mail for mail in to(told(now), rosa.email) if "May your text be changed?" in mail["Subject"]]
    said = " ".join(text_of(mail).split())
    assert WHY in said
    assert "say yes or no by Thursday 25 February" in said
    page = signed_in(rosa).get(f"/me/changes/{change.pk}/").text
    assert "<del>by</del>" in page
    assert "<ins>on</ins>" in page
    assert f"/me/changes/{change.pk}/" in signed_in(rosa).get(proposal.get_absolute_url()).text


def test_a_clerk_proposes_from_the_page_of_the_proposal(proposal, clara, rosa, now) -> None:
    page = f"{proposal.get_absolute_url()}changes/"
    browser = signed_in(clara)
    assert page in browser.get(proposal.get_absolute_url()).text
    form = {
        "title": TITLE,
        "summary": proposal.summary,
        "description": proposal.description,
        "address": proposal.address,
        "cost": "12000",
        "reason": WHY,
        **{name: getattr(proposal, name) for name in ("latitude", "longitude") if getattr(proposal, name) is not None},
    }
    refused = browser.post(page, form | {"reason": "", "title": TITLE})
    assert refused.status_code == 422
    assert TITLE in refused.text, "what was typed is there"
    assert browser.post(page, form)["Location"] == page
    made = ProposedChange.objects.get()
    assert made.text["title"] == TITLE
    assert "summary" not in made.text, "only what would change"
    assert (made.by, made.author, made.until) == (clara, rosa, now + 7 * DAY)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ({}, "Change something first"),
        ({"cost": 10**12}, "may cost"),
        ({"latitude": 80.0, "longitude": 80.0}, "lies outside"),
        ({"title": ""}, "cannot be blank"),
    ],
)
def test_what_could_never_be_in_the_text_is_not_proposed(proposal, three, now, text, sentence) -> None:
    with pytest.raises(ValidationError, match=sentence):
        changing.propose(proposal, text, by=three[0], at=now, reason=WHY)
    assert not ProposedChange.objects.exists()


@pytest.mark.parametrize("days", [-1, 0, 30])
def test_the_date_lies_ahead_and_leaves_time_in_the_review(proposal, three, now, days) -> None:
    with pytest.raises(Refused, match="before the review closes"):
        changing.propose(proposal, {"title": TITLE}, by=three[0], at=now, reason=WHY, until=now + days * DAY)


def test_shortly_before_the_review_closes_there_is_time_left_to_settle_it(proposal, three, cycle) -> None:
    closes = cycle.window(Stage.REVIEWING).closes
    made = changing.propose(proposal, {"title": TITLE}, by=three[0], at=closes - 2 * DAY, reason=WHY)
    assert made.until == closes - DAY


def test_one_at_a_time_and_never_while_a_correction_is_asked(change, proposal, three, clara, now) -> None:
    with pytest.raises(Refused, match="proposed already"):
        changing.propose(proposal, {"title": "Another"}, by=clara, at=now, reason=WHY)
    correcting.ask(proposal, by=three[1], at=now, reason="Where?")
    for by in (clara, three[0]):
        with pytest.raises(Refused, match="returned to its author"):
            changing.propose(fresh(proposal), {"title": "Another"}, by=by, at=now, reason=WHY)


@pytest.mark.long
def test_who_may_propose_and_see(change, proposal, rosa, tomas, ines, otto, three, clara, now, client) -> None:
    page = f"{proposal.get_absolute_url()}changes/"
    recuse(proposal, by=three[2], at=now, interest="work")
    for each in (rosa, tomas, ines, otto, three[2]):
        assert signed_in(each).get(page).status_code == 403, each
        assert signed_in(each).post(page, {}).status_code == 403
    for each in (three[0], three[1], clara):
        assert WHY in signed_in(each).get(page).text
    for each in (tomas, clara, *three):
        assert signed_in(each).get(f"/me/changes/{change.pk}/").status_code == 404
        assert signed_in(each).post(f"/me/changes/{change.pk}/", {"yes": ""}).status_code == 404
    assert client.get(page).status_code == 302
    assert not ProposedChange.objects.exclude(agrees=None).exists()


def test_a_clerk_with_an_interest_sees_nothing_of_it(change, proposal, clara, now) -> None:
    Recusal.objects.create(proposal=proposal, member=clara, interest="work", at=now)
    assert signed_in(clara).get(f"{proposal.get_absolute_url()}changes/").status_code == 403


def test_nobody_else_answers_for_the_author(change, tomas, three, now) -> None:
    for each in (tomas, three[0]):
        with pytest.raises(Refused, match="Only its author"):
            changing.answer(change, True, by=each, at=now)


# Answered ------------------------------------------------------------------------------------------------------------


def test_with_a_yes_it_is_in_the_text_and_the_history_says_how(
    change, proposal, rosa, three, client, now, told
) -> None:
    told(now)
    signed_in(rosa).post(f"/me/changes/{change.pk}/", {"yes": "", "said": "You are right."})
    changed = fresh(proposal)
    assert changed.title == TITLE
    version = changed.versions.latest("number")
    assert (version.number, version.by, version.consent, version.reason) == (2, three[0], True, WHY)
    page = words_on(client.get(f"{changed.get_absolute_url()}history/"))
    assert f"Text changed with its author’s consent: {WHY}" in page
    assert "Text changed with its author’s consent" in words_on(client.get(changed.get_absolute_url()))
    [mail] = [mail for mail in to(told(now), three[0].email) if "Answered" in mail["Subject"]]
    assert "You are right." in text_of(mail)


def test_whoever_says_neither_yes_nor_no_is_asked_again(change, rosa) -> None:
    answer = signed_in(rosa).post(f"/me/changes/{change.pk}/", {"said": "Perhaps."})
    assert (answer.status_code, "Say yes or no." in answer.text, "Perhaps." in answer.text) == (422, True, True)
    assert not ProposedChange.objects.exclude(agrees=None).exists()


def test_a_no_is_final_and_nobody_else_ever_hears_of_it(
    change, proposal, rosa, three, chaired, client, now, late
) -> None:
    signed_in(rosa).post(f"/me/changes/{change.pk}/", {"no": "", "said": "We call it so."})
    with pytest.raises(Refused, match="settled in the meantime"):
        settling_changes.settle(change, applies=True, reason=WHY, by=chaired, at=late)
    with pytest.raises(Refused, match="settled in the meantime"):
        changing.answer(change, True, by=rosa, at=now)
    assert fresh(proposal).title == proposal.title
    assert "We call it so." in words_on(signed_in(three[1]).get(f"{proposal.get_absolute_url()}changes/"))
    for page in ("", "history/"):
        assert WHY not in client.get(f"{proposal.get_absolute_url()}{page}").text
    assert WHY not in str([each.facts for each in AuditEvent.objects.all()])


def test_who_follows_hears_of_the_change_and_of_no_question(change, proposal, rosa, tomas, now, told) -> None:
    Follow.begin(proposal, by=tomas, at=now)
    assert not to(told(now), tomas.email)
    changing.answer(change, True, by=rosa, at=now)
    assert Happening.objects.filter(kind="a proposal was changed", by=rosa).count() == 1
    assert AuditEvent.objects.get(action="change applied").facts["version"] == 2


def test_a_text_that_changed_in_the_meantime_is_never_written_over(change, proposal, rosa, chaired, late, now) -> None:
    correcting.ask(proposal, by=chaired, at=now, reason="Where?")
    fresh(proposal).edit(by=rosa, at=now, summary="At the quay.")
    for act in (
        lambda: changing.answer(change, True, by=rosa, at=now),
        lambda: settling_changes.settle(change, applies=True, reason=WHY, by=chaired, at=late),
    ):
        with pytest.raises(Refused, match="changed in the meantime"):
            act()
    assert (fresh(proposal).title, fresh(proposal).summary) == (proposal.title, "At the quay.")
    assert not settling_changes.waiting_for(chaired, late)
    assert "this change is void" in words_on(signed_in(rosa).get(f"/me/changes/{change.pk}/"))


def test_a_withdrawn_proposal_is_changed_no_more(change, proposal, rosa, chaired, late, now) -> None:
    proposal.withdraw(by=rosa, at=now, reason="I am moving.")
    with pytest.raises(Refused, match="taken the proposal back"):
        changing.answer(change, True, by=rosa, at=now)
    assert not settling_changes.waiting_for(chaired, late)


def test_a_decision_in_public_ends_it(change, proposal, rosa, three, now) -> None:
    Cycle.objects.update(decisions_public_at=now + DAY)
    motion = motions.move(proposal, by=three[0], at=now, outcome="shortlist", reason="The quay is ours.")
    motions.vote(motion, "for", by=three[1], at=now)
    changing.why_void(ProposedChange.objects.get(), now)
    publishing.publish_due(now + DAY)
    with pytest.raises(Refused, match="has been decided on"):
        changing.answer(change, True, by=rosa, at=now + DAY)


# Without an answer ---------------------------------------------------------------------------------------------------


def test_after_the_date_the_chair_applies_it_with_a_public_reason(
    change, proposal, rosa, three, chaired, late, told, now, client, monkeypatch
) -> None:
    assert [bool(settling_changes.waiting_for(each, late - DAY)) for each in three] == [False] * 3
    assert [bool(settling_changes.waiting_for(each, late)) for each in three] == [False, True, False]
    [waiting] = [each for each in waits_for(chaired, late) if "is changed" in each.words]
    told(now)
    monkeypatch.setattr("lib.clock.now", lambda: late)
    browser, page = signed_in(chaired), f"{proposal.get_absolute_url()}changes/"
    assert waiting.path == page
    assert page in browser.get("/desk/").text
    assert "What becomes of the change without an answer?" in words_on(browser.get(page))
    assert browser.post(f"{page}{change.pk}/", {"applies": "yes", "why": " "}).status_code == 422
    answer = browser.post(f"{page}{change.pk}/", {"applies": "yes", "why": "Nobody knows the other name."})
    assert answer.status_code == 302
    changed = fresh(proposal)
    assert changed.title == TITLE
    page = words_on(client.get(changed.get_absolute_url()))
    assert "Text changed by the committee, without an answer of its author" in page
    assert "Nobody knows the other name." in page
    [mail] = [mail for mail in to(told(late), rosa.email) if "Without your answer" in mail["Subject"]]
    assert "the text is changed" in text_of(mail)


def test_or_drops_it(change, proposal, chaired, late) -> None:
    settling_changes.settle(change, applies=False, reason="It is well as it is.", by=chaired, at=late)
    assert fresh(proposal).title == proposal.title
    assert proposal.versions.count() == 1
    with pytest.raises(Refused, match="settled in the meantime"):
        changing.answer(change, True, by=proposal.author, at=late)


def test_nobody_settles_what_they_proposed(proposal, chaired, three, clara, rosa, now) -> None:
    made = changing.propose(proposal, {"title": TITLE}, by=chaired, at=now, reason=WHY)
    late = made.until
    with pytest.raises(Refused, match="did not propose it"):
        settling_changes.settle(made, applies=True, reason=WHY, by=chaired, at=late)
    assert [bool(settling_changes.waiting_for(each, late)) for each in three] == [False, False, True], "the deputy"
    for each in three[::2]:
        recuse(proposal, by=each, at=now, interest="work")
    waits = [bool(settling_changes.waiting_for(each, late)) for each in (*three, clara, rosa)]
    assert waits == [False, False, False, True, False], "a clerk, where nobody else is left"


def test_before_the_date_nobody_settles_it(change, chaired, late) -> None:
    with pytest.raises(Refused, match="may answer still"):
        settling_changes.settle(change, applies=True, reason=WHY, by=chaired, at=late - DAY)


def test_an_author_may_answer_after_the_date_while_nobody_has_settled_it(change, proposal, rosa, late) -> None:
    changing.answer(change, True, by=rosa, at=late + DAY)
    assert fresh(proposal).title == TITLE


def test_the_desk_asks_no_more_for_more_changes(change, submitted, rosa, three, chaired, now, late) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as statements:
            settling_changes.waiting_for(chaired, late)
        return len(statements)

    settling_changes.waiting_for(chaired, late)
    one = asked()
    for number in range(3):
        other = submitted(rosa, title=f"Slide {number}")
        changing.propose(other, {"title": f"A slide {number}"}, by=three[0], at=now, reason=WHY)
    assert len(settling_changes.waiting_for(chaired, late)) == 4
    assert asked() == one


# What the database keeps ---------------------------------------------------------------------------------------------


def test_the_database_keeps_what_was_proposed_answered_and_settled(change, proposal, rosa, three, chaired, late, now):
    rows, version = ProposedChange.objects.filter(pk=change.pk), proposal.versions.get()
    ruling = {"change": change, "reason": WHY}
    refused = [
        rows.delete,
        lambda: rows.update(text={"title": "Mine"}),
        lambda: rows.update(version=version),
        lambda: ChangeRuling.objects.create(by=three[0], applies=True, at=late, **ruling),
        lambda: ChangeRuling.objects.create(by=chaired, applies=True, at=late - DAY, **ruling),
    ]
    for act in refused:
        with pytest.raises(IntegrityError, match=r"proposed change stays|another rules"), transaction.atomic():
            act()
    settling_changes.settle(change, applies=False, reason=WHY, by=chaired, at=late)
    for act in (ChangeRuling.objects.all().delete, lambda: ChangeRuling.objects.update(applies=True)):
        with as_owner(), pytest.raises(IntegrityError, match="may only be added to"), transaction.atomic():
            act()
    with pytest.raises(IntegrityError, match="a proposed change stays"), transaction.atomic():
        rows.update(agrees=False, answered_at=late)
