"""A decision of a committee is found where it belongs, and nowhere before its date: every address, as everybody.

The same city is walked through where nothing is decided, and where the committee has resolved on a proposal, one way or
another. Until the date nobody outside the committee can tell the three apart by what any address answers, how long it
is, or how many statements it takes; the audit log alone has digests, which do not tell the one from the other. After
the date everybody reads it.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.models import AuditEvent
from budgeting.models import Cycle, Phase
from budgeting.people import RoleName
from committee import changing, handling, messaging, motions
from committee.asking import ask
from committee.costing import assess_cost
from committee.models import Department, Resolution
from committee.numbering import set_case_number
from committee.recusing import recuse
from committee.tasks import settle_and_publish
from lib import clock, pdf
from notices.spreading import spread
from proposals.models import Proposal
from tests import thoroughness
from tests.addresses import addresses
from tests.cast import drafted, middle_of, person, signed_in
from tests.databases import undone
from tests.results.test_moment_of_publication import DRAWN, NEVER_ALIKE, undrawn
from tests.whole_city import WholeCity

pytestmark = pytest.mark.heavy

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PLANTED = {
    "one": ("shortlist", "A zebra lives on the quay."),
    "another": ("shortlist", "No giraffe fits under it, ever."),
}
WORDS = (b"zebra", b"giraffe")
ASSESSED = {"cost": 11_111_00, "upkeep": 222_00, "months": 7}
# What is never public: why a member thinks that it costs so much, where it was not voted on; and the case number.
KEPT = {
    b"A rhino was weighed.": {"decide", "cards_pdf", "assess_cost"},
    b"RHINO-27": {"decide", "cards_pdf", "case_number", "work"},
}
ASKED, FOUND = "Does an ostrich sink in it?", "A pelican does not."
OF_OPINIONS = (b"ostrich", b"pelican")  # for the committee and the department alone, also when decisions are public
NUMBERED = re.compile(  # no number is given twice, whatever is undone
    rb"committee\.[a-z]+:[0-9]+|/me/department/[0-9]+|name=\"opinions\" value=\"[0-9]+"
    rb"|\"(?:id|opinion_id)\": [0-9]+"
)
# Where the committee and the author read what they write to each other, and another wording that one proposes.
READ_MESSAGES = {
    "author": {"my_messages", "my_data"},
    "committee": {"decide", "messages", "my_data"},
    "clerk": {"messages"},
}
READ_A_WORDING = {
    "author": {"proposed_change", "my_data"},
    "committee": {"proposed_changes"},
    "clerk": {"proposed_changes"},
}

EVERYBODY = (
    *("recused", "visitor", "resident", "author", "verified", "clerk", "council", "auditor", "key holder"),
    *("superuser", "committee", "department"),
)
# What the committee, who oversees its work, and the log have of it before: members here, digests there.
MEMBERS = {"committee"}
# Whoever has entries of their own in the log reads their numbers, which go on with each entry of anybody's.
IN_THE_LOG = {
    "auditor": {"audit", "audit_export", "desk", "my_data"},
    "clerk": {"my_data", "work"},  # how many questions each department has, and how many are late
    "council": {"my_data"},
    "superuser": {"my_data"},
    # Who works for a department knows what it was asked and has answered, and not what was decided.
    "department": {"desk", "my_data", "my_department"},
}


def as_planned(cycle: Cycle) -> None:
    pass


def put_later(cycle: Cycle) -> None:
    closes = cycle.phases.get(stage="reviewing").closes
    Phase.objects.filter(cycle=cycle, stage="presenting").update(opens=closes + 9 * DAY)
    Phase.objects.filter(cycle=cycle, stage="reviewing").update(closes=closes + 9 * DAY)


def named_earlier(cycle: Cycle) -> None:
    Cycle.objects.filter(pk=cycle.pk).update(decisions_public_at=middle_of("reviewing") + 3 * DAY)


def named_later(cycle: Cycle) -> None:
    Cycle.objects.filter(pk=cycle.pk).update(decisions_public_at=middle_of("presenting"))


PLANS = {plan.__name__: plan for plan in (as_planned, put_later, named_earlier, named_later)}


@dataclass
class City:
    cycle: Cycle
    proposal: Proposal
    members: list[User]
    clients: dict[str, Client]
    addresses: dict[str, str]


@pytest.fixture
def city(whole_city: WholeCity, riverside, rosa: User, martin: User, monkeypatch) -> City:
    """Rosa's proposal lies before Riverside's committee of three, of whom one takes no part in it."""
    monkeypatch.setattr(pdf, "render", undrawn)
    proposal = drafted(rosa, whole_city.riverside, title="A zoo on the quay")
    proposal.submit(by=rosa, at=middle_of("proposing"))
    set_case_number(proposal, "RHINO-27", by=martin, at=middle_of("reviewing"))
    mira, recused = (person(name, RoleName.COMMITTEE, district=riverside) for name in ("Mira", "Milan"))
    recuse(proposal, by=recused, at=middle_of("reviewing"), interest="work")
    people = {**whole_city.people, "recused": recused}
    clients = {who: signed_in(user) if user else Client() for who, user in people.items()}
    for client in clients.values():
        client.cookies["order"] = "as drawn"  # of proposals that are mixed by lot
    numbered = proposal.get_absolute_url().rstrip("/").rpartition("/")[2]
    found = addresses({**whole_city.values, "numbered:number": [numbered], "thread": [proposal.pk]})
    found[proposal.get_absolute_url()] = "proposal"
    for query in ("q=zebra", "status=shortlisted"):
        found |= {f"/2027/proposals/?{query}": "proposals", f"/2027/proposals.geojson?{query}": "places"}
    left = {each: name for each, name in found.items() if not each.startswith(("/accounts/", "/admin/"))}
    return City(whole_city.cycle, proposal, [martin, mira], clients, left)


@pytest.fixture
def turn(monkeypatch) -> Callable[[datetime], None]:
    """No session gets older: one writes once a minute that it is in use, and a walk may take longer."""
    began = clock.of_sessions()
    monkeypatch.setattr(clock, "of_sessions", lambda: began)

    def to(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)
        monkeypatch.setattr(clock, "of_the_database", lambda: moment)

    return to


@contextmanager
def resolved(city: City, variant: str | None) -> Iterator[None]:
    """The committee has decided so, or (None) not at all."""
    with undone():
        if variant is not None:
            (outcome, reason), at = PLANTED[variant], middle_of("reviewing")
            ask_and_answer(city, at)
            assess_cost(city.proposal, by=city.members[1], at=at, **ASSESSED, basis="A rhino was weighed.")
            voted = {"outcome": outcome, "reason": reason, **ASSESSED, "basis": reason}
            motion = motions.move(city.proposal, by=city.members[0], at=at, **voted)
            motions.vote(motion, "for", by=city.members[1], at=at)
            assert Resolution.objects.waiting().exists()
        settle_and_publish()
        yield


def ask_and_answer(city: City, at: datetime) -> None:
    """The department has answered one question, and has another."""
    roads, dora = Department.objects.get(name="Roads"), User.objects.get(name="Dora")
    for verdict in ("not", None):
        [opinion] = ask([city.proposal], roads, by=city.members[0], at=at, question=ASKED, due=at + DAY)
        if verdict:
            handling.answer(opinion, by=dora, at=at, verdict=verdict, words=FOUND)


Answer = tuple[int, list[str | None], bytes, int]


def asked(city: City, who: str) -> dict[str, Answer]:
    """What every address answers to somebody, and in how many statements."""
    answers = {}
    for address, name in city.addresses.items():
        if name in NEVER_ALIKE:
            continue
        with CaptureQueriesContext(connection) as statements:
            answer = city.clients[who].get(address)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        told = [answer.get(header) for header in ("Location", "ETag", "Last-Modified", "Content-Disposition")]
        answers[address] = (answer.status_code, told, NUMBERED.sub(b"", DRAWN.sub(b"", body)), len(statements))
    return answers


def differing(city: City, one: dict[str, Answer], other: dict[str, Answer]) -> set[str]:
    return {city.addresses[address] for address in one if one[address] != other[address]}


def telling(city: City, answers: dict[str, Answer], words: tuple[bytes, ...] = WORDS) -> set[str]:
    """The pages on which the reason of the decision can be read, or other words."""
    return {city.addresses[each] for each, (*_, body, _n) in answers.items() if any(word in body for word in words)}


def kept(city: City, answers: dict[str, Answer]) -> dict[bytes, set[str]]:
    """The pages on which what is never public can be read."""
    return {
        words: {city.addresses[each] for each, (*_, body, _n) in answers.items() if words in body} for words in KEPT
    }


@pytest.mark.long
@pytest.mark.parametrize("who", EVERYBODY)
def test_the_minute_before_nobody_outside_the_committee_can_tell(city: City, turn, who: str) -> None:
    turn(before := city.cycle.decisions_open - MINUTE)
    for each in (address for address, name in city.addresses.items() if name == "ballot_to_print"):
        city.clients[who].get(each).getvalue()  # drawn once, and kept from then on
    seen = {}
    for variant in (None, "one", "another") if thoroughness.LONG else (None, "one"):
        turn(before)
        with resolved(city, variant):
            seen[variant] = asked(city, who)
    assert len(seen[None]) > 120
    if who in MEMBERS:
        assert "decide" in telling(city, seen["one"]), "the walk finds it where it is"
        assert all(found and found <= KEPT[words] for words, found in kept(city, seen["one"]).items())
        assert telling(city, seen["one"], OF_OPINIONS) == {"decide"}
        return
    for answers in seen.values():
        reads = {"case_number", "work"} if who in ("clerk", "superuser") else set()
        assert set().union(*kept(city, answers).values()) <= reads
    early = IN_THE_LOG.get(who, set())
    for variant in seen.keys() - {None}:
        assert telling(city, seen[variant]) - {"proposals"} == set()
        theirs = {"my_department", "my_data"} if who == "department" else set()
        assert telling(city, seen[variant], OF_OPINIONS) == theirs
        assert differing(city, seen[None], seen[variant]) <= early
    if early and thoroughness.LONG:
        assert differing(city, seen["one"], seen["another"]) == set()


@pytest.mark.long
@pytest.mark.parametrize("plan", PLANS)
def test_whatever_becomes_of_the_date_it_is_public_from_then_on_and_not_before(city: City, turn, plan: str) -> None:
    with resolved_early(city, turn):
        PLANS[plan](city.cycle)
        opens = Cycle.objects.get(pk=city.cycle.pk).decisions_open
        for moment, public in ((opens - MINUTE, False), (opens + MINUTE, True)):
            turn(moment)
            settle_and_publish()
            answers = asked(city, "visitor")
            found = telling(city, answers)
            assert not any(kept(city, answers).values())
            assert telling(city, answers, OF_OPINIONS) == set()
            if public:
                assert found >= {"proposal", "how_the_committee_voted"}
            else:
                assert found - {"proposals"} == set()


@contextmanager
def resolved_early(city: City, turn: Callable[[datetime], None]) -> Iterator[None]:
    turn(middle_of("reviewing"))
    with resolved(city, "one"):
        yield


def test_until_then_the_log_has_digests_alone(city: City, turn) -> None:
    turn(middle_of("reviewing"))
    with resolved(city, "one"):
        said = str([(each.object, each.facts) for each in AuditEvent.objects.all()])
        assert "zebra" not in said
        assert not any(word.decode() in said for word in OF_OPINIONS)
        assert "shortlist" not in said


@pytest.mark.long
@pytest.mark.parametrize("who", EVERYBODY)
def test_what_passes_between_the_committee_and_an_author_is_read_by_both_alone(
    city: City, rosa: User, turn, who: str
) -> None:
    turn(at := middle_of("reviewing"))
    other, reason = {"summary": "Lemurs, and shade for people."}, "A lemur needs shade."
    change = changing.propose(city.proposal, other, by=city.members[0], at=at, reason=reason)
    messaging.write_to_author(city.proposal, by=city.members[0], at=at, text="Does a walrus fit?")
    messaging.answer(city.proposal, by=rosa, at=at, text="No walrus does.")
    city.addresses[f"/me/changes/{change.pk}/"] = "proposed_change"
    city.addresses[f"{city.proposal.get_absolute_url()}changes/"] = "proposed_changes"
    spread(at)
    answers = asked(city, who)
    assert telling(city, answers, (b"lemur", b"Lemur")) == READ_A_WORDING.get(who, set())
    assert telling(city, answers, (b"walrus",)) == READ_MESSAGES.get(who, set())
