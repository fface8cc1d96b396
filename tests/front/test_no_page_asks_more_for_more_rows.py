"""Every page that lists something asks the database as often for three rows as for one.

A line of the table is a page, what there is one more of, who looks, and at which stage. To have a new page watched, add
its line; a row the page shows in a new way is one more function.
"""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from ballots import key
from ballots.models import BallotBoxKey, BoardBatch, KeyShare, Opening, Rehearsal
from budgeting.models import Contest, Cycle, District, Phase
from budgeting.people import RoleName
from budgeting.stages import Act, Stage
from committee import cards
from committee.calendar import Kind
from committee.costing import assess_cost
from committee.models import Question, Step
from committee.noting import note
from lib import clock
from notices.models import Mail
from proposals.models import Category, Decision, Proposal
from residents.letters import make_codes
from residents.models import Claim, RegisterImport, Verification
from results.council_report import council_report
from tests.cast import conclude, count, drafted, enrol, middle_of, person, put_on_paper, square
from tests.databases import lifted
from tests.keeping import kept
from tests.vote import cast

_next = itertools.count(1)


class City:
    """Riverside in its cycle, with Rosa's proposal of the quay. Each method adds one row of its kind."""

    def __init__(self, cycle: Cycle, riverside: Contest, quay: Proposal, people: dict[str, User]) -> None:
        self.cycle, self.riverside, self.quay, self.people = cycle, riverside, quay, people
        self.comment = quay.comment(by=self.someone(), at=middle_of(Stage.PROPOSING), text="Shade?")

    def someone(self, *roles: RoleName) -> User:
        return person(f"Somebody{next(_next)}", *roles)

    # The calendar and the money

    def another_contest(self) -> Contest:
        """In a district of its own, with a ballot paper."""
        number = next(_next)
        district = District.objects.create(
            slug=f"district-{number}", name=f"District {number}", boundary=square(number + 2, 0), population=1_000
        )
        with lifted("budgeting_contest", "has_begun"):
            contest = Contest.objects.create(cycle=self.cycle, district=district, budget=250_000_00)
        put_on_paper(contest)
        return contest

    def another_pot(self) -> Contest:
        """Of Riverside's money, with a ballot paper, in which Rosa has voted if she may."""
        number = next(_next)
        words = {"slug": f"pot-{number}", "name": f"Pot {number}"}
        with lifted("budgeting_contest", "has_begun"):
            pot = Contest.objects.create(cycle=self.cycle, district=self.riverside.district, budget=250_000_00, **words)
        put_on_paper(pot)
        rosa = self.people["rosa"]
        if self.cycle.allows(Act.VOTE, clock.now()) and Verification.of(rosa, self.cycle):
            cast(pot, {1: 1}, by=rosa)
        return pot

    def another_cycle(self) -> Cycle:
        """In the same stages, with a contest, a key, a rehearsal, and Rosa on its register."""
        number = next(_next)
        cycle = Cycle.objects.create(slug=f"2027-{number}", title=f"Budget {number}")
        for phase in self.cycle.phases.all():
            Phase.objects.create(cycle=cycle, stage=phase.stage, opens=phase.opens, closes=phase.closes)
        contest = Contest.objects.create(cycle=cycle, district=self.riverside.district, budget=250_000_00)
        put_on_paper(contest)
        holders = [self.people[name] for name in ("clara", "ines", "otto")]
        made = key.make(cycle, holders, by=self.people["clara"], at=middle_of(Stage.PRESENTING))
        key.rehearse(cycle, made[:2], by=self.people["clara"], at=middle_of(Stage.PRESENTING))
        enrol(self.people["rosa"], cycle, self.riverside.district)
        return cycle

    # Proposals

    def another_proposal(self, author: User | None = None, contest: Contest | None = None) -> Proposal:
        """With all that a row can show: a category, a photo, supporters, comments."""
        number, at = next(_next), middle_of(Stage.PROPOSING)
        category = Category.objects.create(slug=f"category-{number}", name=f"Category {number}")
        author = author or self.someone()
        proposal = drafted(
            author, contest or self.riverside, category=category, title=f"A playground by the river {number}"
        )
        self.photograph(proposal)
        proposal.submit(by=author, at=at)
        proposal.endorse(by=self.someone(), at=at)
        proposal.comment(by=self.someone(), at=at, text="Yes.")
        return proposal

    def another_proposal_of_rosa(self) -> Proposal:
        return self.another_proposal(self.people["rosa"])

    def another_draft_of_rosa(self) -> Proposal:
        return drafted(self.people["rosa"], self.riverside)

    def another_proposal_in_another_contest(self) -> Proposal:
        return self.another_proposal(contest=self.another_contest())

    def another_thread(self) -> None:
        at = middle_of(Stage.PROPOSING)
        comment = self.quay.comment(by=self.someone(), at=at, text="A roof?")
        self.quay.comment(by=self.someone(), at=at, text="Please.", parent=comment)
        answer = self.quay.comment(by=self.people["clara"], at=at, text="We shall see.", parent=comment)
        answer.hide(by=self.people["clara"], at=at, reason="Too early.")

    def another_version(self) -> None:
        number = next(_next)
        category = Category.objects.create(slug=f"category-{number}", name=f"Category {number}")
        at = middle_of(Stage.PROPOSING)
        self.quay.edit(by=self.quay.author, at=at, summary=f"Swings, {number} of them.", category=category)

    def another_photo(self) -> None:
        self.photograph(self.quay)

    def photograph(self, proposal: Proposal) -> None:
        """The row of a photo; the pages asked for here do not look into the file."""
        proposal.photos.create(
            at=middle_of(Stage.PROPOSING), name=f"photo-{next(_next)}", width=10, height=10, alt="The quay"
        )

    def another_decision(self) -> None:
        """That the quay is merged into a third one, as one that was merged into the quay."""
        members = [self.someone(RoleName.COMMITTEE) for _ in range(2)]
        said = {"outcome": "merge", "reason": "The same quay.", "at": middle_of(Stage.REVIEWING)}
        Decision.objects.create(proposal=self.quay, by=members[0], into=self.another_proposal(), **said)
        Decision.objects.create(proposal=self.another_proposal(), by=members[1], into=self.quay, **said)

    def another_milestone(self) -> None:
        at = middle_of(Stage.DELIVERING)
        conclude(self.quay, funded=True)
        self.quay.report_delivery(
            by=self.people["clara"], at=at, kind="started", on=date(2027, 8, 1), note="It goes on."
        )

    def another_report(self) -> None:
        """On a comment of another proposal, and on that of the quay."""
        at = middle_of(Stage.PROPOSING)
        self.comment.report(by=self.someone(), at=at, reason="Rude.")
        self.another_proposal().comments.get().report(by=self.someone(), at=at, reason="Rude.")

    def another_hidden(self) -> None:
        """A proposal that waits for a second person, and one of each kind of part whose author answers."""
        at, clara = middle_of(Stage.PROPOSING), self.people["clara"]
        self.another_proposal().hide(by=clara, at=at, reason="So.")
        other = self.another_proposal()
        other.photos.update(by=other.author)
        other.edit(by=other.author, at=at, summary="Another.")
        for part in (other.comments.get(), other.photos.get(), other.versions.get(number=1)):
            hiding = part.hide(by=clara, at=at, reason="So.")
            hiding.answer_it(by=User.objects.get(pk=part.whose), at=at, text="It should stand.")

    def another_hidden_part(self) -> None:
        """Of the quay: a comment, a photo and a version."""
        self.another_thread()
        self.another_photo()
        self.another_version()
        parts = (self.quay.comments.last(), self.quay.photos.last(), self.quay.versions.first())
        for part in parts:
            if not part.hiding:
                part.hide(by=self.people["clara"], at=middle_of(Stage.PROPOSING), reason="So.")

    def another_card(self) -> None:
        """Of a step with a question more; before the first Martin hands his in, and sees the others' from then on."""
        at = middle_of(Stage.REVIEWING)
        asked = {"cycle": self.cycle, "step": "formal", "kind": "score", "most": 5, "is_public": True}
        question = Question.objects.create(text=f"How good is it, once more ({next(_next)})?", **asked)
        martin = [] if self.quay.cards.exists() else [self.people["martin"]]
        for member in (*martin, self.someone(RoleName.COMMITTEE)):
            card = cards.keep(self.quay, Kind.FORMAL, {question.pk: ("3", "So.")}, version=0, by=member, at=at)
            cards.hand_in(card, {question.pk: 3}, by=member, at=at)
        note(self.quay, by=member, at=at, text=f"Asked ({next(_next)}).")
        assess_cost(self.quay, by=member, at=at, cost=next(_next), basis="Asked.")

    def another_card_to_fill_in(self) -> None:
        """In a step with dates."""
        window = self.cycle.window(Stage.REVIEWING)
        dates = {"opens": window.opens, "closes": window.closes}
        Step.objects.get_or_create(cycle=self.cycle, kind="formal", defaults=dates)
        Question.objects.get_or_create(cycle=self.cycle, step="formal", kind="yes_no", text="Is it complete?")
        self.another_proposal()

    def another_failed_mail(self) -> None:
        at = middle_of(Stage.VOTING)
        for failed_at in (None, at):
            Mail.objects.create(
                message_id=f"<{next(_next)}@city.example>",
                to="rosa@city.example",
                content=b"",
                written_at=at - timedelta(hours=1),
                next_try_at=at,
                failed_at=failed_at,
            )

    # Residents

    def another_claim(self) -> None:
        resident = enrol(self.someone(), self.cycle, self.riverside.district)
        Claim.objects.create(resident=resident, user=self.someone(), method="letter", at=middle_of(Stage.VOTING))

    def another_waiting_import(self) -> None:
        cycle, clerk = self.another_cycle(), self.someone(RoleName.CLERK)
        RegisterImport.objects.create(cycle=cycle, by=clerk, at=middle_of(Stage.VOTING))

    def another_import(self) -> None:
        at, clerk = middle_of(Stage.VOTING), self.someone(RoleName.CLERK)
        fault = {"line": next(_next), "column": "name", "reason": "It is empty."}
        RegisterImport.objects.create(cycle=self.cycle, by=clerk, at=at, dropped_at=at, rejected=[fault])

    def another_letter(self) -> None:
        resident = enrol(self.someone(), self.cycle, District.objects.get(pk=self.another_contest().district_id))
        make_codes([resident], by=self.people["clara"], at=middle_of(Stage.VOTING))

    # The box and what comes out

    def another_rehearsal(self) -> None:
        box_key = BallotBoxKey.objects.get(cycle=self.cycle)
        at = middle_of(Stage.PRESENTING)
        Rehearsal.objects.create(key=box_key, share_numbers=[1, 2], by=self.someone(), at=at)

    def another_holder(self) -> None:
        box_key = BallotBoxKey.objects.get(cycle=self.cycle)
        number = box_key.holders.count() + 1
        holder = self.someone(RoleName.COUNCIL)
        with lifted("ballots_keyshare", "shares_stay"):
            KeyShare.objects.create(key=box_key, number=number, holder=holder, commitment="0" * 64)

    def another_batch(self) -> None:
        number = self.riverside.batches.count() + 1
        name = "".join(chr(ord("A") + int(digit)) for digit in str(next(_next))).rjust(32, "A")
        BoardBatch.objects.create(
            contest=self.riverside,
            number=number,
            day=date(2027, 4, number),
            added=[name],
            replaced=[],
            envelopes=number,
            list_digest="0" * 64,
            previous_root="0" * 64,
            root=str(number).rjust(64, "0"),
        )

    def another_counted_contest(self) -> None:
        contest = self.another_contest()
        enrol(self.someone(), self.cycle, contest.district)
        decided = contest.proposals.first()
        decision = {"outcome": "shortlist", "reason": "Good.", "at": middle_of(Stage.REVIEWING)}
        with lifted("proposals_decision", "on_paper"):
            Decision.objects.create(proposal=decided, by=self.people["clara"], **decision)
        count(contest)

    def another_opened_contest(self) -> None:
        if not Opening.objects.filter(cycle=self.cycle).exists():
            at = middle_of(Stage.COUNTING)
            Opening.objects.create(cycle=self.cycle, share_numbers=[1, 2], reconciliation={}, at=at)
        self.another_counted_contest()

    def another_entry_of_the_log(self) -> None:
        self.someone().grant(RoleName.COMMITTEE, by=self.someone(), at=middle_of(Stage.VOTING))


@kept
def city(cycle, riverside_contest, rosa, tomas, clara, martin, ines, otto) -> City:
    greta = person("Greta", RoleName.COMMITTEE)  # for every district
    ada = person("Ada", RoleName.CLERK)  # who sets things up
    ada.is_staff = ada.is_superuser = True
    ada.save()
    people = {each.name.lower(): each for each in (rosa, tomas, clara, martin, ines, otto, greta, ada)}
    green = Category.objects.create(slug="green", name="Green and parks")
    quay = drafted(rosa, riverside_contest, title="The quay", category=green)
    quay.submit(by=rosa, at=middle_of(Stage.PROPOSING))
    return City(cycle, riverside_contest, quay, people)


@kept
def voting_city(city: City, shares: list[Any]) -> City:
    """With a paper for Riverside, a key, and Rosa who has voted."""
    put_on_paper(city.riverside)
    enrol(city.people["rosa"], city.cycle, city.riverside.district)
    return city


QUAY = "/2027/riverside/proposals/1-the-quay/"
PAGES: list[tuple[str, Callable[[City], Any], str, str]] = [
    # page, one more of, who looks, stage
    ("/", City.another_contest, "visitor", "voting"),
    ("/", City.another_proposal_in_another_contest, "visitor", "proposing"),
    ("/", City.another_cycle, "visitor", "proposing"),
    ("/2027/", City.another_contest, "visitor", "voting"),
    ("/2027/", City.another_proposal_in_another_contest, "visitor", "proposing"),
    ("/2027/riverside/", City.another_contest, "visitor", "voting"),
    ("/2027/riverside/", City.another_proposal, "visitor", "proposing"),
    # Proposals
    ("/2027/proposals/", City.another_proposal_in_another_contest, "visitor", "proposing"),
    ("/2027/proposals/?district=riverside&q=playground", City.another_proposal, "visitor", "proposing"),
    ("/2027/proposals.geojson", City.another_proposal_in_another_contest, "visitor", "proposing"),
    ("/2027/proposals/new/", City.another_pot, "rosa", "proposing"),
    ("/2027/riverside/proposals/new/", City.another_proposal, "rosa", "proposing"),
    ("draft what", City.another_proposal_in_another_contest, "rosa", "proposing"),
    ("draft preview", City.another_proposal_in_another_contest, "rosa", "proposing"),
    (f"{QUAY}photos/", City.another_photo, "rosa", "proposing"),
    *[
        (QUAY, more, who, stage)
        for who in ("visitor", "rosa", "clara", "martin")
        for more, stage in (
            (City.another_thread, "proposing"),
            (City.another_photo, "proposing"),
            (City.another_hidden_part, "proposing"),
            (City.another_version, "proposing"),
            (City.another_decision, "reviewing"),
            (City.another_milestone, "delivering"),
        )
    ],
    (f"{QUAY}history/", City.another_version, "visitor", "proposing"),
    (f"{QUAY}edit/", City.another_proposal, "rosa", "proposing"),
    (f"{QUAY}decision/", City.another_proposal, "martin", "reviewing"),
    (f"{QUAY}decision/", City.another_decision, "martin", "reviewing"),
    (f"{QUAY}decision/", City.another_card, "martin", "reviewing"),
    (f"{QUAY}cards/formal/", City.another_card, "martin", "reviewing"),
    (f"{QUAY}notes/", City.another_card, "martin", "reviewing"),
    (f"{QUAY}cost/", City.another_card, "martin", "reviewing"),
    ("/desk/2027/committee/questions/", City.another_card, "clara", "reviewing"),
    ("hiding", City.another_report, "clara", "proposing"),
    # The desk, my page, the log
    *[
        ("/desk/", City.another_cycle, who, stage)
        for who in ("clara", "ines", "otto")  # a committee sees no boxes there
        for stage in ("presenting", "voting", "counting")
    ],
    ("/desk/", City.another_cycle, "clara", "reviewing"),
    ("/desk/", City.another_proposal, "martin", "reviewing"),
    ("/desk/", City.another_card_to_fill_in, "martin", "reviewing"),
    ("/desk/", City.another_proposal_in_another_contest, "greta", "reviewing"),
    ("/desk/", City.another_report, "clara", "proposing"),
    ("/desk/", City.another_hidden, "clara", "proposing"),
    ("/desk/", City.another_hidden, "otto", "proposing"),
    ("/desk/", City.another_claim, "clara", "voting"),
    ("/desk/", City.another_failed_mail, "clara", "voting"),
    ("/desk/", City.another_waiting_import, "clara", "voting"),
    ("/me/", City.another_pot, "rosa", "voting"),
    ("/me/", City.another_cycle, "rosa", "voting"),
    ("/me/", City.another_cycle, "rosa", "proposing"),
    ("/me/", City.another_proposal_of_rosa, "rosa", "proposing"),
    ("/me/", City.another_draft_of_rosa, "rosa", "proposing"),
    ("/me/data.json", City.another_proposal_of_rosa, "rosa", "proposing"),
    ("/audit/", City.another_entry_of_the_log, "otto", "voting"),
    ("/audit/log.csv", City.another_entry_of_the_log, "otto", "voting"),
    # The set-up
    ("/admin/budgeting/contest/", City.another_contest, "ada", "voting"),
    ("/admin/budgeting/district/", City.another_contest, "ada", "voting"),
    ("/admin/budgeting/cycle/", City.another_cycle, "ada", "voting"),
    ("/admin/proposals/proposal/", City.another_proposal_in_another_contest, "ada", "voting"),
    ("/admin/accounts/user/", City.another_entry_of_the_log, "ada", "voting"),
    ("/desk/roles/", City.another_entry_of_the_log, "clara", "voting"),
    ("/admin/residents/resident/", City.another_claim, "ada", "voting"),
    # Residents
    ("/desk/2027/register/", City.another_import, "clara", "voting"),
    ("/desk/2027/letters/", City.another_letter, "clara", "voting"),
    # The box, the board and the booth
    *[
        ("/2027/box/", more, who, stage)
        for who in ("clara", "otto")
        for more, stage in (
            (City.another_contest, "presenting"),
            (City.another_contest, "voting"),
            (City.another_opened_contest, "counting"),
            (City.another_holder, "presenting"),
            (City.another_rehearsal, "presenting"),
        )
    ],
    ("/2027/board/", City.another_batch, "visitor", "voting"),
    ("/2027/board/", City.another_contest, "visitor", "voting"),
    ("/2027/board/riverside.txt", City.another_batch, "visitor", "voting"),
    # What came out
    ("/2027/results/", City.another_counted_contest, "visitor", "results"),
    ("/2027/results/", City.another_counted_contest, "clara", "counting"),
]


def named(line: tuple[str, Callable[[City], Any], str, str]) -> str:
    page, more, who, stage = line
    return f"{page} to {who} while {stage}: {more.__name__.replace('_', ' ')}"


def lines() -> list[Any]:
    """Each page for one who looks at it; for the others, who mostly ask the same, only where nothing is left out."""
    watched: set[tuple[str, Callable[[City], Any]]] = set()
    found = []
    for line in PAGES:
        again = line[:2] in watched
        watched.add(line[:2])
        found.append(pytest.param(line, id=named(line), marks=[pytest.mark.long] * again))
    return found


def address_of(page: str, city: City) -> str:
    """The address of a page that has a key in it."""
    if page.startswith("/"):
        return page
    if page.startswith("draft"):
        draft = Proposal.objects.drafts().first() or drafted(city.people["rosa"], city.riverside)
        return draft.get_absolute_url().replace("what", page.split()[1])
    return f"{QUAY}comments/{city.comment.pk}/{page}/"


@dataclass(frozen=True)
class Seen:
    """A page, and what the database was asked for it once everything that is kept between requests was there."""

    text: str
    queries: list[str]


def seen(client: Client, address: str) -> Seen:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return Seen(text.decode(), [query["sql"] for query in queries])


def compare(one: Seen, three: Seen) -> None:
    shapes = [Counter(sql.partition(" WHERE ")[0] for sql in page.queries) for page in (one, three)]
    more, fewer = (
        "\n".join(f"{number} {word}: {sql[:300]}" for sql, number in difference.items())
        for word, difference in (("more", shapes[1] - shapes[0]), ("fewer", shapes[0] - shapes[1]))
    )
    assert len(three.text) > len(one.text), "the page does not show these rows"
    assert len(three.queries) == len(one.queries), (
        f"{len(one.queries)} queries for one row, {len(three.queries)} for three.\n{more}\n{fewer}"
    )


@pytest.mark.sampled(4)
@pytest.mark.parametrize("line", lines())
def test_three_rows_are_asked_for_as_one(line, city: City, at, request) -> None:
    page, more, who, stage = line
    if stage in ("presenting", "voting", "counting"):
        request.getfixturevalue("voting_city")
    at(stage)
    client = Client()
    if who != "visitor":
        client.force_login(city.people[who])
    more(city)
    one = seen(client, address_of(page, city))
    more(city)
    more(city)
    compare(one, seen(client, address_of(page, city)))


@pytest.mark.parametrize(
    ("page", "stage"), [("ballot/paper/", "voting"), ("ballot/", "voting"), ("results/", "results")]
)
def test_three_projects_on_a_ballot_are_asked_for_as_one(city: City, at, request, page: str, stage: str) -> None:
    """A paper is frozen, so each has a contest of its own; the first project has the photo and the words of all."""
    rosa, found = city.people["rosa"], []
    request.getfixturevalue("shares")
    put_on_paper(city.riverside)  # or nobody votes anywhere
    enrol(rosa, city.cycle, city.riverside.district)
    at(stage)
    client = Client()
    client.force_login(rosa)
    for projects in (1, 3):
        words = {"slug": f"pot-{projects}", "name": f"Pot {projects}"}
        pot = Contest.objects.create(cycle=city.cycle, district=city.riverside.district, **words, budget=250_000_00)
        paper = put_on_paper(pot, [10_000_00] * projects)
        for line in paper.lines.all():
            line.proposal.author = rosa
            line.proposal.save()
            with lifted("proposals_photo", "on_paper"):
                city.photograph(line.proposal)
        if stage == "results":
            count(pot, {f"{number}:1": 10 for number in range(1, projects + 1)})
        found.append(seen(client, f"/2027/{pot.slug}/{page}"))
    compare(*found)


def test_three_contests_in_the_councils_report_are_asked_for_as_one(city: City, at, monkeypatch) -> None:
    moment: datetime = at("results")
    monkeypatch.setattr("lib.pdf.render", lambda template, context, **_: str(context["chapters"]).encode())
    found = []
    for more in (1, 2):
        for _ in range(more):
            city.another_counted_contest()
        with CaptureQueriesContext(connection) as queries:
            report = council_report(Cycle.objects.get(), None, language="en", at=moment)
        # The files enclosed hold every ballot of a contest, which is asked for contest by contest.
        enclosed = ("ballots_openedballot", "ballots_ballotline")
        asked = [query["sql"] for query in queries if not any(table in query["sql"] for table in enclosed)]
        found.append(Seen(report.decode(), asked))
    compare(*found)
