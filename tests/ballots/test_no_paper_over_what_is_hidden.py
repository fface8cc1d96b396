"""A hidden proposal keeps its place: no paper is frozen till it is shown again, decided against, or withheld by two."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from ballots import no_vote, paper, superseding
from ballots.models import BallotPaper
from budgeting import two
from budgeting.models import Contest
from budgeting.two import Joint, Two
from committee import publishing
from lib.refusal import Refused
from proposals.models import Decision, Proposal
from proposals.models.hiding import HOLDS_ALONE
from tests.cast import frozen_at_the_desk, picture, propose, signed_in
from tests.papers import words_on

NAMED = "Hidden, and nothing decided against: 2. Cycle stands."


@pytest.fixture
def decided(riverside_contest: Contest, martin: User, at) -> Callable[[str], Proposal]:
    """decided("shortlist"): the second of three proposals, hidden by two; the others are on the shortlist."""
    one, two_, three = propose(riverside_contest, [60_000_00, 45_000_00, 30_000_00])

    def decide(outcome: str, proposal: Proposal = two_) -> Proposal:
        Decision.objects.create(proposal=proposal, outcome=outcome, reason="So.", by=martin, at=at("reviewing"))
        return proposal

    decide("shortlist", one)
    decide("shortlist", three)
    return decide


@pytest.fixture
def hidden(decided, clara, otto, at) -> Callable[[str], Proposal]:
    def hide(outcome: str = "") -> Proposal:
        proposal = decided(outcome) if outcome else Proposal.objects.get(number=2)
        proposal.hide(by=clara, at=at("reviewing"), reason="So.").confirm(by=otto, at=at("reviewing"))
        return proposal

    return hide


def frozen(contest: Contest, clara: User, otto: User, moment: datetime) -> list[int]:
    """The numbers of the proposals on its paper."""
    paper.freeze(contest, by=Two(clara, otto), at=moment, half="half")
    return sorted(line.proposal.number for line in BallotPaper.objects.get().lines.all())


@pytest.mark.parametrize("outcome", ["", "shortlist", "return"])
def test_what_is_hidden_and_not_decided_against_is_named_and_holds_the_paper_up(
    hidden, riverside_contest, clara, otto, at, outcome
) -> None:
    hidden(outcome)
    moment = at("presenting")
    with pytest.raises(Refused, match=NAMED):
        frozen(riverside_contest, clara, otto, moment)
    page = signed_in(clara).get("/2027/box/paper/riverside/", follow=True)
    assert NAMED in words_on(page)
    assert not BallotPaper.objects.exists()


def test_shown_again_it_is_on_the_paper(hidden, riverside_contest, clara, otto, at) -> None:
    hidden("shortlist").show_again(by=clara, at=at("presenting"))
    assert frozen(riverside_contest, clara, otto, at("presenting")) == [1, 2, 3]


def test_decided_against_it_is_left_out(hidden, riverside_contest, martin, clara, otto, at) -> None:
    """By the committee, which finds it by its name on the desk and decides on its page, as on any other."""
    proposal = hidden()
    at("reviewing")
    martins = signed_in(martin)
    assert "Cycle stands" in words_on(martins.get("/desk/"))
    martins.post(f"{proposal.get_absolute_url()}decision/", {"outcome": "reject", "reason": "It is no project."})
    publishing.publish_due(at("presenting"))
    assert frozen(riverside_contest, clara, otto, at("presenting")) == [1, 3]


def test_withheld_by_two_it_keeps_its_line_and_stays_hidden(hidden, riverside_contest, clara, otto, at) -> None:
    proposal, moment = hidden("shortlist"), at("presenting")
    act = two.sketch(Joint.WITHHOLD, on=proposal, cycle=proposal.cycle, reason="A court has forbidden it.")
    two.confirm(two.propose(act, by=clara, at=moment), by=otto, at=moment)
    assert frozen(riverside_contest, clara, otto, moment) == [1, 2, 3]
    shown = words_on(signed_in(clara).get("/2027/riverside/ballot/paper/"))
    assert "Proposal 2, withheld from view" in shown
    assert Proposal.objects.get(number=2).hidden(moment)


def test_what_was_hidden_when_its_paper_was_frozen_can_be_shown_again(
    hidden, riverside_contest, rosa, clara, otto, at
) -> None:
    proposal, moment = hidden("shortlist"), at("presenting")
    Proposal.objects.update(author=rosa)
    photo = Proposal.objects.get(number=1).add_photo(by=rosa, at=at("proposing"), file=picture(), alt="A quay")
    photo.hide(by=clara, at=moment, reason="So.")
    act = two.sketch(Joint.WITHHOLD, on=proposal, cycle=proposal.cycle, reason="A court has forbidden it.")
    two.confirm(two.propose(act, by=clara, at=moment), by=otto, at=moment)
    frozen(riverside_contest, clara, otto, moment)
    for thing in (Proposal.objects.get(number=2), photo):
        thing.show_again(by=clara, at=moment)
        assert not type(thing).objects.get(pk=thing.pk).hiding


def test_hidden_by_one_who_nobody_joins_it_is_on_the_paper_after_two_days(
    decided, riverside_contest, clara, otto, at
) -> None:
    moment = at("presenting")
    decided("shortlist").hide(by=clara, at=moment - HOLDS_ALONE, reason="So.")
    with pytest.raises(Refused, match=NAMED):
        frozen(riverside_contest, clara, otto, moment - timedelta(minutes=1))
    assert frozen(riverside_contest, clara, otto, moment) == [1, 2, 3]


def test_what_was_hidden_between_the_two_who_freeze_holds_it_up_too(
    decided, riverside_contest, clara, otto, at
) -> None:
    proposal, moment = decided("shortlist"), at("presenting")
    act = signed_in(clara).post("/2027/box/paper/riverside/").url
    proposal.hide(by=clara, at=moment, reason="So.")
    assert NAMED in words_on(signed_in(otto).post(f"{act}confirmation/", follow=True))
    assert not BallotPaper.objects.exists()
    proposal.show_again(by=clara, at=moment)
    assert NAMED not in words_on(frozen_at_the_desk(riverside_contest, signed_in(clara), signed_in(otto)))


def test_a_paper_that_takes_the_place_of_another_takes_nothing_hidden_in(
    hidden, riverside_contest, martin, clara, otto, at
) -> None:
    proposal, moment = hidden("reject"), at("presenting")
    frozen(riverside_contest, clara, otto, moment)
    superseding.correct(riverside_contest, proposal, by=martin, at=moment, outcome="shortlist", reason="An error.")
    named = [each.pk for each in superseding.pending(riverside_contest)]
    act = two.sketch(Joint.SUPERSEDE, on=riverside_contest, cycle=riverside_contest.cycle, reason="So.", named=named)
    with pytest.raises(Refused, match=NAMED):
        two.propose(act, by=clara, at=moment)
    proposal.show_again(by=clara, at=moment)
    two.confirm(two.propose(act, by=clara, at=moment), by=otto, at=moment)
    assert BallotPaper.objects.get().lines.filter(proposal=proposal).exists()


def test_the_database_puts_nothing_hidden_on_a_paper(hidden, riverside_contest) -> None:
    proposal = hidden("shortlist")
    with pytest.raises(IntegrityError, match="what is hidden gets on no paper"), transaction.atomic():
        paper.write(riverside_contest, [proposal], by=None, at=proposal.submitted_at)


def test_no_contest_is_closed_without_a_vote_over_it(riverside_contest, clara, otto, at) -> None:
    (proposal,) = propose(riverside_contest, [10_000_00])
    proposal.hide(by=clara, at=at("presenting"), reason="So.")
    assert "Hidden, and nothing decided against: 1." in no_vote.why_not_close(riverside_contest, at("presenting"))
    proposal.show_again(by=clara, at=at("presenting"))
    assert no_vote.why_not_close(riverside_contest, at("presenting")) == ""
