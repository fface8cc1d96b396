"""Whoever tries the demo finds a living city, twice the same, and nobody's own city is ever touched."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from accounts.models import User
from audit.models import AuditEvent
from ballots.models import BallotBoxKey, Count, Envelope, Opening
from ballots.sealing import Share
from budgeting.calendar import errors
from budgeting.models import Contest, Cycle, District
from budgeting.stages import Act, Stage
from committee import ruling
from committee.at_the_desk import Desk
from committee.calendar import Kind as Step
from committee.models import Assignment, Card, Finding, Message, ProposedChange, Recusal, Resolution
from committee.opinions import in_hand_of
from demo import content
from demo.content import City
from demo.dates import PLANS, WHILE_COUNTING, WHILE_VOTING, windows
from demo.electorate import register, votes
from demo.loading import Size, Town, load
from demo.management.commands import demo as command
from demo.people import is_demo
from lib import clock
from notices.kinds import Kind
from notices.models import Notice
from notices.spreading import spread
from proposals.models import Comment, Decision, Photo, Proposal, SavedSearch
from residents.letter_alarms import alarms
from residents.models import LetterCode, Resident, Verification
from tests import letters
from tests.databases import Aside
from tests.vote import cast

pytestmark = pytest.mark.heavy


def small(city: City) -> City:
    """Three contests of the city, with one proposal each those that came to nothing, and what a committee votes on."""
    kept = ("eastmarsh", "millfield", "city-wide")
    rounds = {
        name: tuple(replace(one, proposals=few(one)) for one in contests if one.district in kept)
        for name, contests in city.rounds.items()
    }
    return replace(city, rounds=rounds)


def few(contest: content.Contest) -> tuple[content.Proposal, ...]:
    others = (one for one in contest.proposals[1:] if one.decision == "rejected" or one.withdrawn or one.moved)
    return (contest.proposals[0], *others)


def shrink(patch: pytest.MonkeyPatch) -> None:
    city = small(content.read())
    patch.setattr(content, "read", lambda: city)
    patch.setattr(command, "Size", lambda: Size(residents=160, voters=24))


@pytest.fixture
def a_small_city(monkeypatch, settings, tmp_path):
    """The command, when it loads a city, loads a small one."""
    settings.VAR_DIR = tmp_path
    shrink(monkeypatch)


@dataclass(frozen=True)
class Loaded:
    """What the first start of a demo leaves behind."""

    town: Town
    said: str
    database: Aside
    folder: Path


@pytest.fixture(scope="module")
def loaded(aside: Callable[[str], Aside], tmp_path_factory) -> Loaded:
    """Halverne is loaded once; each test begins with the city as it was then."""
    database, folder, towns = aside("halverne"), tmp_path_factory.mktemp("halverne"), []
    folders = {"VAR_DIR": folder, "MEDIA_ROOT": folder / "media", "PRIVATE_ROOT": folder / "private"}
    with pytest.MonkeyPatch.context() as patch, override_settings(**folders), database.in_use():
        shrink(patch)
        patch.setattr(command, "load", lambda *how: towns.append(load(*how)) or towns[0])
        said = ran()
    return Loaded(towns[0], said, database, folder)


@pytest.fixture
def in_halverne(loaded: Loaded) -> Iterator[None]:
    with loaded.database.in_use():
        yield


@pytest.fixture
def halverne(loaded: Loaded, in_halverne: None, db: None) -> Town:
    return loaded.town


def ran(*arguments: str) -> str:
    said = StringIO()
    call_command("demo", *arguments, stdout=said)
    return said.getvalue()


@pytest.mark.parametrize("plan", PLANS)
def test_a_round_is_at_its_stage_today(plan: str):
    now = clock.now()
    stages = (Stage.DELIVERING, Stage.VOTING, Stage.REVIEWING, Stage.PROPOSING)
    stage = dict(zip(("finished", "voting", "reviewing", "collecting"), stages, strict=True))[plan]
    found = windows(plan, now)
    assert errors(found) == []
    assert [window.stage for window in found if window.holds(now)] == [stage]


def test_the_finished_round_can_be_turned_back_to_its_vote_and_its_count():
    now = clock.now()
    for back, stage in ((WHILE_VOTING, Stage.VOTING), (WHILE_COUNTING, Stage.COUNTING)):
        assert [window.stage for window in windows("finished", now + back) if window.holds(now)] == [stage]


def test_a_visitor_finds_four_rounds_at_four_stages(halverne):
    now = clock.now()
    finished, voting, schools, collecting = Cycle.objects.order_by("slug")
    assert int(voting.slug) == int(finished.slug) + 1 == int(collecting.slug) - 1
    assert finished.allows(Act.SEE_RESULTS, now)
    assert voting.allows(Act.VOTE, now)
    assert schools.allows(Act.DECIDE, now)
    assert collecting.allows(Act.PROPOSE, now)
    assert District.objects.filter(city_wide=True).count() == 1
    assert Resident.objects.filter(cycle=voting).count() == 160
    told = sum(len(contest.proposals) for contests in halverne.city.rounds.values() for contest in contests)
    assert Photo.objects.count() == Proposal.objects.count() == told
    assert Comment.objects.filter(official=True).exists()
    assert Decision.objects.filter(outcome="reject").exclude(reason="").exists()


def test_the_finished_round_was_opened_counted_and_is_being_built(halverne):
    finished = Cycle.objects.order_by("slug").first()
    assert Opening.objects.filter(cycle=finished).exists()
    assert Count.objects.filter(contest__cycle=finished).count() == 3
    funded = Proposal.objects.filter(cycle=finished, award__funded=True)
    assert funded.filter(milestones__isnull=False).exists()
    assert not Proposal.objects.filter(award__funded=False, milestones__isnull=False).exists()
    assert BallotBoxKey.objects.get(cycle=finished).destruction


def test_the_envelopes_of_the_running_vote_are_sealed_and_its_box_is_shut(halverne):
    voting = halverne.cycles["voting"]
    assert 24 < Envelope.objects.filter(contest__cycle=voting).count() <= 48
    assert not Opening.objects.filter(cycle=voting).exists()
    shares = [Share.typed(share.number, share.words) for share in halverne.shares["voting"]]
    assert [share.commitment(bytes(voting.box_key.public_key)) for share in shares] == list(
        voting.box_key.holders.values_list("commitment", flat=True)
    )


def test_jonas_who_is_verified_can_vote_at_once(halverne):
    jonas = User.objects.get(email="verified@halverne.example")
    contest = Contest.objects.get(cycle=halverne.cycles["voting"], district__city_wide=True)
    assert not Envelope.objects.filter(
        contest=contest, resident=Verification.of(jonas, contest.cycle).resident
    ).exists()
    assert cast(contest, {1: 1}, by=jonas)


def test_somebody_without_an_account_votes_with_their_letter(halverne):
    letter = halverne.letters[1]
    browser = Client()
    assert browser.post("/verify/letter/", {"code": letter.code}).url == "/ballots/"
    contest = Contest.objects.get(cycle=halverne.cycles["voting"], district__city_wide=True)
    address = f"/{contest.cycle.slug}/{contest.slug}/ballot/"
    assert letters.votes(browser, 1, address=address).url == f"{address}receipt/"
    assert alarms(contest.cycle) == []


def test_lucie_can_verify_with_the_code_of_her_letter(halverne):
    lucie = User.objects.get(email="resident@halverne.example")
    letter, voting = halverne.letters[0], halverne.cycles["voting"]
    assert letter.name == lucie.name
    assert LetterCode.redeem(letter.code, by=lucie, at=clock.now()) == Verification.of(lucie, voting)


def test_the_committee_has_something_to_decide(halverne):
    desire = User.objects.get(email="committee@halverne.example")
    waiting = Proposal.objects.filter(cycle=halverne.cycles["reviewing"])
    assert [
        proposal.decide(by=desire, at=clock.now(), outcome="shortlist", reason="It is needed.").outcome
        for proposal in waiting
    ]


def test_the_committee_is_at_work_and_nothing_of_it_is_public(halverne):
    now, schools = clock.now(), halverne.cycles["reviewing"]
    first, second, third = halverne.members
    [correction] = Desk(first, now).corrections
    assert correction.answered_at
    violins = "Une armoire à violons, et des violons dedans"
    assert {motion.proposal.title for motion in Desk(first, now).motions} == {"A pig for every canteen", violins}
    assert [motion.proposal.title for motion in Desk(second, now).motions] == ["A pig for every canteen"]
    assert not Desk(third, now).motions
    resolved = [each.motion.proposal for each in Resolution.objects.waiting()]
    assert {each.status_at(now) for each in resolved} == {"submitted"}
    assert Recusal.objects.get(proposal__cycle=schools).member == second
    assert now < Cycle.objects.get(pk=schools.pk).decisions_open < schools.window(Stage.REVIEWING).closes
    assert set(Decision.objects.filter(proposal__cycle=schools).values_list("outcome", flat=True)) == {"return"}


def test_half_of_the_committees_cards_are_filled_in(halverne):
    """One member has a draft besides; what is asked once is confirmed by another."""
    schools = halverne.cycles["reviewing"]
    cards = Card.objects.filter(proposal__cycle=schools)
    formal, assessed = (cards.handed_in().filter(step=step) for step in (Step.FORMAL, Step.ASSESSMENT))
    assert formal.count() == formal.exclude(confirmed_by=None).count() == 4
    assert assessed.count() == 4
    assert Assignment.objects.standing().filter(proposal__cycle=schools).count() == 10
    assert cards.get(handed_in_at=None).member == halverne.committee


def test_a_department_has_answered_one_question_and_has_another(halverne):
    halina = User.objects.get(email="department@halverne.example")
    assert Finding.objects.get().by == halina
    assert in_hand_of(halina, clock.now()).get().opinion.proposal.title.startswith("A hut to wait in")


def test_an_author_has_answered_and_is_asked_for_another_wording(halverne):
    zuzanna, now = User.objects.get(email="author@halverne.example"), clock.now()
    asked, answered = Message.objects.order_by("at")
    assert (asked.is_authors, answered.is_authors, answered.by) == (False, True, zuzanna)
    change = ProposedChange.objects.standing().get()
    assert change.author == zuzanna
    assert change.until > now


def test_a_merger_without_an_authors_consent_waits_for_the_chair(halverne):
    first, second, third = halverne.members
    [merger] = ruling.waiting_for(first, clock.now())
    assert sorted(each.agrees for each in merger.consents.all()) == [False, True]
    assert not ruling.waiting_for(second, clock.now())
    assert not ruling.waiting_for(third, clock.now())


def test_what_happened_lately_is_told_to_whom_it_concerns(halverne):
    desire, lucie = (User.objects.get(email=f"{key}@halverne.example") for key in ("committee", "resident"))
    spread(clock.now())
    notices = Notice.objects.on_the_site(desire).filter(happening__kind=Kind.CORRECTED)
    [corrected] = [each.happening.subject for each in notices]
    assert corrected.status_at(clock.now()) == "submitted", "and it waits for a decision again"
    asked, answer = corrected.decisions.get().reason, corrected.versions.latest("number").text["description"]
    assert asked
    assert "Asked by the committee" in answer
    assert SavedSearch.of(lucie).followed(clock.now()).get().asked == "“trees”"
    assert lucie.endorsements.get().proposal.status_at(clock.now()) == "delivered"


def test_the_audit_log_holds(halverne):
    said = StringIO()
    call_command("verify_audit", stdout=said)
    assert "holds" in said.getvalue()


@pytest.mark.long
def test_the_same_seed_gives_the_same_city():
    city, today = content.read(), clock.now().date()
    assert register(city, 5, 500, today) == register(city, 5, 500, today) != register(city, 6, 500, today)
    contest = city.rounds["voting"][0]
    assert votes(contest, 50, 5) == votes(contest, 50, 5) != votes(contest, 50, 6)


def test_loading_twice_leaves_the_city_as_it_is_and_prints_the_sign_ins_again(halverne, a_small_city, loaded, settings):
    settings.VAR_DIR = loaded.folder
    entries, sheet = AuditEvent.objects.count(), (loaded.folder / "demo" / "sign-ins.txt").read_text()
    assert loaded.said.endswith(sheet)
    assert ran() == sheet
    assert AuditEvent.objects.count() == entries


def test_the_sign_ins_name_the_address_the_city_is_served_at_now(halverne, a_small_city, loaded, settings):
    settings.VAR_DIR = loaded.folder
    settings.PUBLIC_URL = "http://127.0.0.1:8123"
    assert "http://127.0.0.1:8123/accounts/login/" in ran()


@pytest.mark.long
def test_fresh_takes_the_demo_down_and_begins_anew(halverne, a_small_city):
    User.objects.create_user("guest@example.org")
    ran("--fresh")
    assert is_demo()
    assert not User.objects.filter(email="guest@example.org").exists()


@pytest.mark.parametrize("arguments", [(), ("--fresh",)])
def test_the_demo_is_refused_where_somebody_has_a_city(rosa, cycle, a_small_city, arguments):
    with pytest.raises(CommandError, match="a city of your own"):
        ran(*arguments)
    assert User.objects.get() == rosa
    assert Cycle.objects.get() == cycle


def test_the_second_factor_of_a_demo_sign_in_is_printed(halverne):
    said = StringIO()
    call_command("demo_code", "clerk@halverne.example", stdout=said)
    assert len(said.getvalue().strip()) == 6


def test_nobody_elses_second_factor_is_ever_printed(halverne, clara):
    with pytest.raises(CommandError, match="no sign-in of a demo city"):
        call_command("demo_code", "clara@example.org")


def test_no_second_factor_is_printed_in_a_real_city(clara):
    User.objects.filter(pk=clara.pk).update(email="clara@halverne.example")
    with pytest.raises(CommandError, match="no sign-in of a demo city"):
        call_command("demo_code", "clara@halverne.example")
