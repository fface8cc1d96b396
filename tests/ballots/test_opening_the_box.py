"""Opening the box: everything accounted for, or nothing (T-34)."""

import re
from collections import Counter
from datetime import timedelta

import pytest

from audit.models import AuditEvent
from ballots import board, chain, key, marks, slots
from ballots.counting import count_contest, rule_of
from ballots.models import Count, Envelope, InvalidBallot, OpenedBallot, Opening
from ballots.opening import export, open_box
from ballots.sealing import WrongShare, ballot_info, fingerprint, seal
from budgeting.models import Cycle
from budgeting.stages import Act
from lib.refusal import Refused
from residents.models import Verification
from tests.cast import open_elsewhere
from tests.databases import lifted, refused_by_the_database, without_triggers
from tests.keeping import kept
from tests.papers import words_on
from tests.vote import cast

BALLOTS = [{1: 1}, {1: 1, 4: 1}, {}, {1: 1}, {2: 1, 4: 1}, {4: 1}, {1: 1, 4: 1}, {4: 1}, {4: 1}, {}, {6: 1}, {4: 1}]


@kept
def voted(voting, neighbours, riverside_contest) -> None:
    for user, choices in zip(neighbours, BALLOTS, strict=True):
        cast(riverside_contest, choices, by=user)


@kept
def opened(voted, cycle, shares, clara, at) -> Opening:
    return open_box(cycle, shares[1:], by=clara, at=at("counting"))


def test_what_comes_out_is_what_was_put_in_without_names_or_order(opened, riverside_contest) -> None:
    rows = list(OpenedBallot.objects.order_by("pk").values_list("content", "ballots"))
    assert Counter(dict(rows)) == Counter(map(marks.as_text, BALLOTS))
    assert rows == sorted(rows)


def test_the_record_balances(opened, riverside_contest) -> None:
    final = riverside_contest.batches.get(final=True)
    assert opened.share_numbers == [2, 3]
    assert opened.reconciliation["riverside"] == {
        "voters": 12,
        "channels": {"online": {"envelopes": 12, "opened": 12, "invalid": 0}},
        "board": {"root": final.root, "batches": 1, "envelopes": 12},
    }
    assert AuditEvent.objects.filter(action="box opened").exists()


def test_the_box_stays_shut_until_voting_has_closed(voted, cycle, shares, clara, at) -> None:
    for stage in ("presenting", "voting"):
        with pytest.raises(Refused, match="once voting has closed"):
            open_box(cycle, shares[:2], by=clara, at=at(stage))


def test_it_is_told_how_far_it_is(voted, cycle, shares, clara, at, monkeypatch) -> None:
    told: list[int] = []
    for every in (5, 1):
        monkeypatch.setattr("ballots.opening.TOLD_EVERY", every)
        open_box(cycle, shares[:2], by=clara, at=at("counting"), progress=told.append)
    assert told == [5, 10, *range(1, 13)]


def test_one_share_does_not_open_it(voted, cycle, shares, clara, at) -> None:
    with pytest.raises(WrongShare):
        open_box(cycle, shares[:1], by=clara, at=at("counting"))
    assert not OpenedBallot.objects.exists()


def test_opening_again_gives_the_same(opened, cycle, shares, clara, at) -> None:
    assert open_box(cycle, shares[:2], by=clara, at=at("results")) == opened
    assert OpenedBallot.objects.count() == 6


def test_opening_again_notices_another_result(opened, cycle, shares, clara, at, riverside_contest) -> None:
    with lifted("ballots_openedballot", "is_a_fact"):
        OpenedBallot.objects.create(contest=riverside_contest, content="5:1", ballots=1)
    with pytest.raises(Refused, match="something else than the first"):
        open_box(cycle, shares[:2], by=clara, at=at("results"))


def test_after_the_opening_the_box_takes_nothing_more(opened) -> None:
    assert "has been opened" in refused_by_the_database("UPDATE ballots_envelope SET channel = 'paper'")
    assert "only be added to" in refused_by_the_database("UPDATE ballots_openedballot SET ballots = 9")
    assert "only be added to" in refused_by_the_database("DELETE FROM ballots_openedballot")
    assert "only be added to" in refused_by_the_database("DELETE FROM ballots_opening")


def sealed_into(contest, plain: bytes) -> bytes:
    info = ballot_info(contest.cycle.slug, contest.slug, contest.paper.digest)
    return seal(plain, bytes(contest.cycle.box_key.public_key), info)


def put_in(envelope: Envelope, sealed: bytes) -> None:
    """As if this resident had voted again, by a booth that seals anything."""
    Envelope.objects.filter(pk=envelope.pk).update(sealed=sealed, fingerprint=fingerprint(sealed))
    slots.count(envelope.contest, again=True)


def test_an_invalid_ballot_is_counted_as_invalid_with_its_reason(
    voted, cycle, shares, clara, at, riverside_contest
) -> None:
    """What the booth never makes: two approvals of one project, no ballot at all, and noise."""
    one, two, three = Envelope.objects.order_by("fingerprint")[:3]
    put_in(one, sealed_into(riverside_contest, marks.encode({1: 2}, 6)))
    put_in(two, sealed_into(riverside_contest, b"\x02" + bytes(marks.length(6) - 1)))
    put_in(three, bytes(len(three.sealed)))
    opening = open_box(cycle, shares[:2], by=clara, at=at("counting"))
    assert dict(InvalidBallot.objects.values_list("reason", "ballots")) == {
        "A project can be chosen once.": 1,
        "What is in the envelope is no ballot of this contest.": 1,
        "The envelope does not open.": 1,
    }
    assert opening.reconciliation["riverside"]["channels"]["online"] == {"envelopes": 12, "opened": 9, "invalid": 3}


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("tampering", "sentence"),
    [
        ("DELETE FROM ballots_envelope WHERE fingerprint = %(one)s", "1 envelopes are on the board but not in the box"),
        (
            "UPDATE ballots_envelope SET sealed = (SELECT sealed FROM ballots_envelope WHERE fingerprint <> %(one)s"
            " LIMIT 1) WHERE fingerprint = %(one)s",
            "1 envelopes are not what their fingerprints say",
        ),
        (
            "UPDATE ballots_envelope SET fingerprint = repeat('A', 32) WHERE fingerprint = %(one)s",
            "1 envelopes are in the box but not on the board",
        ),
        ("UPDATE ballots_boardbatch SET root = repeat('0', 64)", "batch 1 of the board was altered"),
    ],
)
def test_a_tampered_box_is_refused_and_said_where(
    voted, cycle, shares, clara, at, riverside_contest, tampering, sentence
):
    moment = at("counting")
    board.publish(riverside_contest)
    one = Envelope.objects.order_by("fingerprint").values_list("fingerprint", flat=True).first()
    without_triggers(tampering % {"one": f"'{one}'"})
    with pytest.raises(Refused, match=sentence):
        open_box(cycle, shares[:2], by=clara, at=moment)
    assert not OpenedBallot.objects.exists()
    assert not Opening.objects.exists()


def test_an_envelope_nobody_cast_is_refused(voted, cycle, shares, clara, at, rosa_may_vote, riverside_contest) -> None:
    """Put in by SQL before the board's last batch: only the count of ballots cast knows that nobody voted."""
    sealed = sealed_into(riverside_contest, marks.encode({1: 1}, 6))
    Envelope.objects.create(
        resident=Verification.of(rosa_may_vote, cycle).resident,
        contest=riverside_contest,
        sealed=sealed,
        fingerprint=fingerprint(sealed),
    )
    with pytest.raises(Refused, match="1 envelopes were put in by nobody who voted online"):
        open_box(cycle, shares[:2], by=clara, at=at("counting"))


def test_a_voter_whose_envelope_is_gone_is_missed(voted, cycle, shares, clara, at) -> None:
    moment = at("counting")
    without_triggers("DELETE FROM ballots_envelope WHERE fingerprint = (SELECT min(fingerprint) FROM ballots_envelope)")
    with pytest.raises(Refused, match="1 residents voted online, but have no envelope"):
        open_box(cycle, shares[:2], by=clara, at=moment)


@pytest.mark.long
def test_the_box_can_be_opened_again_elsewhere(opened, shares, riverside_contest, tmp_path) -> None:
    box, listed = export(riverside_contest), chain.list_of(chain.in_force(riverside_contest.batches.all()))
    assert "resident" not in box
    found = open_elsewhere(tmp_path, box, listed, shares[1:])
    said = dict(line.split(maxsplit=1)[::-1] for line in re.findall(r" *\d+  (?:\(|\d).*", found.stdout))
    ballots = OpenedBallot.objects.values_list("content", "ballots")
    assert said == {content or "(blank)": str(count) for content, count in ballots}
    other = open_elsewhere(tmp_path, box, listed[33:], shares[1:])
    assert other.returncode == 1
    assert "FRAUD (stuffing): the box has 1 envelopes more than the board" in other.stderr


def test_the_ballots_are_counted(opened, riverside_contest, clara, at) -> None:
    count = count_contest(riverside_contest, by=clara, at=at("counting"))
    # Library benches have 7 votes, the playground 4. Of the two with one vote the bee hotel is cheaper, and then
    # the cycle stands do not fit.
    assert count.outcome["winners"] == ["4", "1", "6"]
    assert count.outcome["spent"] == 180_000_00
    assert count.outcome["totals"]["votes"]["4"] == 7


def test_proposals_learn_whether_they_are_funded_when_results_open(opened, riverside_contest, clara, at, cycle) -> None:
    count_contest(riverside_contest, by=clara, at=at("counting"))
    funded = {line.ballot_number: line.proposal.award for line in riverside_contest.paper.lines.all()}
    assert {number for number, award in funded.items() if award.funded} == {4, 1, 6}
    playground = riverside_contest.paper.lines.get(ballot_number=1).proposal
    assert playground.status_at(at("counting")) != "funded"
    assert playground.status_at(at("results")) == "funded"


def test_results_that_are_postponed_after_the_count_stay_out_of_sight(
    opened, riverside_contest, clara, at, cycle
) -> None:
    count_contest(riverside_contest, by=clara, at=at("counting"))
    playground = riverside_contest.paper.lines.get(ballot_number=1).proposal
    the_old_day = at("results")
    cycle.phases.filter(stage="results").update(opens=the_old_day + timedelta(days=3))
    assert playground.status_at(the_old_day) != "funded"
    assert not Cycle.objects.get().allows(Act.SEE_RESULTS, the_old_day)
    assert playground.status_at(the_old_day + timedelta(days=3)) == "funded"


def test_without_dates_for_the_results_nobody_learns_what_is_funded(
    opened, riverside_contest, clara, at, cycle
) -> None:
    count_contest(riverside_contest, by=clara, at=at("counting"))
    cycle.phases.filter(stage__in=("results", "delivering")).delete()
    playground = riverside_contest.paper.lines.get(ballot_number=1).proposal
    assert playground.status_at(at("delivering")) != "funded"


def test_a_vote_is_not_counted_anew_once_the_building_has_begun(opened, riverside_contest, clara, at) -> None:
    with pytest.raises(Refused, match="between the close of the vote and the end of the results"):
        count_contest(riverside_contest, by=clara, at=at("delivering"))


def test_v17_the_desk_offers_a_count_as_long_as_the_calendar_does(opened, riverside_contest, client, clara, at) -> None:
    client.force_login(clara)
    at("counting")
    count = "/2027/box/count/riverside/"
    said = words_on(client.post(count, follow=True))
    assert "Riverside is counted." in said
    assert "Count again" in said
    at("results")
    assert "Riverside is counted as before: nothing has changed." in words_on(client.post(count, follow=True))
    assert AuditEvent.objects.filter(action="counted").count() == 1
    at("delivering")
    page = words_on(client.get("/2027/box/"))
    assert "Count again" not in page
    assert "between the close of the vote and the end of the results" in page


def test_nothing_is_counted_before_the_box_is_opened(voted, riverside_contest, clara, at) -> None:
    with pytest.raises(Refused, match="opened before"):
        count_contest(riverside_contest, by=clara, at=at("counting"))


def test_a_contest_without_a_key_is_not_counted_either(riverside_paper, riverside_contest, clara, at) -> None:
    """No ballot was cast: otherwise every project would be told that it lost."""
    with pytest.raises(Refused, match="opened before"):
        count_contest(riverside_contest, by=clara, at=at("counting"))
    assert not Count.objects.exists()


def test_a_rule_that_makes_no_sense_is_refused_in_a_sentence(riverside_contest) -> None:
    riverside_contest.rule_parameters = {"weather": "fine"}
    with pytest.raises(Refused, match="weather"):
        rule_of(riverside_contest)


def test_counting_again_changes_nothing(opened, riverside_contest, clara, at) -> None:
    first = count_contest(riverside_contest, by=clara, at=at("counting"))
    assert count_contest(riverside_contest, by=clara, at=at("results")).outcome == first.outcome
    assert Count.objects.count() == 1


def test_the_shares_are_destroyed_on_record(opened, cycle, clara, at, ines) -> None:
    destroyed = key.destroy_shares(cycle, "Ines and Otto", by=clara, at=at("results"))
    assert cycle.box_key.destruction == destroyed
    assert destroyed.witnesses == "Ines and Otto"
    Envelope.objects.all().delete()
    assert not Envelope.objects.exists()
