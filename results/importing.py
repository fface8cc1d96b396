"""An election from elsewhere, told in Pabulib's format, as a finished contest of ours: counted by the same code."""

import hashlib
import re
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from anyascii import anyascii
from babel.numbers import is_currency
from django.conf import settings
from django.db import models, transaction
from django.utils.text import Truncator, slugify
from django.utils.translation import gettext as _

from audit.acts import Done
from audit.models import AuditEvent
from ballots import marks, paper
from ballots.counting import ballots_of
from ballots.models import FromElsewhere, OpenedBallot
from budgeting.models import Contest, Cycle, District, Phase
from budgeting.pages import WORDS
from budgeting.stages import Stage
from lib import money
from lib.refusal import Refused, require
from proposals.models import Category, Proposal, Withdrawal
from tally.pabulib import PabulibFile

STYLES = {
    "approval": Contest.BallotStyle.APPROVAL,
    "choose-1": Contest.BallotStyle.APPROVAL,
    "ordinal": Contest.BallotStyle.RANKING,
    "cumulative": Contest.BallotStyle.POINTS,
    "scoring": Contest.BallotStyle.POINTS,
}
MONTH = timedelta(days=30)
YEARS = range(1900, 2200)
MOST_MONEY = 10**15  # in minor units


@transaction.atomic
def import_election(file: PabulibFile, *, at: datetime, currency: str = "") -> Contest:
    """Make the election a contest in the cycle of its city and year, with its projects and its anonymous ballots.

    It has neither box nor opening, and says so; nothing can be added to it later. Ballot numbers follow the order of
    the file. `currency`: which it is, where the file does not say. Raises Refused, leaving nothing behind, if it is
    here already, or if the file says what cannot be.
    """
    cycle = _cycle(file, currency)
    district = _district(file)
    if cycle.contests.filter(district=district).exists():
        raise Refused(_("%(district)s is already part of %(cycle)s.") % {"district": district, "cycle": cycle})
    contest = _contest(file, cycle, district)
    begun = cycle.phases.get(stage=Stage.VOTING.value).opens
    frozen = paper.write(contest, _proposals(file, contest, begun), by=None, at=begun)
    numbers = {project.id: number for number, project in enumerate(file.election.projects, start=1)}
    opened = (
        (marks.as_text({numbers[project]: points for project, points in ballot.points.items()}), ballot.count)
        for ballot in file.election.ballots
    )
    OpenedBallot.objects.bulk_create(
        (OpenedBallot(contest=contest, content=content, ballots=copies) for content, copies in sorted(opened)),
        batch_size=5000,
    )
    total = sum(each.count for each in file.election.ballots)
    FromElsewhere.objects.create(contest=contest, ballots=total, at=at)
    AuditEvent.append(Done.ELECTION_IMPORTED, by=None, on=contest, ballots=total, digest=ballots_of(contest))
    contest.paper = frozen
    return contest


def official_numbers(file: PabulibFile) -> set[str] | None:
    """The winners the file names, by ballot number; None if it names none."""
    if file.official is None:
        return None
    return {str(number) for number, one in enumerate(file.election.projects, start=1) if one.id in file.official}


def _cycle(file: PabulibFile, currency: str) -> Cycle:
    """Its own, which other elections of the city and year may have made; never one in which this city votes."""
    meta = file.meta
    began, ended = _day(meta["date_begin"], first=True), _day(meta["date_end"], first=False)
    instance = "" if re.fullmatch(r"\d{4}", meta["instance"]) else meta["instance"]
    year = str(began.year) if instance else meta["instance"]
    # "PB Chicago 39th Ward 2020" says the year itself.
    place = instance.replace(year, "").strip()
    require(began <= ended, _("The vote ends before it begins: %s.") % f"{meta['date_begin']}, {meta['date_end']}")
    of_this_city = Cycle.objects.exclude(contests__from_elsewhere__isnull=False)
    slug = _own(f"{year} {meta['unit']} {place}", of_this_city)
    currency = currency or meta.get("currency", "").upper()
    require(is_currency(currency), _("The file names no currency that is known: say which it is, such as PLN."))
    cycle, is_new = Cycle.objects.get_or_create(
        slug=slug,
        defaults={
            "title": " ".join(filter(None, [meta["unit"], place, year]))[:120],
            "currency": currency,
            "introduction": _("An election from the Pabulib collection: %s.") % meta["description"],
        },
    )
    if is_new:
        zone = ZoneInfo(settings.TIME_ZONE)
        opens, closes = datetime.combine(began, time(), zone), datetime.combine(ended + timedelta(days=1), time(), zone)
        Phase.objects.bulk_create(
            [
                Phase(cycle=cycle, stage=Stage.VOTING.value, opens=opens, closes=closes),
                Phase(cycle=cycle, stage=Stage.RESULTS.value, opens=closes, closes=closes + MONTH),
                Phase(cycle=cycle, stage=Stage.DELIVERING.value, opens=closes + MONTH, closes=None),
            ]
        )
    return cycle


def _day(text: str, first: bool) -> date:
    """The day of "14.09.2026"; of "2026" the first or the last. Raises Refused if it is neither."""
    try:
        if re.fullmatch(r"\d{4}", text):
            day = date(int(text), 1, 1) if first else date(int(text), 12, 31)
        else:
            day = datetime.strptime(text, "%d.%m.%Y").replace(tzinfo=UTC).date()
        if day.year in YEARS:
            return day
    except ValueError:
        pass
    raise Refused(_("“%s” is no date of the form 14.09.2026 or 2026.") % text[:40])


def _district(file: PabulibFile) -> District:
    unit, part = file.meta["unit"], file.meta.get("subunit") or file.meta.get("district") or ""
    of_this_city = District.objects.filter(contests__isnull=False, contests__from_elsewhere=None)
    slug, name = _own(f"{unit} {part}", of_this_city), (part or unit)[:120]
    if District.called(name):  # that of another city, or of this one
        name = ", ".join(filter(None, [part, unit, "" if part else file.meta.get("country", "")]))[:120]
    return District.objects.get_or_create(slug=slug, defaults={"name": name})[0]


def _own(name: str, of_this_city: models.QuerySet[Any]) -> str:
    """The address of what elections from elsewhere have in common; another where this city has something itself."""
    slug = _slug(name)
    is_taken = slug in WORDS or of_this_city.filter(slug=slug).exists()
    return _slug(name, told_apart=True) if is_taken else slug


def _slug(text: str, told_apart: bool = False) -> str:
    """An address of at most 50 characters, whatever script it comes from. A longer one, one of which nothing is left,
    and one that is to be `told_apart` end in a hash, so that two do not become one.
    """
    slug = slugify(anyascii(text))
    if slug and len(slug) <= 50 and not told_apart:
        return slug
    return f"{slug[:43].rstrip('-')}-{hashlib.sha256((slug or text).encode()).hexdigest()[:6]}".lstrip("-")


def _minor(amount: int, file: PabulibFile, currency: str) -> int:
    """An amount of the file in minor units of the currency. Raises Refused if it has more decimals than that."""
    exact = Fraction(amount * money.unit(currency), file.election.unit)
    require(exact.denominator == 1, _("The file has amounts finer than %s can be.") % currency)
    require(exact <= MOST_MONEY, _("The file has an amount larger than any budget."))
    return int(exact)


def _whole(file: PabulibFile, name: str) -> int:
    """A whole number that the file may give, 0 if it does not. Raises Refused."""
    text = file.meta.get(name, "").strip()
    require(
        re.fullmatch(r"\d{0,9}", text, re.ASCII),
        _("%(name)s is no whole number: “%(text)s”.") % {"name": name, "text": text[:40]},
    )
    return int(text or 0)


def _contest(file: PabulibFile, cycle: Cycle, district: District) -> Contest:
    meta, style = file.meta, STYLES[file.meta["vote_type"]]
    heaviest = max((sum(ballot.points.values()) for ballot in file.election.ballots), default=1)
    rule, scored = file.rule, not style.has_marks
    return Contest.objects.create(
        cycle=cycle,
        district=district,
        budget=_minor(file.election.budget, file, cycle.currency),
        ballot_style=style,
        most_choices=1 if meta["vote_type"] == "choose-1" else _whole(file, "max_length") or None,
        points=_whole(file, "max_sum_points") or heaviest if style == Contest.BallotStyle.POINTS else None,
        counting_rule=rule.name,
        rule_parameters=rule.set_apart(scored=scored),
    )


def _proposals(file: PabulibFile, contest: Contest, at: datetime) -> list[Proposal]:
    last = Proposal.objects.filter(cycle=contest.cycle).count()
    categories: dict[str, Category] = {}
    for name in sorted({one.categories[0].strip() for one in file.election.projects if one.categories}):
        categories[name] = Category.objects.get_or_create(slug=_slug(name), defaults={"name": name[:60]})[0]
    proposals = [
        Proposal(
            cycle=contest.cycle,
            contest=contest,
            title=Truncator(one.name or one.id).chars(120),
            summary=_("Project %s of the file.") % one.id,
            description=one.name or one.id,
            category=categories.get(one.categories[0].strip()) if one.categories else None,
            cost=_minor(one.cost, file, contest.cycle.currency),
            created_at=at,
            submitted_at=at,
            number=number,
        )
        for number, one in enumerate(file.election.projects, start=last + 1)
    ]
    Proposal.objects.bulk_create(proposals)
    Withdrawal.objects.bulk_create(
        Withdrawal(proposal=proposal, at=at, reason=_("Withdrawn after the vote."))
        for proposal, one in zip(proposals, file.election.projects, strict=True)
        if one.withdrawn
    )
    return proposals
