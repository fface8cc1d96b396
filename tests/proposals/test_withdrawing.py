import pytest

from audit.models import AuditEvent
from lib import clock
from lib.refusal import Refused


@pytest.mark.parametrize("stage", ["proposing", "reviewing"])
def test_rosa_withdraws_and_the_reason_stays(proposal, rosa, at, stage):
    proposal.withdraw(by=rosa, at=at(stage), reason="The school builds one already.")
    assert proposal.status_at(clock.now()) == "withdrawn"
    assert proposal.withdrawal.reason == "The school builds one already."
    assert AuditEvent.objects.get().action == "proposal withdrawn"


@pytest.mark.parametrize("stage", ["presenting", "voting", "counting", "results", "delivering"])
def test_nothing_is_withdrawn_once_the_shortlist_is_out(proposal, rosa, at, stage):
    with pytest.raises(Refused, match="no longer"):
        proposal.withdraw(by=rosa, at=at(stage), reason="Sorry")


@pytest.mark.parametrize("who", ["tomas", "clara", "martin"])
def test_only_the_author_withdraws(proposal, at, who, request):
    with pytest.raises(Refused, match="Only the author"):
        proposal.withdraw(by=request.getfixturevalue(who), at=at("proposing"), reason="Away with it")


def test_a_withdrawal_of_blanks_is_refused_with_nothing_changed(proposal, rosa, at):
    with pytest.raises(Refused, match="few words"):
        proposal.withdraw(by=rosa, at=at("proposing"), reason="  \n")
    assert proposal.status_at(clock.now()) == "submitted"
    assert not AuditEvent.objects.exists()


def test_nothing_happens_to_a_withdrawn_proposal(proposal, rosa, tomas, martin, at):
    proposal.withdraw(by=rosa, at=at("proposing"), reason="No longer needed")
    with pytest.raises(Refused):
        proposal.withdraw(by=rosa, at=at("proposing"), reason="Again")
    with pytest.raises(Refused):
        proposal.edit(by=rosa, at=at("proposing"), title="New")
    with pytest.raises(Refused):
        proposal.endorse(by=tomas, at=at("proposing"))
    with pytest.raises(Refused):
        proposal.decide(by=martin, at=at("reviewing"), outcome="shortlist", reason="Good")
