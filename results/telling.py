"""Whoever follows a contest or one of its projects hears of the results, once everybody may read them."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ballots.agreement import differences_of
from ballots.models import BallotLine
from budgeting.models import Contest, Counted
from lib import clock
from notices.kinds import Group, Happened, Kind, Telling, Way, tells
from notices.models import Follow, Happening
from results.result import ProjectResult, results_of

NEWS_FOR = timedelta(days=7)  # an election brought in from elsewhere, or a city moved to another machine, tells nobody


def look(at: datetime) -> None:
    """Note of each contest whose results have become public, and of each of its projects, that they have, once.

    Of a cycle whose ballots or counts do not agree with the record nothing is told.
    """
    for counted in Counted.public(at).select_related("contest__cycle"):
        contest = counted.contest
        since = Counted.public_since(contest, at)
        if since is None or at >= since + NEWS_FOR or differences_of([contest.cycle]):
            continue
        with transaction.atomic():
            if Happening.once(Kind.RESULTS, contest, at=at):
                for line in BallotLine.objects.filter(paper__contest=contest):
                    Happening.note(Kind.OUTCOME, line, at=at)


def _of_the_contest(happening: Happened) -> QuerySet[Any]:
    contest = happening.subject
    return Follow.objects.of_any(contest.district, contest.cycle).already(happening.at).values("user")


def _of_the_project(happening: Happened) -> QuerySet[Any]:
    return Follow.objects.of_any(happening.subject.proposal).already(happening.at).values("user")


def _is_public(happening: Happened, reader: Any) -> bool:
    """Asked again as it goes: its date may have been moved."""
    contest = happening.subject if isinstance(happening.subject, Contest) else happening.subject.paper.contest
    return Counted.public(clock.now()).filter(contest=contest).exists()


def _contest(happening: Happened) -> dict[str, str]:
    [result] = results_of(happening.subject.cycle, happening.subject)
    funded = "\n".join(f"– {each.title}" for each in result.funded)
    return {"contest": happening.subject.title, "cycle": str(happening.subject.cycle), "funded": funded or "–"}


def _project(happening: Happened) -> dict[str, str]:
    line = happening.subject
    found = _result_of(line)
    said = {"proposal": line.title, "cycle": str(line.paper.contest.cycle), "contest": line.paper.contest.title}
    return said | {"why": found.why}


def _result_of(line: BallotLine) -> ProjectResult:
    [result] = results_of(line.paper.contest.cycle, line.paper.contest)
    return next(each for each in result.lines if each.number == line.ballot_number)


EXAMPLES = {
    "contest": _("Riverside"),
    "cycle": _("Budget 2027"),
    "funded": _("– A swing for everyone"),
    "proposal": _("A swing for everyone"),
    "why": _("Funded: it had the most votes of those that could still be paid."),
}


def _examples(*names: str) -> dict[str, Any]:
    return {name: EXAMPLES[name] for name in names}


def register() -> None:
    tells(
        Kind.RESULTS,
        Telling(
            group=Group.VOTE,
            about=Contest,
            title=_("The results of a vote"),
            subject=_("The results: {contest}"),
            text=_("The results of {contest} in {cycle} are public. Funded:\n\n{funded}"),
            placeholders=_examples("contest", "cycle", "funded"),
            says=_contest,
            button=_("See the results"),
            leads_to=lambda happening: f"{happening.subject.get_absolute_url()}results/",
            readers=_of_the_contest,
            may_read=_is_public,
            default=Way.DIGEST,
        ),
    )
    tells(
        Kind.OUTCOME,
        Telling(
            group=Group.FOLLOWED,
            about=BallotLine,
            title=_("Whether a project is funded, and why"),
            subject=_("{proposal}: the outcome of the vote"),
            text=_("The votes of {contest} are counted. “{proposal}”:\n\n{why}"),
            placeholders=_examples("proposal", "contest", "cycle", "why"),
            needs=frozenset({"why"}),
            says=_project,
            button=_("See the results"),
            leads_to=lambda happening: f"{happening.subject.paper.contest.get_absolute_url()}results/",
            readers=_of_the_project,
            may_read=_is_public,
            default=Way.AT_ONCE,
        ),
    )
