"""The report for the council: one accessible, archival PDF with the whole outcome, and what checks it attached."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from ballots.models import Opening, ShareDestruction
from budgeting.models import Contest, Cycle, OneIsEnough
from lib import pdf
from lib.refusal import Refused
from proposals.models import Decision, Proposal
from results import downloads
from results.missing import closed_of, missing_of
from results.result import Result, results_of
from results.turnout import Turnout, turnouts_of


class NoResults(Refused):
    """There is nothing to report yet. The message is a sentence fit to be shown."""


@dataclass(frozen=True, slots=True)
class ContestChapter:
    """What the report says of one contest."""

    result: Result
    turnout: Turnout
    decisions: list[Decision]


def name_of(cycle: Cycle, contest: Contest | None) -> str:
    """The file's name: results-2027.pdf, results-2027-riverside.pdf."""
    return f"results-{cycle.slug}{f'-{contest.slug}' if contest else ''}.pdf"


def council_report(cycle: Cycle, contest: Contest | None, *, language: str, at: datetime) -> bytes:
    """The PDF on a cycle, or on one of its contests, in a language. Raises NoResults before the first count."""
    results = results_of(cycle, contest)
    with translation.override(language):
        if not results:
            raise NoResults(_("%s has no results yet: its ballots have not been counted.") % (contest or cycle))
        title = _("%s: report to the council") % (contest or cycle)
        attachments = _attachments(results)
        context = _context(cycle, contest, results, at)
        context["enclosed"] = [file.name for file in attachments]
    return pdf.render("results/council_report.html", context, title=title, language=language, attachments=attachments)


def _context(cycle: Cycle, contest: Contest | None, results: list[Result], at: datetime) -> dict[str, Any]:
    decisions = _decisions(cycle)
    chapters = [
        ContestChapter(result, turnout, decisions.get(result.contest.pk, []))
        for result, turnout in zip(results, turnouts_of(results), strict=True)
    ]
    return {
        "cycle": cycle,
        "contest": contest,
        "chapters": chapters,
        "rules": _alike(results, lambda result: tuple(result.rule)),
        "counted": sorted(_alike(results, lambda result: _minute(result.count.at)), key=lambda alike: alike[0]),
        "zone": settings.TIME_ZONE,
        "draws": [(draw, counted) for draw, counted in _alike(results, lambda result: result.draw) if draw],
        "seeds": [(seed, counted) for seed, counted in _alike(results, lambda result: result.seed) if seed],
        "missing": [] if contest else missing_of(cycle),
        "closed": [] if contest else closed_of(cycle),
        "budget": sum(result.budget for result in results),
        "spent": sum(result.spent for result in results),
        "left": sum(result.left for result in results),
        "funded": sum(len(result.funded) for result in results),
        "parts": [(result.contest.title, result.spent) for result in results] if len(results) > 1 else results[0].parts,
        "hides_numbers": any(chapter.turnout.hides_numbers for chapter in chapters),
        "hidden": set(Proposal.objects.of_cycle(cycle).hidden(at).values_list("pk", flat=True)),
        "has_decisions": any(chapter.decisions for chapter in chapters),
        "calendar": cycle.calendar(at),
        "opening": Opening.objects.select_related("by").filter(cycle=cycle).first(),
        "alone": OneIsEnough.objects.filter(pk__in=cycle.joint_acts.values("alone_by")),
        "destruction": ShareDestruction.objects.filter(key__cycle=cycle).first(),
        "made_at": at,
        "version": settings.VERSION,
        "site": settings.PUBLIC_URL,
    }


def _minute(moment: datetime) -> datetime:
    """As it is printed."""
    return moment.replace(second=0, microsecond=0)


def _alike(results: list[Result], what: Callable[[Result], Any]) -> list[tuple[Any, list[Result]]]:
    """Each thing said of the contests with those it is said of: most cycles have one rule, and one seed, for all."""
    groups: dict[Any, list[Result]] = {}
    for result in results:
        groups.setdefault(what(result), []).append(result)
    return list(groups.items())


def _decisions(cycle: Cycle) -> dict[int, list[Decision]]:
    """The committee's last decision on each proposal, by contest."""
    by_contest: dict[int, list[Decision]] = {}
    decisions = Decision.last_of_each(Proposal.objects.of_cycle(cycle)).select_related("proposal", "into", "ground")
    for decision in sorted(decisions, key=lambda decision: decision.proposal.number or 0):
        by_contest.setdefault(decision.proposal.contest_id, []).append(decision)
    return by_contest


def _attachments(results: list[Result]) -> list[pdf.Attachment]:
    """The outcome and the ballots of each contest, as far as they may be published."""
    attachments = []
    for result in results:
        names = {"results.json": _("The results in %s"), "ballots.pb": _("Every ballot cast in %s")}
        for name, description in names.items() if result.publishes_numbers else ():
            content, _media_type = downloads.render(result, name)
            contest = result.contest
            attachments.append(
                pdf.Attachment(f"{contest.slug}-{name}", content.encode(), description % contest.title, result.count.at)
            )
    return attachments
