"""What must not stand is reported by anybody, hidden by a clerk with a reason, and shown again: who may, and when."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.models import AuditEvent
from budgeting.models import Cycle, OneIsEnough
from lib.refusal import Refused
from proposals.models import Complaint, Ground, Hiding, Photo, Proposal, Reason, Version
from proposals.models.hiding import HOLDS_ALONE
from tests.cast import FIRST_DAY, MONTH, middle_of, picture, propose, signed_in
from tests.papers import words_on
from tests.vote import leaving_guards_aside

MINUTE = timedelta(minutes=1)
REVIEW = FIRST_DAY + MONTH  # begins then
pytestmark = pytest.mark.sampled(2)  # of the kinds

KINDS = ("proposal", "comment", "photo", "version")


@pytest.fixture
def things(proposal: Proposal, rosa, tomas, at) -> dict[str, Any]:
    """One of each kind, all of Rosa's proposal."""
    now = at("proposing")
    comment = proposal.comment(by=tomas, at=now, text="You fools.")
    photo = proposal.add_photo(by=rosa, at=now, file=picture(), alt="The quay")
    proposal.edit(by=rosa, at=now, summary="Swings and shade.")
    return {"proposal": proposal, "comment": comment, "photo": photo, "version": proposal.versions.get(number=1)}


@pytest.fixture(params=KINDS)
def thing(things: dict[str, Any], request) -> Any:
    return things[request.param]


def afresh(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


# Reported -------------------------------------------------------------------------------------------------------------


def test_anybody_reports_it_and_a_clerk_keeps_it(thing, rosa, tomas, clara, at):
    for reason in ("Rude.", "Very rude."):
        thing.report(by=rosa, at=at("proposing"), reason=reason)
    thing.report(by=tomas, at=at("proposing"), reason="Not so good.")
    assert {each.reason for each in thing.open_complaints()} == {"Very rude.", "Not so good."}
    thing.keep(by=clara, at=at("proposing"))
    assert not thing.open_complaints().exists()
    assert not Hiding.objects.exists()
    assert AuditEvent.objects.get().facts == {"reports": 2}
    with pytest.raises(Refused, match="settled already"):
        thing.keep(by=clara, at=at("proposing"))


def test_what_was_kept_and_is_reported_anew_is_looked_at_anew(thing, rosa, clara, at):
    thing.report(by=rosa, at=at("proposing"), reason="Rude.")
    thing.keep(by=clara, at=at("proposing"))
    thing.report(by=rosa, at=at("proposing"), reason="It was changed, and is rude again.")
    assert thing.open_complaints().get().reason == "It was changed, and is rude again."
    assert Complaint.objects.count() == 1


def test_a_report_of_one_thing_is_none_of_another(things, rosa, clara, at):
    for thing in things.values():
        thing.report(by=rosa, at=at("proposing"), reason="Rude.")
    things["proposal"].keep(by=clara, at=at("proposing"))
    assert [thing.open_complaints().count() for thing in things.values()] == [0, 1, 1, 1]


# Hidden and shown again -----------------------------------------------------------------------------------------------


def test_a_clerk_hides_it_and_shows_it_again_and_both_are_on_record(thing, rosa, clara, at):
    now = at("proposing")
    thing.report(by=rosa, at=now, reason="Rude.")
    for _turn in range(2):
        thing.hide(by=clara, at=now, why=Reason.INSULT, reason="Read it aloud.")
        assert afresh(thing).hidden(now).reason == "It insults or threatens people. Read it aloud."
        assert not thing.open_complaints().exists()
        with pytest.raises(Refused, match="hidden already"):
            thing.hide(by=clara, at=now, reason="Again")
        thing.show_again(by=clara, at=now)
        assert afresh(thing).hiding is None
        with pytest.raises(Refused, match="in view"):
            thing.show_again(by=clara, at=now)
    assert Hiding.objects.filter(ended_by=clara, ended_at=now).count() == 2
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["hidden", "unhidden"] * 2


def test_to_hide_one_thing_hides_no_other(things, clara, at):
    for thing in things.values():
        thing.hide(by=clara, at=at("proposing"), reason="So.")
        shown = [other for other in things.values() if other is not thing]
        assert [afresh(other).hiding for other in shown] == [None] * 3
        thing.show_again(by=clara, at=at("proposing"))


def test_only_clerks_do(thing, at, clara, rosa, tomas, martin, ines, otto):
    others = (rosa, tomas, martin, ines, otto)
    for person in others:
        for verb in ("hide", "keep"):
            with pytest.raises(Refused, match="Only a clerk"):
                getattr(thing, verb)(by=person, at=at("proposing"), **({"reason": "No."} if verb == "hide" else {}))
    thing.hide(by=clara, at=at("proposing"), reason="So.")
    for person in others:
        with pytest.raises(Refused, match="Only a clerk"):
            thing.show_again(by=person, at=at("proposing"))


def test_a_reason_is_of_the_list_or_in_words(thing, clara, at):
    with pytest.raises(Refused, match="Give the reason"):
        thing.hide(by=clara, at=at("proposing"), reason=" ")
    thing.hide(by=clara, at=at("proposing"), why=Reason.AD)
    assert afresh(thing).hiding.reason == "It is advertising."


def test_the_city_has_a_list_of_its_own_whose_words_stay(thing, clara, at):
    words = {"en": "It names a neighbour.", "fr": "Un voisin y est nommé."}
    ground, other = (Ground.write(by=clara, outcome=outcome, words=words) for outcome in ("hide", "reject"))
    with pytest.raises(Refused, match="offered no more"):
        thing.hide(by=clara, at=at("proposing"), ground=other)
    thing.hide(by=clara, at=at("proposing"), ground=ground, reason="Twice.")
    ground.offer(False, by=clara, at=at("proposing"))
    assert afresh(thing).hiding.reason == "It names a neighbour. Twice."
    with override("fr"):
        assert afresh(thing).hiding.reason == "Un voisin y est nommé. Twice."
    thing.show_again(by=clara, at=at("proposing"))
    with pytest.raises(Refused, match="offered no more"):
        thing.hide(by=clara, at=at("proposing"), ground=ground)
    assert AuditEvent.objects.get(action="hidden").facts["ground"] == ground.pk


def test_a_draft_is_not_hidden_nor_the_text_as_it_stands(draft, things, clara, at):
    with pytest.raises(Refused, match="Nobody sees a draft"):
        draft.hide(by=clara, at=at("proposing"), reason="So.")
    with pytest.raises(Refused, match="the text as it stands"):
        Version.objects.get(number=2).hide(by=clara, at=at("proposing"), reason="So.")


def test_a_hidden_photo_stays_until_it_is_shown_again(things, rosa, clara, at):
    proposal, photo, now = things["proposal"], things["photo"], at("proposing")
    photo.hide(by=clara, at=now, reason="So.")
    with pytest.raises(Refused, match="no longer be removed"):
        proposal.remove_photo(by=rosa, at=now, photo=afresh(photo))
    photo.show_again(by=clara, at=now)
    proposal.remove_photo(by=rosa, at=now, photo=afresh(photo))
    assert not Photo.objects.exists()
    assert AuditEvent.objects.filter(action="hidden").exists()


# Its author answers ---------------------------------------------------------------------------------------------------


def test_its_author_answers_once_and_nobody_else(things, rosa, tomas, clara, at):
    now = at("proposing")
    for name, author, other in (("proposal", rosa, tomas), ("comment", tomas, rosa), ("photo", rosa, tomas)):
        hiding = things[name].hide(by=clara, at=now, reason="So.")
        for person in (other, clara):
            with pytest.raises(Refused, match="Only its author"):
                hiding.answer_it(by=person, at=now, text="It should stand.")
        with pytest.raises(Refused, match="Write your answer"):
            hiding.answer_it(by=author, at=now, text=" ")
        hiding.answer_it(by=author, at=now, text="It should stand.")
        with pytest.raises(Refused, match="answered already"):
            hiding.answer_it(by=author, at=now, text="It really should.")


def test_a_clerk_reads_the_answer_and_leaves_it_hidden_or_shows_it(thing, clara, at):
    now = at("proposing")
    hiding = thing.hide(by=clara, at=now, reason="So.")
    with pytest.raises(Refused, match="No answer waits"):
        hiding.leave(by=clara, at=now)
    author = type(clara).objects.get(pk=afresh(thing).whose)
    hiding.answer_it(by=author, at=now, text="It should stand.")
    hiding.leave(by=clara, at=now)
    assert afresh(thing).hidden(now)
    assert Hiding.objects.get().answer.read_by == clara
    thing.show_again(by=clara, at=now)
    with pytest.raises(Refused, match="Only its author answers, while"):
        Hiding.objects.get().answer_it(by=author, at=now, text="Too late.")


# A whole proposal from the review on ----------------------------------------------------------------------------------


def is_hidden(proposal: Proposal, at: datetime) -> bool:
    """By both ways to ask, which agree."""
    one = afresh(proposal)
    in_sql = Proposal.objects.hidden(at).filter(pk=one.pk).exists()
    assert in_sql == bool(one.hidden(at))
    assert in_sql != Proposal.objects.in_view(at).filter(pk=one.pk).exists()
    return in_sql


@pytest.mark.parametrize(
    ("hidden", "until"),
    [
        (REVIEW + MONTH / 2, REVIEW + MONTH / 2 + HOLDS_ALONE),
        (REVIEW, REVIEW + HOLDS_ALONE),
        (REVIEW - MINUTE, REVIEW + HOLDS_ALONE),
        (REVIEW - MONTH / 2, REVIEW + HOLDS_ALONE),
    ],
    ids=["in the review", "as it begins", "a minute before", "long before"],
)
def test_what_one_person_hid_lapses_after_two_days_of_review(proposal, clara, hidden, until):
    proposal.hide(by=clara, at=hidden, reason="So.")
    assert is_hidden(proposal, hidden)
    assert is_hidden(proposal, until - MINUTE)
    assert not is_hidden(proposal, until)
    assert not is_hidden(proposal, until + MONTH)


def test_what_is_not_a_whole_proposal_does_not_lapse(things, clara):
    for name in ("comment", "photo", "version"):
        things[name].hide(by=clara, at=REVIEW, reason="So.")
        assert afresh(things[name]).hidden(REVIEW + 2 * MONTH)


def test_a_second_person_confirms_it_and_then_it_holds(proposal, clara, otto, rosa):
    hiding = proposal.hide(by=clara, at=REVIEW, reason="So.")
    with pytest.raises(Refused, match="You hid it"):
        hiding.confirm(by=clara, at=REVIEW + MINUTE)
    with pytest.raises(Refused):
        hiding.confirm(by=rosa, at=REVIEW + MINUTE)
    hiding.confirm(by=otto, at=REVIEW + HOLDS_ALONE - MINUTE)
    assert is_hidden(proposal, REVIEW + MONTH)
    with pytest.raises(Refused, match="does not wait"):
        hiding.confirm(by=otto, at=REVIEW + MINUTE)
    assert AuditEvent.objects.last().facts == {"hidden_by": clara.pk}


def test_too_late_it_is_confirmed_by_nobody(proposal, clara, otto):
    hiding = proposal.hide(by=clara, at=REVIEW, reason="So.")
    with pytest.raises(Refused, match="does not wait"):
        hiding.confirm(by=otto, at=REVIEW + HOLDS_ALONE)


def test_nobody_hides_it_every_two_days(proposal, clara):
    proposal.hide(by=clara, at=REVIEW, reason="So.")
    later = REVIEW + HOLDS_ALONE
    with pytest.raises(Refused, match="Two people withhold it"):
        proposal.hide(by=clara, at=later, reason="So, again.")
    Hiding.end_lapsed(later)
    with pytest.raises(Refused, match="Two people withhold it"):
        proposal.hide(by=clara, at=later, reason="So, again.")


def test_nor_shows_it_for_a_minute_to_begin_anew(proposal, clara):
    proposal.hide(by=clara, at=REVIEW, reason="So.")
    proposal.show_again(by=clara, at=REVIEW + MINUTE)
    with pytest.raises(Refused, match="Two people withhold it"):
        proposal.hide(by=clara, at=REVIEW + 2 * MINUTE, reason="So, again.")


def test_what_was_shown_again_before_the_review_may_be_hidden_in_it(proposal, clara):
    proposal.hide(by=clara, at=REVIEW - MONTH / 2, reason="So.")
    proposal.show_again(by=clara, at=REVIEW - MINUTE)
    proposal.hide(by=clara, at=REVIEW, reason="So.")
    assert is_hidden(proposal, REVIEW)


def test_where_one_person_is_enough_it_holds_and_says_so(proposal, clara):
    OneIsEnough.objects.create(reason="Nobody else.", announced_by=clara, announced_at=REVIEW - MONTH)
    proposal.hide(by=clara, at=REVIEW, reason="So.")
    assert is_hidden(proposal, REVIEW + MONTH)
    assert AuditEvent.objects.get(action="hidden").facts["one_is_enough"]


def test_the_worker_tidies_up_what_has_lapsed_and_nothing_else(things, submitted, rosa, clara, otto):
    alone, confirmed, fresh = things["proposal"], submitted(rosa), submitted(rosa)
    later = REVIEW + HOLDS_ALONE
    things["comment"].hide(by=clara, at=REVIEW, reason="So.")
    alone.hide(by=clara, at=REVIEW, reason="So.")
    confirmed.hide(by=clara, at=REVIEW, reason="So.").confirm(by=otto, at=REVIEW)
    fresh.hide(by=clara, at=REVIEW + MINUTE, reason="So.")
    for _twice in range(2):
        Hiding.end_lapsed(later)
    ended = Hiding.objects.exclude(ended_at=None).get()
    assert (ended.proposal, ended.ended_at, ended.ended_by) == (alone, later, None)
    assert AuditEvent.objects.get(action="hiding lapsed").actor is None
    assert afresh(alone).hiding is None


def test_a_date_that_is_moved_moves_what_lapses(proposal, clara, cycle: Cycle):
    proposal.hide(by=clara, at=REVIEW - MONTH / 2, reason="So.")
    assert not is_hidden(proposal, REVIEW + HOLDS_ALONE)
    cycle.phases.filter(stage="reviewing").update(opens=REVIEW + MONTH / 2)
    assert is_hidden(proposal, REVIEW + HOLDS_ALONE)


minutes = st.integers(-3 * 24 * 60, 6 * 24 * 60)


@pytest.mark.long
@pytest.mark.django_db(transaction=False)
@settings(max_examples=40, deadline=None)
@given(hidden=minutes, asked=minutes, review=st.none() | minutes, confirmed=st.booleans(), ended=st.booleans())
def test_whoever_asks_by_row_or_by_list_is_told_the_same(
    django_db_blocker, request, hidden: int, asked: int, review: int | None, confirmed: bool, ended: bool
) -> None:
    """Hidden, confirmed, ended and asked about in whatever order, with the review anywhere or nowhere."""
    cycle, contest = request.getfixturevalue("cycle"), request.getfixturevalue("riverside_contest")
    clara = request.getfixturevalue("clara")
    with transaction.atomic():
        cycle.phases.all().delete()
        if review is not None:
            cycle.phases.create(stage="reviewing", opens=REVIEW + review * MINUTE)
        (proposal,) = propose(contest, [10_000_00])
        at = REVIEW + hidden * MINUTE
        hiding = proposal.hide(by=clara, at=at, reason="So.")
        if confirmed:
            Hiding.objects.filter(pk=hiding.pk).update(confirmed_at=at, confirmed_by=request.getfixturevalue("otto"))
        if ended:
            hiding.end(by=clara, at=at)
        found = is_hidden(proposal, REVIEW + asked * MINUTE)
        lapses = review is not None and max(hidden, review) + 2 * 24 * 60 <= asked
        assert found == (not ended and (confirmed or not lapses))
        transaction.set_rollback(True)


# The database says no -------------------------------------------------------------------------------------------------

RAW = {
    "ended by hand": "UPDATE proposals_proposal SET hiding_id = NULL",
    "another comment hidden": "UPDATE proposals_comment SET hiding_id = (SELECT min(id) FROM proposals_hiding)",
    "another reason": "UPDATE proposals_hiding SET words = 'So be it.'",
    "another moment": "UPDATE proposals_hiding SET at = at - interval '1 day'",
    "another person": "UPDATE proposals_hiding SET by_id = (SELECT max(id) FROM accounts_user)",
    "forgotten": "DELETE FROM proposals_hiding WHERE ended_at IS NULL",
    "the ended forgotten": "DELETE FROM proposals_hiding WHERE ended_at IS NOT NULL",
    "all of it": "TRUNCATE proposals_hiding CASCADE",
    "begun anew": "UPDATE proposals_hiding SET ended_at = NULL",
    "confirmed too late": "UPDATE proposals_hiding SET confirmed_at = at WHERE ended_at IS NOT NULL",
    "not confirmed": "UPDATE proposals_hiding SET confirmed_at = NULL",
    "confirmed from the start": "INSERT INTO proposals_hiding"
    " (proposal_id, why, words, at, by_id, confirmed_at, confirmed_by_id)"
    " SELECT proposal_id, 'ad', '', at, by_id, at, confirmed_by_id FROM proposals_hiding"
    " WHERE confirmed_by_id IS NOT NULL",
    "confirmed by nobody": "UPDATE proposals_hiding SET confirmed_at = at WHERE confirmed_at IS NULL",
    "confirmed by whoever hid it": "UPDATE proposals_hiding SET confirmed_at = at, confirmed_by_id = by_id"
    " WHERE confirmed_at IS NULL AND ended_at IS NULL",
    "a comment of another": "INSERT INTO proposals_hiding (proposal_id, comment_id, why, words, at, by_id)"
    " SELECT other.id, comment.id, 'ad', '', now(), author_id FROM proposals_comment AS comment"
    " JOIN proposals_proposal AS other USING (author_id) WHERE other.id <> comment.proposal_id",
}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("sql", RAW.values(), ids=RAW)
def test_the_database_refuses_it_too(things, submitted, tomas, clara, otto, at, sql: str) -> None:
    submitted(tomas)  # who also wrote the comment
    things["proposal"].hide(by=clara, at=at("reviewing"), reason="So.").confirm(by=otto, at=at("reviewing"))
    things["comment"].hide(by=clara, at=at("reviewing"), reason="So.")
    things["comment"].show_again(by=clara, at=at("reviewing"))
    things["photo"].hide(by=clara, at=at("reviewing"), reason="So.")
    with pytest.raises(DatabaseError) as refusal, leaving_guards_aside() as cursor:
        cursor.execute(sql)
    said = (
        "stays on record",
        "begins by one",
        "of one submitted",
        "is what a hiding says",
        "only be added",
        "another person",
    )
    assert any(each in str(refusal.value) for each in said), refusal.value


def test_nothing_is_hidden_twice_at_a_time(things, clara, at):
    for thing in things.values():
        thing.hide(by=clara, at=at("proposing"), reason="So.")
        with pytest.raises(DatabaseError, match="hidden_once_at_a_time"), transaction.atomic():
            Hiding.objects.create(**thing.named, by=clara, at=at("proposing"), why="ad")


def test_an_account_that_is_closed_leaves_its_hidings(things, clara, at):
    things["comment"].hide(by=clara, at=at("proposing"), reason="So.")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE proposals_hiding SET by_id = NULL")
    assert afresh(things["comment"]).hiding.by is None
    assert middle_of("proposing") == Hiding.objects.get().at
    assert "A clerk hid this comment" in words_on(signed_in(clara).get(things["proposal"].get_absolute_url()))
