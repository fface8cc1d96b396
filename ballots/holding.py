"""What a frozen paper and a box with ballots in it hold fast in the rooms below. The database does so too."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ballots.models import BallotLine, BallotPaper, Envelope, Opening
from budgeting.calendar import Window
from budgeting.models import Contest, Cycle
from budgeting.stages import Stage
from proposals.models import Proposal


def has_begun(cycle: int) -> bool:
    """Has anybody voted in this cycle?"""
    return (
        Envelope.objects.filter(contest__cycle=cycle).exists() or Opening.objects.filter(cycle=cycle).exists()
    )  # after the end of the shares the envelopes may be gone


def unsettled(cycle: Cycle) -> QuerySet[Contest]:
    """The contests whose result is still to come: neither counted nor closed by two people."""
    return Contest.objects.filter(cycle=cycle, counted=None, no_vote=None, no_result=None)


def why_not_forget_residents(cycle: Cycle) -> str:
    """As long as ballots are to be counted, it matters whose they are: the record of the opening names every voter."""
    if has_begun(cycle.pk) and unsettled(cycle).exists():
        return _("Ballots of this cycle are still to be counted.")
    return ""


def why_not_change(proposal: Proposal) -> str:
    """What people vote on stays as it is, whatever the calendar says by now."""
    if BallotLine.objects.filter(proposal=proposal.pk).exists():
        return _("This project stands on a frozen ballot paper: it stays as it is there.")
    return ""


def why_not_move(cycle: Cycle, windows: Iterable[Window]) -> str:
    """Once somebody has voted the dates of the vote stay, but for what two people do at the desk of the box."""
    before = cycle.window(Stage.VOTING)
    after = next((window for window in windows if window.stage is Stage.VOTING), None)
    if before is None or not has_begun(cycle.pk):
        return ""
    if after is None or after.opens != before.opens:
        return _("Ballots have been cast: the opening of the vote can no longer move.")
    if after.closes != before.closes:
        return _("Ballots have been cast: two people end the vote or make it longer, at the desk of its box.")
    return ""


def why_not_add_contest(cycle: int) -> str:
    """Where somebody votes, all contests are known: a new one would keep everybody from voting until it has a paper."""
    return _("Ballots have been cast in this cycle: no contest can be added.") if has_begun(cycle) else ""


def why_not_import_alone(cycle: int) -> str:
    """Who may vote is settled when a paper is frozen: what moves it then takes two people."""
    if BallotPaper.objects.filter(contest__cycle=cycle).exists():
        return _("A ballot paper is frozen: a register is imported by two people from now on, on its page.")
    return ""


def why_not_let_letters_vote(cycle: int) -> str:
    """Who may vote, and how, is settled when a paper is frozen."""
    if BallotPaper.objects.filter(contest__cycle=cycle).exists():
        return _("A ballot paper is frozen: whether letters vote stays as it is.")
    return ""


def why_not_let_one_be_enough() -> str:
    """Whether it takes two people is not changed while a vote is under way."""
    if BallotPaper.objects.filter(contest__counted=None, contest__no_result=None).exists():
        return _("A ballot paper is frozen and not counted: whether it takes two people stays as it is until then.")
    return ""
