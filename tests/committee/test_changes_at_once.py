"""An author answers while whoever presides settles it, or the text becomes another: one clear state in the end."""

import pytest

from accounts.models import User
from committee import changing, correcting, settling_changes
from committee.models import ChangeRuling, ProposedChange
from proposals.models import Proposal, Version
from tests.at_once import at_once
from tests.keeping import kept

WHY = "The map has no river there."
pytestmark = pytest.mark.django_db(transaction=True)


@kept
def change(proposal: Proposal, three: tuple[User, ...], now) -> ProposedChange:
    return changing.propose(proposal, {"title": "On the quay"}, by=three[0], at=now, reason=WHY)


def answers(change: ProposedChange, agrees: bool, rosa: User, at):
    return lambda: changing.answer(ProposedChange.objects.get(pk=change.pk), agrees, by=rosa, at=at)


@pytest.mark.parametrize("agrees", [True, False])
def test_either_the_author_or_the_chair_settles_it(change, proposal, rosa, three, agrees) -> None:
    late = change.until
    chair = {"applies": not agrees, "reason": WHY, "by": three[1], "at": late}
    said = at_once(
        answers(change, agrees, rosa, late),
        lambda: settling_changes.settle(ProposedChange.objects.get(pk=change.pk), **chair),
    )
    assert said == ["This has been settled in the meantime.", "done"]
    change.refresh_from_db()
    ruling = ChangeRuling.objects.first()
    applied = change.agrees if ruling is None else ruling.applies
    assert (change.agrees is None) == (ruling is not None)
    assert Version.objects.filter(proposal=proposal).count() == (2 if applied else 1)


@pytest.mark.long
def test_two_windows_of_an_author_answer_once(change, proposal, rosa, now) -> None:
    said = at_once(answers(change, True, rosa, now), answers(change, True, rosa, now))
    assert said == ["This has been settled in the meantime.", "done"]
    assert Version.objects.filter(proposal=proposal).count() == 2


@pytest.mark.long
def test_two_who_propose_at_once_leave_one_question(proposal, three, now) -> None:
    said = at_once(
        *(
            lambda by=by: changing.propose(
                Proposal.objects.get(pk=proposal.pk), {"title": f"{by}’s quay"}, by=by, at=now, reason=WHY
            )
            for by in three[:2]
        )
    )
    assert said == ["Another wording is proposed already: wait for its author’s answer.", "done"]
    assert ProposedChange.objects.count() == 1


def test_an_edit_at_the_same_moment_is_never_written_over(change, proposal, rosa, three, now) -> None:
    correcting.ask(proposal, by=three[1], at=now, reason="Where?")
    said = at_once(
        answers(change, True, rosa, now),
        lambda: Proposal.objects.get(pk=proposal.pk).edit(by=rosa, at=now, title="By the harbour"),
    )
    assert "done" in said
    assert Proposal.objects.get(pk=proposal.pk).title == "By the harbour"
    assert not ProposedChange.objects.exclude(agrees=None).exists()


@pytest.mark.long
def test_a_withdrawal_at_the_same_moment_comes_before_or_after(change, proposal, rosa, now) -> None:
    said = at_once(
        answers(change, True, rosa, now),
        lambda: Proposal.objects.get(pk=proposal.pk).withdraw(by=rosa, at=now, reason="I am moving."),
    )
    change.refresh_from_db()
    applied = said == ["done", "done"]
    assert applied or "Its author has taken the proposal back: the change is void." in said
    assert bool(change.version) == applied
