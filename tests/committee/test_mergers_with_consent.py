"""The authors of two proposals are asked before they are merged; without their consent whoever presides is."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from budgeting.models import Cycle
from budgeting.stages import Stage
from committee import merging, motions, publishing, ruling
from committee.models import Consent, Resolution
from lib.refusal import Refused
from tests.cast import signed_in
from tests.keeping import kept
from tests.papers import words_on
from tests.told import text_of, to

DAY = timedelta(days=1)


@kept
def into(submitted, tomas):
    return submitted(tomas, title="Swings for all")


@kept
def merged(proposal, into, three, now) -> Resolution:
    """Resolved, and not public."""
    reason = "Both are for the same quay."
    motion = motions.move(proposal, by=three[0], at=now, outcome="merge", reason=reason, into=into)
    assert not Consent.objects.exists(), "nobody is asked for what is not carried"
    motions.vote(motion, "for", by=three[1], at=now)
    return Resolution.objects.get()


@pytest.fixture
def closes(cycle):
    return cycle.window(Stage.REVIEWING).closes


def test_both_are_asked_for_an_answer_within_a_week(merged, rosa, tomas, now, told) -> None:
    mails = told(now)
    for author in (rosa, tomas):
        [mail] = [mail for mail in to(mails, author.email) if "merged" in mail["Subject"]]
        said = " ".join(text_of(mail).split())
        assert "into “Swings for all”" in said
        assert "Both are for the same quay." in said
        assert "Please answer by Thursday 25 February" in said
        assert f"/me/mergers/{Consent.objects.get(author=author).pk}/" in said


def test_nobody_else_sees_the_question(merged, rosa, tomas, clara, three, client) -> None:
    address = f"/me/mergers/{Consent.objects.get(author=rosa).pk}/"
    assert "Swings for all" in words_on(signed_in(rosa).get(address))
    for other in (tomas, clara, *three):
        assert signed_in(other).get(address).status_code == 404
        assert signed_in(other).post(address, {"yes": ""}).status_code == 404
    assert client.get(address).status_code == 302
    assert not Consent.objects.exclude(agrees=None).exists()


def test_the_answers_are_read_by_the_committee_and_then_by_all(
    merged, proposal, rosa, tomas, three, now, closes, client
) -> None:
    for author, button in ((rosa, "yes"), (tomas, "no")):
        signed_in(author).post(f"/me/mergers/{Consent.objects.get(author=author).pk}/", {button: ""})
    page = words_on(signed_in(three[2]).get(f"{proposal.get_absolute_url()}decision/"))
    assert "Rosa: agrees to the merger" in page
    assert "Tomas: does not agree" in page
    assert AuditEvent.objects.filter(action="merger answered").first().facts == {}
    ruling.rule(merged, stands=True, reason="One quay, one slide.", by=three[0], at=now + 8 * DAY)
    publishing.publish_due(closes)
    page = words_on(client.get(f"{proposal.get_absolute_url()}committee/"))
    assert "Tomas: does not agree" in page
    assert "Martin said for the committee on Friday 26 February that its vote stands: One quay, one slide." in page
    assert proposal.status_at(closes) == "merged"
    assert "Swings for all (by Tomas)" in words_on(client.get(proposal.get_absolute_url()))


def test_one_may_answer_otherwise_until_it_is_public(merged, rosa, tomas, now, closes) -> None:
    mine, other = Consent.objects.get(author=rosa), Consent.objects.get(author=tomas)
    merging.answer(mine, False, by=rosa, at=now)
    merging.answer(other, True, by=tomas, at=now)
    publishing.publish_due(closes)
    assert Resolution.objects.waiting().exists(), "one of the two does not agree"
    merging.answer(mine, True, by=rosa, at=closes + DAY)
    publishing.publish_due(closes + DAY)
    with pytest.raises(Refused, match="decided in the meantime"):
        merging.answer(mine, False, by=rosa, at=closes + DAY)
    mine.refresh_from_db()
    assert (mine.agrees, mine.answered_at) == (True, closes + DAY)


def test_with_the_consent_of_both_nobody_has_to_rule_on_it(merged, proposal, rosa, tomas, now, closes, three) -> None:
    for author in (rosa, tomas):
        merging.answer(Consent.objects.get(author=author), True, by=author, at=now)
    with pytest.raises(Refused, match="decided in the meantime"):
        ruling.rule(merged, stands=False, reason="No.", by=three[0], at=now + 8 * DAY)
    publishing.publish_due(closes)
    assert proposal.status_at(closes) == "merged"


def test_after_the_day_of_publication_it_is_public_as_soon_as_both_agree(
    proposal, into, rosa, tomas, three, now
) -> None:
    Cycle.objects.update(decisions_public_at=now - DAY)
    motion = motions.move(proposal, by=three[0], at=now, outcome="merge", reason="The same quay.", into=into)
    motions.vote(motion, "for", by=three[1], at=now)
    for author in (rosa, tomas):
        publishing.publish_due(now + DAY)
        assert Resolution.objects.waiting().exists()
        merging.answer(Consent.objects.get(author=author), True, by=author, at=now + DAY)
    publishing.publish_due(now + DAY)
    assert proposal.status_at(now + DAY) == "merged"


def test_who_wrote_both_is_asked_once(proposal, submitted, rosa, three, now) -> None:
    into = submitted(rosa, title="Swings for all")
    motion = motions.move(proposal, by=three[0], at=now, outcome="merge", reason="The same quay.", into=into)
    motions.vote(motion, "for", by=three[1], at=now)
    assert Consent.objects.get().author == rosa


def test_the_database_keeps_an_answer_once_the_merger_is_public(merged, rosa, tomas, now, closes) -> None:
    rows = Consent.objects.filter(author=rosa)
    for act in (rows.delete, lambda: rows.update(author=tomas)):
        with pytest.raises(IntegrityError, match="an answer to a merger stays"), transaction.atomic():
            act()
    for author in (rosa, tomas):
        merging.answer(Consent.objects.get(author=author), True, by=author, at=now)
    publishing.publish_due(closes)
    with pytest.raises(IntegrityError, match="an answer to a merger stays"), transaction.atomic():
        rows.update(agrees=False)
