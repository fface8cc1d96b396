"""Casting a ballot: who may, when, and what is kept of it."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from audit.models import AuditEvent
from ballots import key, slots, stocktaking
from ballots.casting import NotValid, NotVerified, receipt_of
from ballots.models import BallotPaper, Envelope, Participation
from ballots.sealing import fingerprint, in_groups
from budgeting.models import Contest, District
from budgeting.stages import Stage
from lib import clock
from lib.refusal import Refused
from residents.models import Resident, Verification
from tests.cast import enrol, inside, put_on_paper
from tests.databases import refused_by_the_database
from tests.vote import cast


def test_rosa_votes_and_gets_a_receipt(voting, shares, rosa_may_vote, riverside_contest) -> None:
    receipt = cast(riverside_contest, {1: 1, 4: 1}, by=rosa_may_vote)
    envelope = Envelope.objects.get()
    assert receipt.fingerprint == envelope.fingerprint == fingerprint(bytes(envelope.sealed))
    assert str(receipt) == in_groups(receipt.fingerprint)
    assert receipt_of(rosa_may_vote, riverside_contest) == receipt
    assert inside(envelope, shares) == {1: 1, 4: 1}


def test_voting_again_replaces_the_ballot(voting, shares, rosa_may_vote, riverside_contest) -> None:
    first = cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    second = cast(riverside_contest, {2: 1}, by=rosa_may_vote)
    assert first != second
    assert inside(Envelope.objects.get(), shares) == {2: 1}
    assert receipt_of(rosa_may_vote, riverside_contest) == second


def test_everybody_has_their_own_receipt_and_who_has_not_voted_none(voting, neighbours, riverside_contest) -> None:
    receipts = [cast(riverside_contest, {1: 1}, by=neighbour) for neighbour in neighbours[:2]]
    assert [receipt_of(neighbour, riverside_contest) for neighbour in neighbours[:3]] == [*receipts, None]


def test_s12_no_log_knows_that_rosa_voted(voting, rosa_may_vote, riverside_contest) -> None:
    before = AuditEvent.last_head()
    for choice in (1, 2, 4):
        cast(riverside_contest, {choice: 1}, by=rosa_may_vote)
    assert AuditEvent.last_head() == before


def test_s12_that_rosa_took_part_is_a_row_with_the_day_and_the_tie_she_voted_by_last(
    voting, rosa_may_vote, riverside_contest, monkeypatch
) -> None:
    """Neither the moment is in it nor how often."""
    tie = Verification.of(rosa_may_vote, riverside_contest.cycle)
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    monkeypatch.setattr(clock, "of_the_database", lambda: voting + timedelta(days=2))
    cast(riverside_contest, {2: 1}, by=rosa_may_vote)
    assert Participation.objects.values().get() == {
        "resident_id": tie.resident_id,
        "contest_id": riverside_contest.pk,
        "channel": "account",
        "hand": tie.pk,
        "day": localdate(voting + timedelta(days=2)),
    }


def test_each_ballot_is_counted_as_a_first_or_a_repeated_one(voting, neighbours, riverside_contest) -> None:
    for user in (*neighbours[:3], neighbours[0], neighbours[0]):
        cast(riverside_contest, {1: 1}, by=user)
    stock = stocktaking.take(riverside_contest)
    assert (stock.first, stock.repeated, stock.voters) == (3, 2, 3)


def test_a_vote_that_is_refused_is_not_counted(voting, neighbours, riverside_contest, monkeypatch) -> None:
    cast(riverside_contest, {1: 1}, by=neighbours[0])
    monkeypatch.setattr(slots, "count", fails)
    with pytest.raises(OSError, match="no space left"):
        cast(riverside_contest, {1: 1}, by=neighbours[1])
    stock = stocktaking.take(riverside_contest)
    assert (stock.first, stock.repeated, len(stock.in_the_box)) == (1, 0, 1)
    assert Participation.objects.count() == 1


def fails(*_: object, **__: object) -> None:
    raise OSError("no space left on device")


def test_who_is_not_verified_cannot_vote(voting, rosa, riverside_contest) -> None:
    with pytest.raises(NotVerified):
        cast(riverside_contest, {1: 1}, by=rosa)


def test_tomas_votes_where_he_lives_and_city_wide(
    voting, tomas, cycle, riverside, hillside_contest, riverside_contest
) -> None:
    enrol(tomas, cycle, hillside_contest.district)
    with pytest.raises(Refused, match="You vote in Hillside"):
        cast(riverside_contest, {1: 1}, by=tomas)
    everywhere = District.objects.create(slug="city", name="The whole city", city_wide=True)
    of_the_city = Contest.objects.create(cycle=cycle, district=everywhere, budget=250_000_00)
    for contest in (hillside_contest, of_the_city):
        put_on_paper(contest)
    for contest in (hillside_contest, of_the_city):
        assert cast(contest, {1: 1}, by=tomas)


def test_rosa_who_moves_while_voting_is_open_does_not_vote_in_both_districts(
    voting, rosa_may_vote, riverside_contest, hillside_contest
) -> None:
    """T-01. The register may be imported again during the vote."""
    put_on_paper(hillside_contest)
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    Resident.objects.update(district=hillside_contest.district)
    with pytest.raises(Refused, match="You have voted in Riverside"):
        cast(hillside_contest, {1: 1}, by=rosa_may_vote)
    assert Envelope.objects.get().contest == riverside_contest
    assert (stocktaking.take(riverside_contest).first, stocktaking.take(hillside_contest).first) == (1, 0)
    sealed = bytes(Envelope.objects.get().sealed)
    assert "voted in another district" in refused_by_the_database(
        "INSERT INTO ballots_envelope (resident_id, contest_id, sealed, fingerprint, channel)"
        " VALUES (%s, %s, %s, %s, 'online')",
        Resident.objects.get().pk,
        hillside_contest.pk,
        sealed,
        "A" * 32,
    )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE budgeting_cycle SET slug = '2028'",
        "UPDATE budgeting_cycle SET currency = 'HUF'",
        "UPDATE budgeting_district SET slug = 'river-side'",
        "UPDATE budgeting_district SET city_wide = true",
    ],
)
def test_what_the_ballots_are_bound_to_cannot_change_under_them(voting, riverside, change) -> None:
    """T-05. Under another address no envelope would open; in a city-wide district everybody would vote."""
    assert "frozen" in refused_by_the_database(change)


def test_the_name_of_a_district_can_still_be_put_right(voting, riverside) -> None:
    riverside.name = "Riverside and Quays"
    riverside.save()


def test_who_moved_away_cannot_vote(voting, rosa_may_vote, riverside_contest) -> None:
    Resident.objects.update(removed_at=voting)
    with pytest.raises(NotVerified):
        cast(riverside_contest, {1: 1}, by=rosa_may_vote)


def test_an_invalid_ballot_is_not_sealed(voting, rosa_may_vote, riverside_contest) -> None:
    with pytest.raises(NotValid) as refused:
        cast(riverside_contest, {7: 1}, by=rosa_may_vote)
    assert refused.value.reasons == ["A project is not on this ballot paper."]
    assert not Envelope.objects.exists()


def test_nobody_votes_before_the_holders_have_rehearsed(
    riverside_paper, cycle, rosa_may_vote, riverside_contest, clara, ines, at
) -> None:
    key.make(cycle, [clara, ines], by=clara, at=at("presenting"))
    at("voting")
    with pytest.raises(Refused, match="not ready"):
        cast(riverside_contest, {1: 1}, by=rosa_may_vote)


def test_nobody_votes_without_a_frozen_paper(cycle, shares, at, rosa_may_vote, riverside_contest) -> None:
    at("voting")
    with pytest.raises(Refused, match="not ready"):
        cast(riverside_contest, {1: 1}, by=rosa_may_vote)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("edge", "offset", "accepted"),
    [("opens", -1, False), ("opens", 0, True), ("closes", -1, True), ("closes", 0, False), ("closes", 1, False)],
)
def test_the_database_clock_decides_to_the_millisecond(
    voting, cycle, rosa_may_vote, riverside_contest, monkeypatch, edge, offset, accepted
) -> None:
    """T-04. The application's clock, turned to the middle of the vote, is not asked."""
    moment = getattr(cycle.window(Stage.VOTING), edge) + timedelta(milliseconds=offset)
    monkeypatch.setattr(clock, "of_the_database", lambda: moment)
    if accepted:
        assert cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    else:
        with pytest.raises(Refused, match="Voting is not open"):
            cast(riverside_contest, {1: 1}, by=rosa_may_vote)
        assert not Envelope.objects.exists()
        assert stocktaking.take(riverside_contest).first == 0


def test_a_ballot_handed_in_on_paper_stays(voting, rosa_may_vote, riverside_contest) -> None:
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    Envelope.objects.update(channel="paper")
    before = Envelope.objects.values_list("fingerprint", flat=True).get()
    with pytest.raises(Refused, match="on paper"):
        cast(riverside_contest, {2: 1}, by=rosa_may_vote)
    assert Envelope.objects.values_list("fingerprint", flat=True).get() == before


def test_every_envelope_of_a_contest_has_one_length(voting, neighbours, riverside_contest) -> None:
    for count, user in enumerate(neighbours[:7]):
        cast(riverside_contest, dict.fromkeys(range(1, count + 1), 1), by=user)
    assert len({len(sealed) for sealed in Envelope.objects.values_list("sealed", flat=True)}) == 1


def test_the_database_refuses_what_the_application_never_does(
    voting, tomas, cycle, riverside, rosa_may_vote, riverside_contest
) -> None:
    """T-02: direct SQL, with the application's own rights."""
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    tomas_line = enrol(tomas, cycle, riverside)
    row = Envelope.objects.values("resident_id", "contest_id", "sealed", "fingerprint").get()
    insert = (
        "INSERT INTO ballots_envelope (resident_id, contest_id, sealed, fingerprint, channel)"
        " VALUES (%s, %s, %s, %s, 'online')"
    )
    sealed, contest = bytes(row["sealed"]), row["contest_id"]
    assert "ballots_envelope_pkey" in refused_by_the_database(insert, row["resident_id"], contest, sealed, "A" * 32)
    assert "length" in refused_by_the_database(insert, tomas_line.pk, contest, sealed + b"x", "A" * 32)
    assert "fingerprint" in refused_by_the_database(insert, tomas_line.pk, contest, sealed, row["fingerprint"])
    assert "base32" in refused_by_the_database(insert, tomas_line.pk, contest, sealed, "a" * 32)
    assert "stays with its resident" in refused_by_the_database(
        "UPDATE ballots_envelope SET resident_id = %s", tomas_line.pk
    )
    assert "stays in the box" in refused_by_the_database("DELETE FROM ballots_envelope")
    assert "sealed to this key" in refused_by_the_database("UPDATE ballots_ballotboxkey SET threshold = 2")
    paper = BallotPaper.objects.get()
    assert "may only be added to" in refused_by_the_database("UPDATE ballots_ballotpaper SET digest = ''")
    assert "may only be added to" in refused_by_the_database("UPDATE ballots_ballotline SET cost = 1")
    assert "may only be added to" in refused_by_the_database("DELETE FROM ballots_ballotline")
    assert "frozen" in refused_by_the_database(
        "INSERT INTO ballots_ballotline (paper_id, ballot_number, proposal_id, title, summary, cost)"
        " VALUES (%s, 7, 1, '', '', 1)",
        paper.pk,
    )
    assert "frozen" in refused_by_the_database("UPDATE budgeting_contest SET budget = 1")
