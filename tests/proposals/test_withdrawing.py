import pytest

from accounts.models import AuditEvent
from proposals.rules import Refused


@pytest.mark.parametrize("stage", ["proposing", "reviewing"])
def test_rosa_withdraws_and_the_reason_stays(proposal, rosa, at, stage):
    proposal.withdraw(rosa, at(stage), "The school builds one already.")
    assert proposal.status == "withdrawn"
    assert proposal.withdrawal.reason == "The school builds one already."
    assert AuditEvent.objects.get().action == "proposal withdrawn"


@pytest.mark.parametrize("stage", ["presenting", "voting", "counting", "results", "delivering"])
def test_nothing_is_withdrawn_once_the_shortlist_is_out(proposal, rosa, at, stage):
    with pytest.raises(Refused, match="no longer"):
        proposal.withdraw(rosa, at(stage), "Sorry")


@pytest.mark.parametrize("who", ["tomas", "clara", "martin"])
def test_only_the_author_withdraws(proposal, at, who, request):
    with pytest.raises(Refused, match="Only the author"):
        proposal.withdraw(request.getfixturevalue(who), at("proposing"), "Away with it")


def test_a_withdrawal_of_blanks_is_refused_with_nothing_changed(proposal, rosa, at):
    with pytest.raises(Refused, match="few words"):
        proposal.withdraw(rosa, at("proposing"), "  \n")
    assert proposal.status == "submitted"
    assert not AuditEvent.objects.exists()


def test_nothing_happens_to_a_withdrawn_proposal(proposal, rosa, tomas, martin, at):
    proposal.withdraw(rosa, at("proposing"), "No longer needed")
    with pytest.raises(Refused):
        proposal.withdraw(rosa, at("proposing"), "Again")
    with pytest.raises(Refused):
        proposal.edit(rosa, at("proposing"), title="New")
    with pytest.raises(Refused):
        proposal.endorse(tomas, at("proposing"))
    with pytest.raises(Refused):
        proposal.decide(martin, at("reviewing"), "shortlist", "Good")
