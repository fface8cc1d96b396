import pytest

from budgeting.stages import Stage
from lib import clock
from lib.refusal import Refused
from proposals.models import Proposal


def test_each_edit_of_a_submitted_proposal_is_a_version(proposal, rosa, at):
    proposal.edit(by=rosa, at=at("proposing"), title="A bigger playground")
    assert [version.text["title"] for version in proposal.versions.all()] == [
        "A playground by the river",
        "A bigger playground",
    ]


def test_an_edit_that_changes_nothing_is_no_version(proposal, rosa, at):
    proposal.edit(by=rosa, at=at("proposing"), title=proposal.title)
    assert proposal.versions.count() == 1


def test_a_draft_has_no_versions(draft, rosa, at):
    draft.edit(by=rosa, at=at("preparing"), title="Something else")
    assert not draft.versions.exists()
    assert Proposal.objects.get().title == "Something else"


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.PROPOSING])
def test_a_submitted_proposal_is_fixed_after_the_deadline(proposal, rosa, at, stage):
    with pytest.raises(Refused, match="no longer"):
        proposal.edit(by=rosa, at=at(stage), title="Too late")
    assert Proposal.objects.get().title == "A playground by the river"


@pytest.mark.parametrize("who", ["tomas", "clara", "martin"])
def test_nobody_edits_what_another_wrote(proposal, at, who, request):
    with pytest.raises(Refused, match="no longer"):
        proposal.edit(by=request.getfixturevalue(who), at=at("proposing"), title="Mine now")


def test_what_the_committee_returns_may_be_corrected_and_is_then_back_with_it(proposal, rosa, martin, at):
    now = at("reviewing")
    proposal.decide(by=martin, at=now, outcome="return", reason="Please say what the slide is made of.")
    assert proposal.status_at(clock.now()) == "returned"
    proposal.edit(by=rosa, at=now.replace(hour=23), description="The slide is made of steel.")
    assert proposal.status_at(clock.now()) == "submitted"
    with pytest.raises(Refused):
        proposal.edit(by=rosa, at=now.replace(hour=23), description="And of gold.")


@pytest.mark.parametrize("field", ["number", "author", "author_id", "contest", "cycle", "submitted_at", "pk"])
def test_no_edit_reaches_more_than_the_text(proposal, rosa, at, field):
    with pytest.raises(TypeError, match="not for editing"):
        proposal.edit(by=rosa, at=at("proposing"), **{field: 1})


def test_a_place_outside_the_district_is_refused(proposal, rosa, at):
    with pytest.raises(Refused, match="outside Riverside"):
        proposal.edit(by=rosa, at=at("proposing"), latitude=0.5, longitude=1.5)
    with pytest.raises(Refused, match="both a latitude and a longitude"):
        proposal.edit(by=rosa, at=at("proposing"), latitude=None)


def test_the_cost_may_not_be_edited_above_the_limit_after_submission(proposal, rosa, at):
    with pytest.raises(Refused, match="at most"):
        proposal.edit(by=rosa, at=at("proposing"), cost=250_000_01)


def test_a_text_of_a_megabyte_is_refused(draft, rosa, at):
    with pytest.raises(Exception, match="at most 20000 characters"):
        draft.edit(by=rosa, at=at("proposing"), description="a@" * 500_000)


def test_two_tabs_do_not_undo_each_other(proposal, rosa, at):
    tab = Proposal.objects.get()
    proposal.edit(by=rosa, at=at("proposing"), title="First")
    tab.edit(by=rosa, at=at("proposing"), summary="Second")
    saved = Proposal.objects.get()
    assert (saved.title, saved.summary) == ("First", "Second")


def test_a_draft_is_thrown_away_by_its_author_only(draft, rosa, tomas):
    with pytest.raises(Refused):
        draft.discard(by=tomas)
    draft.discard(by=rosa)
    assert not Proposal.objects.exists()


def test_a_submitted_proposal_cannot_be_thrown_away(proposal, rosa):
    with pytest.raises(Refused):
        proposal.discard(by=rosa)


def test_a_draft_submitted_in_another_tab_is_not_thrown_away(draft, rosa, at):
    Proposal.objects.get().submit(by=rosa, at=at("proposing"))
    with pytest.raises(Refused):
        draft.discard(by=rosa)
    assert Proposal.objects.exists()
