"""Of what was done by the verbs, and forgotten when its time came, `verify_audit` says nothing (T-32)."""

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection, transaction

from accounts import closing
from audit import compared
from audit.acts import Done
from audit.chain import chained
from audit.models import AuditEvent
from ballots import chain, draws, key
from ballots.closing import extend_voting
from ballots.models import Envelope, Participation
from budgeting import one_is_enough, retention, two
from budgeting.models import Contest, Draw
from budgeting.stages import Stage
from budgeting.two import Joint
from residents.letters import make_codes
from residents.models import LetterRun, Verification
from tests.audited import said
from tests.cast import MONTH, bring_in, person, put_on_paper
from tests.lies import every_guard_lifted
from tests.vote import cast
from tests.whole_vote import WHY, WholeVote


def test_t32_of_a_whole_life_to_its_forgetting_nothing_is_said(whole_vote: WholeVote) -> None:
    vote, otto = whole_vote, whole_vote.otto
    what_comes_to_nothing(vote)
    vote.to_voting()
    a_claim_is_settled(vote)
    a_letter_goes_along(vote)
    closes = vote.now.window(Stage.VOTING).closes
    extend_voting(vote.now, until=closes + timedelta(hours=1), by=vote.both, reason=WHY)
    assert said() == []
    vote.to_the_opening()
    vote.to_the_results()
    moment = vote.at("delivering")
    vote.ines.roles.get().revoke(by=vote.clara, at=moment)
    key.destroy_shares(vote.cycle, "The council", by=vote.clara, at=vote.at("results"))
    assert said() == []
    Envelope.objects.all().delete()
    retention.forget(moment + 3 * MONTH)
    assert not Participation.objects.exists()
    for gone in vote.voters:
        closing.close(gone, at=moment + 3 * MONTH)
    assert said() == []
    otto.refresh_from_db()
    assert otto.is_active


def what_comes_to_nothing(vote: WholeVote) -> None:
    """A contest with a draw that is deleted again, an act that is turned down, an announcement that is revoked."""
    moment = vote.at("preparing")
    spare = Contest.objects.create(cycle=vote.cycle, district=vote.riverside.district, name="Spare", slug="x", budget=1)
    draw = Draw(cycle=vote.cycle, contest=spare, use="ties", what="A coin", drawn_by="Us", takes_place=moment + MONTH)
    draws.announce(draw, by=vote.clara, at=moment)
    spare.delete()
    one_is_enough.revoke(one_is_enough.announce(WHY, by=vote.clara, at=moment), by=vote.otto, at=moment)
    moment = vote.at("presenting")
    act = two.sketch(Joint.CLOSE_WITHOUT_VOTE, on=vote.city, cycle=vote.cycle, reason=WHY)
    two.withdraw(two.propose(act, by=vote.clara, at=moment), by=vote.otto, at=moment)


def a_claim_is_settled(vote: WholeVote) -> None:
    """Whoever was verified first was not who the line is of."""
    moment, line = vote.at("voting"), vote.voters[4].verifications.get().resident
    claim = Verification.at_desk(line, person("Nora"), by=vote.clara, at=moment)
    claim.settle(by=two.Two(vote.ines, vote.otto), at=moment, granted=True, reason="The document.")


def a_letter_goes_along(vote: WholeVote) -> None:
    """With a line that is joined to another, before it is used there; another is made worthless by the next."""
    moment = vote.at("voting")
    ended, stays, third = (vote.line(vote.riverside.district) for _ in range(3))
    run = LetterRun.objects.create(cycle=vote.cycle, made_at=moment, made_by=vote.clara)
    make_codes([ended, third], by=vote.clara, at=moment, run=run)
    run.post(by=vote.otto, at=moment)
    make_codes([third], by=vote.clara, at=moment)
    act = two.sketch(Joint.JOIN_LINES, on=ended, cycle=vote.cycle, ended=ended.pk, stays=stays.pk, reason=WHY)
    two.confirm(two.propose(act, by=vote.clara, at=moment), by=vote.otto, at=moment)
    assert stays.letter_codes.live().exists()


# From an earlier version ---------------------------------------------------------------------------------------------

SINCE = {
    Done.CHANGED: {"calendar", "letters_vote"},
    Done.ONE_IS_ENOUGH: {"at"},
    Done.LETTERS_MADE: {"run"},
    Done.LETTERS_POSTED: {"codes"},
    Done.LINES_JOINED: {"letters"},
    Done.DRAW_ANNOUNCED: {"drawn_by", "of", "reason"},
    Done.PROPOSAL_DECIDED: {"at"},
    Done.CORRECTION_DECIDED: {"text"},
    Done.KEY_MADE: {"held"},
    Done.VOTING_PAUSED: {"at", "dates"},
    Done.VOTING_RESUMED: {"at", "dates", "calendar"},
    Done.BOX_OPENED: {"at", "ballots"},
    Done.COUNTED: {"at"},
}
"""What entries say, and those of an earlier version did not."""


def as_an_earlier_version_wrote_it() -> None:
    """The log, chained anew; the board, which did not say what was cast; and nobody is on the roll."""
    last, events = bytes(32), []
    for each in AuditEvent.objects.exclude(action=Done.BOARD_PUBLISHED).order_by("number"):
        new = SINCE.get(Done(each.action), ())
        each.facts = {name: value for name, value in each.facts.items() if name not in new}
        events.append(each)
    with every_guard_lifted(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditevent")
        for number, each in enumerate(events, start=1):
            each.number, each.previous_hash = number, last
            each.hash = last = chained(last, each.entry())
        AuditEvent.objects.bulk_create(events)
        for contest in Contest.objects.filter(envelopes__isnull=False).distinct():
            batch = contest.batches.get()
            batch.first, batch.repeated, batch.log_head = None, None, ""
            batch.root = chain.root_of(batch)
            cursor.execute("DELETE FROM ballots_boardbatch WHERE contest_id = %s", [contest.pk])
            batch.save(force_insert=True)
            with transaction.atomic():
                for voter in contest.envelopes.values_list("resident", flat=True):
                    AuditEvent.append(Done.VOTED, by=None, on=contest, resident=voter)
        cursor.execute("DELETE FROM ballots_participation")


def test_t32_of_what_an_earlier_version_left_nothing_is_said(whole_vote: WholeVote) -> None:
    whole_vote.to_voting()
    as_an_earlier_version_wrote_it()
    assert said() == []
    cast(whole_vote.boxes[0], {3: 1}, by=whole_vote.voters[3])
    whole_vote.to_the_close()
    whole_vote.to_the_opening()
    whole_vote.to_the_results()
    assert said() == []


def test_t32_an_election_that_an_earlier_version_brought_in_is_put_on_record_as_it_is_found(riverside_contest) -> None:
    put_on_paper(riverside_contest)
    bring_in(riverside_contest, {"1:1": 3})
    alarm = "Elections from elsewhere: the election from elsewhere of budgeting.contest:"
    assert [line for line in said() if line.startswith(alarm)]
    import_module("ballots.migrations.0025_elections_from_elsewhere_are_on_record").note(apps, None)
    assert said() == []


# While others work ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_t32_all_is_seen_as_of_one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A role that somebody grants between two questions is in both answers or in none."""
    seen: list[str] = []

    def look() -> Iterator[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')")
            seen.extend(cursor.fetchone())
        yield from ()

    monkeypatch.setattr(compared, "_compared", {"How it looks": look})
    assert said() == []
    assert seen == ["repeatable read", "on"]


def test_t32_what_cannot_be_compared_is_said_and_keeps_nothing_back(db, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {"A": lambda: iter([1 // 0]), "B": lambda: iter(["differs."])}
    monkeypatch.setattr(compared, "_compared", broken)
    told = "A: cannot be compared as they are stored: ZeroDivisionError: "
    assert [line.removesuffix("integer division or modulo by zero") for line in said()] == [told, "B: differs."]
