"""What the author of a proposal can still do once it is decided on, and until when: the end of the letter to them."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from budgeting.models import Cycle
from budgeting.stages import Act, Stage
from budgeting.templatetags.dates import end_words, words
from proposals.models import Decision, Outcome, Proposal


def what_can_be_done(decision: Decision) -> str:
    """In plain sentences, as it stands when the decision is public."""
    proposal = decision.proposal
    said = [_what_follows(decision, proposal)]
    if decision.outcome == Outcome.SHORTLIST:
        said.append(_until_when_withdrawn(proposal, decision.at))
    else:
        said += [_until_when_decided_again(proposal.cycle, decision.at), _whom_to_write_to()]
    return " ".join(filter(None, said))


def closes_of(cycle: Cycle, stage: Stage) -> datetime | None:
    window = cycle.window(stage)
    return window.closes if window else None


def _what_follows(decision: Decision, proposal: Proposal) -> str:
    if decision.outcome == Outcome.SHORTLIST:
        return _on_the_ballot(proposal)
    if decision.outcome == Outcome.MERGE and decision.into is not None:
        return _("It goes on as part of “%s”, on whose page you are named.") % decision.into.title
    if decision.outcome == Outcome.NEXT_YEAR:
        return _("It is not on this ballot. You can hand it in again in the next round.")
    if decision.outcome == Outcome.HANDED:
        return _("It is not on the ballot: a department of the city looks after it.")
    if decision.outcome == Outcome.DONE:
        return _("It is not on the ballot, since the city does it in any case.")
    return _("It is not on the ballot. Changed in what the reason names, you can hand it in again in another round.")


def _on_the_ballot(proposal: Proposal) -> str:
    voting = proposal.cycle.window(Stage.VOTING)
    where = proposal.contest.title
    if voting is None or voting.closes is None:
        return _("It will be on the ballot of %s.") % where
    dates = {"where": where, "opens": words(voting.opens), "closes": end_words(voting.closes)}
    return _("It will be on the ballot of %(where)s: people vote from %(opens)s to %(closes)s.") % dates


def _until_when_withdrawn(proposal: Proposal, at: datetime) -> str:
    closes = closes_of(proposal.cycle, Stage.REVIEWING)
    may = closes is not None and proposal.cycle.allows(Act.WITHDRAW, at)
    return _("You can withdraw it until %s.") % end_words(closes) if closes and may else ""


def _until_when_decided_again(cycle: Cycle, at: datetime) -> str:
    closes = closes_of(cycle, Stage.REVIEWING)
    if closes is None or not cycle.allows(Act.DECIDE, at):
        return _("The review is over: the committee decides no more in this round.")
    return _("Until %s the committee can still decide otherwise.") % end_words(closes)


def _whom_to_write_to() -> str:
    if not settings.CITY_CONTACT:
        return ""
    return _("If something was overlooked, or you cannot follow the reason, write to %s.") % settings.CITY_CONTACT
