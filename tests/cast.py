"""A city on a river with two districts: when things happen there, and what its people do, in a line each."""

import io
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult
from PIL import Image

from accounts.models import Role, User
from ballots import counting, key, marks, paper
from ballots.models import BallotPaper, Count, Envelope, FromElsewhere, InvalidBallot, OpenedBallot
from ballots.sealing import Share, ballot_info
from budgeting.models import Contest, Counted, Cycle, District, Phase
from budgeting.people import RoleName
from budgeting.stages import Stage
from lib import clock
from proposals.models import Proposal
from residents.models import Resident, Verification
from tests.databases import lifted

FIRST_DAY = datetime(2027, 1, 4, 8, tzinfo=UTC)
MONTH = timedelta(days=30)
STAGES = [
    Stage.PROPOSING,
    Stage.REVIEWING,
    Stage.PRESENTING,
    Stage.VOTING,
    Stage.COUNTING,
    Stage.RESULTS,
    Stage.DELIVERING,
]


def middle_of(stage: Stage) -> datetime:
    """A moment well inside a stage of the cast's cycle."""
    return FIRST_DAY - MONTH if stage is Stage.PREPARING else FIRST_DAY + MONTH * STAGES.index(stage) + MONTH / 2


def hands_of_the_clock(patch: pytest.MonkeyPatch) -> Callable[[str], datetime]:
    """What turns the clock until the patch is undone."""

    def turn(stage: str) -> datetime:
        turn.stage = stage
        moment = middle_of(Stage(stage))
        patch.setattr(clock, "now", lambda: moment)
        patch.setattr(clock, "of_the_database", lambda: moment)
        return moment

    return turn


def cycle_of_2027() -> Cycle:
    cycle = Cycle.objects.create(slug="2027", title="Participatory budget 2027", currency="EUR")
    for month, stage in enumerate(STAGES):
        closes = None if stage is Stage.DELIVERING else FIRST_DAY + MONTH * (month + 1)
        Phase.objects.create(cycle=cycle, stage=stage.value, opens=FIRST_DAY + MONTH * month, closes=closes)
    return cycle


def square(west: float, south: float) -> dict[str, object]:
    east, north = west + 1, south + 1
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def person(name: str, *roles: RoleName, district: District | None = None) -> User:
    user = get_user_model().objects.create_user(f"{name.lower()}@example.org", name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    for kind in roles:
        Role.objects.create(user=user, kind=kind, district=district)
    if roles:  # who holds a role uses a second factor, or gets nowhere
        TOTP.activate(user, generate_totp_secret())
    return user


COSTS = (120_000_00, 90_000_00, 60_000_00, 45_000_00, 30_000_00, 15_000_00)
TITLES = ("Playground", "Cycle stands", "Community garden", "Library benches", "Drinking fountains", "Bee hotel")


def propose(contest: Contest, costs: Sequence[int] = COSTS, titles: Sequence[str] = TITLES) -> list[Proposal]:
    """A submitted proposal for each cost."""
    last = Proposal.objects.filter(contest__cycle=contest.cycle).count()
    return [
        Proposal.objects.create(
            contest=contest,
            title=titles[(number - 1) % len(titles)],
            summary="A short summary of it.",
            description="A longer description of it.",
            cost=cost,
            number=last + number,
            submitted_at=FIRST_DAY,
            created_at=FIRST_DAY,
        )
        for number, cost in enumerate(costs, start=1)
    ]


def put_on_paper(contest: Contest, costs: Sequence[int] = COSTS) -> BallotPaper:
    """The contest's ballot paper with a project for each cost, numbered from 1."""
    return paper.write(contest, propose(contest, costs), by=None, at=FIRST_DAY)


def frozen_at_the_desk(contest: Contest, first: Client, second: Client) -> HttpResponse:
    """Two people freeze a contest's paper on the pages: one proposes it, the other confirms what the first saw."""
    act = first.post(f"/{contest.cycle.slug}/box/paper/{contest.slug}/").url
    return second.post(f"{act}confirmation/", follow=True)


def enrol(user: User, cycle: Cycle, district: District) -> Resident:
    """Put a user on the register of a district, verified."""
    number = user.pk.to_bytes(32, "big")
    resident = Resident.objects.create(
        cycle=cycle,
        district=district,
        identifier_digest=number,
        person_digest=number,
        age_band=Resident.AgeBand.FROM_30,
    )
    Verification.objects.create(resident=resident, user=user, cycle=cycle, method="letter", at=FIRST_DAY)
    return resident


def inside(envelope: Envelope, shares) -> dict[int, int]:
    """What an envelope says, as the key holders would read it."""
    contest = envelope.contest
    info = ballot_info(contest.cycle.slug, contest.slug, contest.paper.digest)
    plain = key.unlock(contest.cycle.box_key, shares[:2]).open(bytes(envelope.sealed), info)
    return marks.decode(plain, contest.paper.size)


BALLOTS = {"1:1 2:1": 20, "2:1 3:1": 10, "4:1": 8, "": 2}


def count(contest: Contest, ballots: dict[str, int] | None = None, invalid: dict[str, int] | None = None) -> Count:
    """Put ballots into the multiset of opened ones and count them."""
    bring_in(contest, BALLOTS if ballots is None else ballots, invalid)
    return counting.count_contest(contest, by=None, at=middle_of(Stage.COUNTING))


def bring_in(contest: Contest, ballots: dict[str, int], invalid: dict[str, int] | None = None) -> None:
    """Ballots as of an election from elsewhere, whatever box there is."""
    rows = ("ballots_openedballot", "ballots_invalidballot")
    with ExitStack() as guards:
        for table, guard in [*product(rows, ("is_a_fact", "out_of_a_box")), ("ballots_fromelsewhere", "has_no_box")]:
            guards.enter_context(lifted(table, guard))
        for content, number in ballots.items():
            OpenedBallot.objects.create(contest=contest, content=content, ballots=number)
        for reason, number in (invalid or {}).items():
            InvalidBallot.objects.create(contest=contest, reason=reason, ballots=number)
        total = sum(ballots.values()) + sum((invalid or {}).values())
        FromElsewhere.objects.create(contest=contest, ballots=total, at=middle_of(Stage.COUNTING))


@transaction.atomic
def conclude(proposal: Proposal, *, funded: bool) -> None:
    """What the count of its contest leaves of a proposal, without a vote."""
    moment = middle_of(Stage.COUNTING)
    FromElsewhere.objects.get_or_create(contest=proposal.contest, defaults={"ballots": 0, "at": moment})
    Count.objects.get_or_create(contest=proposal.contest, defaults={"rule": {}, "outcome": {}, "at": moment})
    Counted.objects.get_or_create(contest=proposal.contest, defaults={"at": moment})
    with lifted("proposals_award", "follows_the_count"):
        proposal.conclude(at=moment, funded=funded)


WHAT = {
    "title": "A playground by the river",
    "summary": "Swings where the old quay is empty.",
    "description": "Children have **nowhere** to play.",
    "beneficiaries": "Children under ten",
}


def drafted(author: User, contest: Contest, **text: object) -> Proposal:
    given = {
        "title": "A playground by the river",
        "summary": "Swings, a slide and shade where the old quay is empty.",
        "description": "Children here have **nowhere** to play.",
        "address": "Quay Street, opposite number 12",
        "latitude": 0.5,
        "longitude": 0.5,
        "cost": 40_000_00,
    }
    return Proposal.objects.create(
        author=author, contest=contest, created_at=middle_of("proposing"), **{**given, **text}
    )


def handed_in(author: User, contest: Contest, **text: object) -> Proposal:
    """A proposal handed in while proposals are collected."""
    proposal = drafted(author, contest, **text)
    proposal.submit(by=author, at=middle_of("proposing"))
    return proposal


def picture(width: int = 80, height: int = 60, kind: str = "JPEG", **extra: object) -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, kind, **extra)
    file.seek(0)
    return file


def work() -> None:
    """Do what is ready, as a worker does."""
    worker = db_worker.Worker(
        queue_names=["*"], interval=0, batch=True, backend_name="default", startup_delay=False, max_tasks=None,
        worker_id="living", excluded_queue_names=[],
    )  # fmt: skip
    while task := DBTaskResult.objects.ready().first():
        task.claim(worker.worker_id)
        worker.run_task(task)


def give_a_factor(client: Client, user: User, **more: object) -> None:
    """As if this session had given the second factor; `reauthenticated=True`: just now, before a change."""
    given(client, user, "mfa", **more)


def given(client: Client, user: User, method: str, **more: object) -> None:
    session = client.session
    note_as_given(session, user, method, **more)
    session.save()


def note_as_given(session: SessionBase, user: User, method: str, **more: object) -> None:
    records = session.get("account_authentication_methods", [])
    session["account_authentication_methods"] = [*records, {"method": method, "at": time.time(), **more}]
    session["account_authentication_methods_user"] = str(user.pk)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


OPEN_BOX = Path(__file__).resolve().parents[1] / "docs" / "verify" / "open_box.py"


def open_elsewhere(folder: Path, box: str, board_list: str, shares: list[Share]) -> subprocess.CompletedProcess[str]:
    """Run the program of docs/verify on files, with the words typed as a holder would."""
    (folder / "box.json").write_text(box)
    (folder / "board.txt").write_text(board_list)
    typed = "".join(f"{share.number}\n{share.words}\n" for share in shares)
    program = ["-W", "ignore", OPEN_BOX, folder / "box.json", folder / "board.txt"]
    return subprocess.run(
        [sys.executable, *program], input=typed, capture_output=True, text=True, start_new_session=True
    )
