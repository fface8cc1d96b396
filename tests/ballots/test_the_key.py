"""The ballot-box key in the hands of its holders (T-29)."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ballots import key
from ballots.models import BallotBoxKey, KeyShare, Rehearsal
from ballots.sealing import Share, WrongShare, make_key
from lib.refusal import Refused
from tests.vote import cast


def test_the_server_keeps_no_share_and_no_private_key(shares, cycle) -> None:
    kept = str(list(BallotBoxKey.objects.values()) + list(KeyShare.objects.values()))
    for share in shares:
        assert share.secret.hex() not in kept
        assert share.words not in kept
        assert str(share.secret) not in kept


def test_any_two_of_the_three_can_rehearse(shares, cycle, clara, at) -> None:
    moment = at("presenting")
    for pair in ([0, 1], [0, 2], [1, 2]):
        key.rehearse(cycle, [shares[one] for one in pair], by=clara, at=moment)
    assert [rehearsal.share_numbers for rehearsal in Rehearsal.objects.all()][-3:] == [[1, 2], [1, 3], [2, 3]]


def test_without_a_key_nobody_rehearses(cycle) -> None:
    assert "has no key yet" in key.why_not_rehearse(cycle)


def test_one_holder_alone_cannot(shares, cycle, clara, at) -> None:
    with pytest.raises(WrongShare, match="2 sheets are needed, 1 given"):
        key.rehearse(cycle, shares[:1], by=clara, at=at("presenting"))


def test_the_sheet_of_another_cycle_is_named(shares, cycle, clara, at) -> None:
    _, others = make_key(2, 3)
    with pytest.raises(WrongShare, match="Sheet 2 belongs to another key"):
        key.rehearse(cycle, [shares[0], others[1]], by=clara, at=at("presenting"))


def test_shares_with_swapped_numbers_are_named(shares, cycle, clara, at) -> None:
    swapped = [Share(1, shares[1].secret), Share(2, shares[0].secret)]
    with pytest.raises(WrongShare, match="Sheet 1 belongs to another key"):
        key.rehearse(cycle, swapped, by=clara, at=at("presenting"))
    with pytest.raises(WrongShare, match="no sheet 7"):
        key.rehearse(cycle, [Share(7, shares[0].secret), shares[1]], by=clara, at=at("presenting"))


def test_a_lost_sheet_before_the_vote_means_a_new_key(shares, cycle, clara, ines, otto, clara_and_otto, at) -> None:
    moment = at("presenting")
    with pytest.raises(Refused, match="two people give it up first"):
        key.make(cycle, [clara, ines, otto], by=clara, at=moment, replaces=key.name_of(cycle.box_key.public_key))
    key.give_up(cycle, by=clara_and_otto, at=moment, reason="Otto's sheet was in a bag that was stolen.")
    again = key.make(cycle, [clara, ines, otto], by=clara, at=moment)
    cycle.refresh_from_db()
    assert not cycle.box_key.is_rehearsed
    with pytest.raises(WrongShare, match="another key"):
        key.rehearse(cycle, shares[:2], by=clara, at=moment)
    key.rehearse(cycle, again[1:], by=clara, at=moment)


def test_no_new_key_once_somebody_has_voted(voting, cycle, rosa_may_vote, riverside_contest, clara, ines, at) -> None:
    cast(riverside_contest, {}, by=rosa_may_vote)
    with pytest.raises(Refused, match="before voting opens"):
        key.make(cycle, [clara, ines], by=clara, at=voting)
    with pytest.raises(Refused, match="cannot be replaced"):
        key.make(cycle, [clara, ines], by=clara, at=at("presenting"))


def test_no_single_person_can_hold_a_key(cycle, clara, ines, at) -> None:
    moment = at("presenting")
    for holders, threshold in [([clara, clara], 2), ([clara], 1), ([clara], 2), ([clara, ines], 1)]:
        with pytest.raises(Refused, match="different holders"):
            key.make(cycle, holders, by=clara, at=moment, threshold=threshold)


def test_who_makes_rehearses_or_gives_up_waits_for_who_is_at_the_same_box(cycle, clara, ines, clara_and_otto, at):
    moment, shares = at("presenting"), list[Share]()
    acts = [
        lambda: shares.extend(key.make(cycle, [clara, ines], by=clara, at=moment)),
        lambda: key.rehearse(cycle, shares, by=clara, at=moment),
        lambda: key.give_up(cycle, by=clara_and_otto, at=moment, reason="A sheet was lost."),
    ]
    for act in acts:
        with CaptureQueriesContext(connection) as asked:
            act()
        assert _locks_the_cycle(asked)
    with CaptureQueriesContext(connection) as asked, pytest.raises(Refused):
        key.destroy_shares(cycle, "Ines", by=clara, at=moment)
    assert _locks_the_cycle(asked)


def _locks_the_cycle(asked: CaptureQueriesContext) -> bool:
    return any('FROM "budgeting_cycle"' in each["sql"] and "FOR UPDATE" in each["sql"] for each in asked)


def test_shares_are_destroyed_only_after_the_opening(shares, cycle, clara, at) -> None:
    with pytest.raises(Refused, match="until the box has been opened"):
        key.destroy_shares(cycle, "Ines and Otto", by=clara, at=at("voting"))


def test_in_one_room_the_holders_rehearse_at_a_terminal(shares, cycle, clara, ines, at, monkeypatch) -> None:
    at("presenting")
    numbers, typed = iter("13"), iter([shares[0].words, shares[2].words])
    monkeypatch.setattr("builtins.input", lambda _: next(numbers))
    monkeypatch.setattr("ballots.management.commands.ballot_box.getpass", lambda _: next(typed))
    call_command("ballot_box", "rehearse", "2027", "--by", clara.email)
    assert Rehearsal.objects.order_by("pk").last().share_numbers == [1, 3]
    with pytest.raises(CommandError, match="is no clerk"):
        call_command("ballot_box", "rehearse", "2027", "--by", ines.email)
    with pytest.raises(CommandError, match="There is no cycle 2099"):
        call_command("ballot_box", "open", "2099", "--by", clara.email)
    with pytest.raises(CommandError, match="invalid choice: 'key'"):  # it would show all sheets to one
        call_command("ballot_box", "key", "2027", "--by", clara.email)
