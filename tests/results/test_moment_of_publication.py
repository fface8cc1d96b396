"""A result is found where it belongs, and nowhere before its moment: every address, as everybody, around each moment.

The same city is counted twice, with other winners, other numbers, another report and another building site. As long as
the results are not public, nobody without the right to them can tell the two apart, nor from a city that has not been
counted at all, by anything that an address answers. Once they are, the two differ where a result is told, and only
there.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from accounts.models import User
from ballots.models import Opening
from budgeting.models import Cycle
from lib import clock, pdf
from proposals.models import Milestone, Proposal, Status
from results.tasks import ask_for_report
from tests import thoroughness
from tests.addresses import addresses
from tests.cast import count, middle_of, signed_in, work
from tests.databases import undone
from tests.whole_city import WholeCity

pytestmark = [pytest.mark.heavy, pytest.mark.marathon]

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

# The winners are 1 and 2, or 3 and 4; 5 and 6 lose both times, by other numbers.
COUNTS = {
    "nobody has counted": None,
    "one": {"1:1 2:1": 20, "2:1 5:1": 10, "6:1": 8, "": 2},
    "another": {"3:1 4:1": 20, "4:1 6:1": 13, "5:1": 6, "": 1},
}
WINNERS = {"one": 1, "another": 3}


# When ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """What becomes of the calendar after the count: `move` it; then the results are public at the `public` moments."""

    move: Callable[[Cycle], None]
    moments: Callable[[Cycle], dict[datetime, bool]]


def around(cycle: Cycle, **stages: bool) -> dict[datetime, bool]:
    """A minute before and a minute after each of these stages opens; True: the results are public from then on."""
    public, found = False, {}
    for stage, opens_results in stages.items():
        opens = cycle.phases.get(stage=stage).opens
        found[opens - MINUTE] = public
        public = public or opens_results
        found[opens + MINUTE] = public
    return found


def move(cycle: Cycle, stage: str, **ends: datetime) -> None:
    assert cycle.phases.filter(stage=stage).update(**ends) == 1


def opens(cycle: Cycle, stage: str) -> datetime:
    return cycle.phases.get(stage=stage).opens


def postponed(cycle: Cycle) -> None:
    move(cycle, "results", opens=opens(cycle, "results") + 10 * DAY)


def long_postponed(cycle: Cycle) -> None:
    """When the building had begun: the results, and with them the building, are put off."""
    move(cycle, "delivering", opens=opens(cycle, "delivering") + 100 * DAY)
    move(cycle, "results", closes=opens(cycle, "delivering"))
    move(cycle, "results", opens=opens(cycle, "results") + 90 * DAY)


def brought_forward(cycle: Cycle) -> None:
    earlier = opens(cycle, "results") - 10 * DAY
    move(cycle, "counting", closes=earlier)
    move(cycle, "results", opens=earlier)


def without(*stages: str) -> Callable[[Cycle], None]:
    def leave_out(cycle: Cycle) -> None:
        cycle.phases.filter(stage__in=stages).delete()

    return leave_out


def the_old_day(cycle: Cycle) -> dict[datetime, bool]:
    """Of the results as they stood before anything was moved."""
    old = middle_of("results") - 15 * DAY
    return {old - MINUTE: False, old + MINUTE: False}


PLANS = {
    "as planned": Plan(lambda cycle: None, lambda cycle: around(cycle, results=True, delivering=True)),
    "postponed": Plan(postponed, lambda cycle: {**the_old_day(cycle), **around(cycle, results=True)}),
    "postponed when the building had begun": Plan(
        long_postponed,
        lambda cycle: {**the_old_day(cycle), middle_of("delivering"): False, **around(cycle, results=True)},
    ),
    "brought forward": Plan(brought_forward, lambda cycle: around(cycle, results=True)),
    "no stage of results": Plan(
        without("results"), lambda cycle: {**the_old_day(cycle), **around(cycle, delivering=True)}
    ),
    "neither results nor delivering": Plan(
        without("results", "delivering"),
        lambda cycle: {
            **the_old_day(cycle),
            middle_of("delivering"): False,
            middle_of("delivering") + 365 * DAY: False,
        },
    ),
    "no stage of counting, and no delivering": Plan(
        without("counting", "delivering"), lambda cycle: {**around(cycle, results=True), middle_of("delivering"): True}
    ),
}


# Who -----------------------------------------------------------------------------------------------------------------

# Who oversees a vote sees its results before everybody else, on these pages and no other.
OVERSEERS = {"clerk", "council", "auditor"}
FOR_OVERSEERS = {
    *("cycle_results", "cycle_report", "cycle_report_pdf"),
    *("contest_results", "contest_report", "contest_report_pdf", "contest_file"),
    *("box", "desk", "audit", "audit_export"),
}
TELLING = {
    *("home", "cycle", "contest", "proposals", "places", "proposal"),
    *("cycle_results", "cycle_report_pdf", "contest_results", "contest_report_pdf", "contest_file"),
}

# What else differs after it, for some: what stands on one's own page, where a committee would decide, what a clerk may
# report on.
ALSO_TELLING = {
    "author": {"me"},
    "committee": {"decide"},
    "clerk": {"report_delivery"},
}


CLOSELY = ("visitor", "author", "clerk")  # who differ most from each other


def looks(moments: dict[datetime, bool], people: dict[str, User | None]) -> list[tuple[datetime, str]]:
    """Who looks when: everybody around the moment of publication, some at others too; ordinarily a visitor alone."""
    ordered = sorted(moments)
    last, first = [at for at in ordered if not moments[at]][-1:], [at for at in ordered if moments[at]][:1]
    if not thoroughness.LONG:
        return [(at, "visitor") for at in last + first]
    return [(at, who) for who in people for at in (ordered if who in CLOSELY else last + first)]


# What ----------------------------------------------------------------------------------------------------------------


@dataclass
class City(WholeCity):
    """With all that its people may ask for, each address and the name of its page, and their browsers."""

    addresses: dict[str, str]
    clients: dict[str, Client]


@pytest.fixture
def city(whole_city: WholeCity, monkeypatch) -> City:
    """Riverside and Hillside have voted, and the box is open; the whole city has no ballot paper."""
    cycle, people = whole_city.cycle, whole_city.people
    Opening.objects.create(cycle=cycle, share_numbers=[1, 2], reconciliation={}, at=middle_of("counting"))
    monkeypatch.setattr(pdf, "render", undrawn)
    found = addresses(whole_city.values)
    found |= {each.get_absolute_url(): "proposal" for each in Proposal.objects.filter(number__in=(1, 3, 6, 7))}
    found |= {"/2027/city/": "contest", "/2027/city/results/": "contest_results"}
    for query in (
        "q=funded",
        *(f"status={each.value}" for each in (Status.SHORTLISTED, Status.FUNDED, Status.DELIVERED)),
    ):
        found |= {f"/2027/proposals/?{query}": "proposals", f"/2027/proposals.geojson?{query}": "places"}
    found |= dict(_of_the_set_up()) | {"/health/live": "health", "/health/ready": "health"}
    clients = {who: signed_in(user) if user else Client() for who, user in people.items()}
    for client in clients.values():
        client.cookies["order"] = "as drawn"  # of proposals that are mixed by lot
    return City(cycle, whole_city.riverside, people, whole_city.values, found, clients)


def undrawn(template: str, context: dict[str, Any], *, attachments: Sequence[pdf.Attachment] = (), **_: str) -> bytes:
    """What a PDF says, and what is in it, without drawing it."""
    return render_to_string(template, context).encode() + b"".join(each.content for each in attachments)


def _of_the_set_up() -> Iterator[tuple[str, str]]:
    """The pages of a row of each kind."""
    for model in admin.site._registry:
        row = model._default_manager.order_by("pk").first()
        for page in ("change", "history", "delete") if row else ():
            name = f"{model._meta.app_label}_{model._meta.model_name}_{page}"
            yield reverse(f"admin:{name}", args=[row.pk]), name


def count_riverside(city: City, variant: str) -> None:
    """The count, the report a council member has asked for, and a building site that is reported on too early."""
    if (ballots := COUNTS[variant]) is None:
        return
    count(city.riverside, ballots)
    for contest in (None, city.riverside):
        ask_for_report(city.cycle, contest, "en", by=city.people["council"], at=middle_of("counting"))
    work()
    winner = city.riverside.paper.lines.get(ballot_number=WINNERS[variant]).proposal
    done = {"kind": Milestone.Kind.DELIVERED, "on": date(2027, 9, 1), "note": "Planted."}
    winner.milestones.create(at=middle_of("counting"), **done)


# What differs from one answer to the next whoever looks: nonces and tokens, of 64 or of 22 letters and more.
DRAWN = re.compile(rb"nonce-[^']+|nonce=\"[^\"]+\"|[A-Za-z0-9]{64}")


# The number of a job, drawn by lot, and the time of day, also in an XLSX (which says what the CSV beside it says); for
# how many seconds one stays signed in.
NEVER_ALIKE = {"django_tasks_database_dbtaskresult_changelist", "invitation", "still_here", "card_sheet_xlsx"}


def asked(city: City, who: str) -> dict[str, object]:
    """What every address answers to somebody, but those where one signs in; the set-up to those who get in."""
    answers = {}
    for address in city.addresses:
        if address.startswith(("/accounts/",) if who == "superuser" else ("/accounts/", "/admin/")):
            continue
        if city.addresses[address] in NEVER_ALIKE:
            continue
        answer = city.clients[who].get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        told = [answer.get(header) for header in ("Location", "ETag", "Last-Modified", "Content-Disposition")]
        answers[address] = (answer.status_code, told, DRAWN.sub(b"", body))
    return answers


Seen = dict[tuple[datetime, str], dict[str, dict[str, object]]]


def walk(city: City, plan: Plan, turn: Callable[[datetime], None]) -> tuple[dict[datetime, bool], Seen]:
    """The plan's moments, and by moment and person what every address answers, by which count there has been."""
    seen: Seen = {}
    for variant in COUNTS:
        with undone():
            turn(middle_of("counting"))
            count_riverside(city, variant)
            plan.move(city.cycle)
            moments = plan.moments(city.cycle)
            for moment, who in looks(moments, city.people):
                if COUNTS[variant] is not None or who == "visitor":
                    turn(moment)
                    seen.setdefault((moment, who), {})[variant] = asked(city, who)
    return moments, seen


def differing(one: dict[str, object], another: dict[str, object]) -> set[str]:
    return {address for address in one if one[address] != another[address]}


@pytest.fixture
def turn(monkeypatch) -> Callable[[datetime], None]:
    def to(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)
        monkeypatch.setattr(clock, "of_the_database", lambda: moment)

    return to


ORDINARILY = "postponed when the building had begun"


@pytest.mark.parametrize(
    "plan", [pytest.param(plan, marks=[pytest.mark.long] * (plan != ORDINARILY)) for plan in PLANS]
)
def test_v3_c4_a_result_is_found_where_it_belongs_and_nowhere_before(city: City, turn, plan: str) -> None:
    moments, seen = walk(city, PLANS[plan], turn)
    assert len(city.addresses) > 120
    for (moment, who), by_count in seen.items():
        told = differing(by_count["one"], by_count["another"])
        names = {city.addresses[address] for address in told}
        where = f"{plan}, {who} at {moment}: {sorted(told)}"
        assert not [each for each in told if each.startswith(("/2027/hillside/", "/2027/city/"))], where
        early = FOR_OVERSEERS if who in OVERSEERS else set()
        if moments[moment]:
            assert names >= TELLING, where
            assert names <= TELLING | early | ALSO_TELLING.get(who, set()), where
        else:
            assert names <= early, where
            assert names >= early & TELLING, where
            if who == "visitor":
                assert differing(by_count["nobody has counted"], by_count["one"]) == set(), where
