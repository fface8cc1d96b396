"""T-05: clerks', residents' and the calendar's acts in random order, also such as no page offers.

Whatever the order: nothing on a frozen paper changes, no ballot gets into the box outside the vote, and no act of two
is done by one.
"""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from ballots import board, key, paper, stocktaking
from ballots.closing import pause_voting
from ballots.counting import count_contest
from ballots.models import BallotBoxKey, BallotPaper, BoardBatch, Envelope, KeyGivenUp, NoVote, Rehearsal
from ballots.opening import open_box
from ballots.sealing import Share
from budgeting import two
from budgeting.models import CalendarChange, Contest, Cycle, JointAct, Phase
from budgeting.stages import Act, Stage
from budgeting.two import Joint, Two
from lib import clock
from lib.refusal import Refused
from proposals.models import Proposal
from tests.cast import enrol, middle_of, propose
from tests.keeping import kept
from tests.thoroughness import many, walks
from tests.vote import cast, turn_the_database

HOUR = timedelta(hours=1)
JOINTS = (Joint.END_VOTE, Joint.EXTEND_VOTE, Joint.RESUME_VOTE, Joint.CLOSE_WITHOUT_VOTE, Joint.GIVE_UP_KEY)
REASON = "Because."


@kept
def town(
    riverside_contest: Contest,
    hillside_contest: Contest,
    clara: User,
    otto: User,
    ines: User,
    martin: User,
    rosa: User,
    tomas: User,
) -> dict[str, User]:
    """Three proposals of Rosa's in Riverside are on the shortlist; in Hillside there is one that may get there."""
    cycle = riverside_contest.cycle
    enrol(rosa, cycle, riverside_contest.district)
    enrol(tomas, cycle, hillside_contest.district)
    made = [
        *propose(riverside_contest, costs=[30_000_00, 20_000_00, 10_000_00]),
        *propose(hillside_contest, [9_000_00]),
    ]
    Proposal.objects.update(author=rosa)
    for proposal in made[:3]:
        proposal.refresh_from_db()
        proposal.decide(by=martin, at=middle_of(Stage.REVIEWING), outcome="shortlist", reason="Good.")
    return {each.name: each for each in (clara, otto, ines, martin, rosa, tomas)}


class Year(RuleBasedStateMachine):
    """One cycle from the end of its review on; each example ends by taking back all that was done in it."""

    town: dict[str, User]
    turn: Callable[[datetime], None]

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.cycle = Cycle.objects.get()
        self.shares: list[Share] = []
        self.frozen: dict[int, str] = {}
        self.dates = self._dates_of_the_vote()
        self.voted: set[tuple[str, str]] = set()
        self.seal: dict[tuple[int, int], str] = {}
        self.go_to(middle_of(Stage.REVIEWING) + timedelta(days=10))

    @initialize(start=st.sampled_from(["the review", "a ready box", "a vote", "a vote", "a vote", "the close"]))
    def begin_at(self, start: str) -> None:
        """By chance alone one seldom gets far."""
        if start == "the review":
            return
        self.go_to(middle_of(Stage.PRESENTING))
        self.two_freeze("riverside")
        self.somebody_proposes(Joint.CLOSE_WITHOUT_VOTE, "Clara", 0)
        self.somebody_settles("Otto", confirms=True)
        self.clara_makes_a_key(names_it=False)
        self.the_holders_rehearse()
        assert NoVote.objects.exists()
        if start == "a ready box":
            return
        self.go_to(middle_of(Stage.VOTING))
        self.somebody_votes("Rosa", "riverside", 1)
        assert self.seal
        if start == "the close":
            self.go_to(middle_of(Stage.VOTING) + timedelta(days=14, hours=23))

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def go_to(self, moment: datetime) -> None:
        self.moment = moment
        type(self).turn(moment)

    def person(self, name: str) -> User:
        return User.objects.get(pk=self.town[name].pk)

    def _dates_of_the_vote(self) -> tuple[datetime, datetime | None] | None:
        return Phase.objects.filter(stage="voting").values_list("opens", "closes").first()

    @contextmanager
    def trying(self) -> Any:
        """It is done, or it is refused and nothing is."""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                yield
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        except (Refused, DatabaseError):
            pass

    # The calendar -----------------------------------------------------------------------------------------------------

    @rule(hours=st.sampled_from([1, 5, 24, 24 * 7, 24 * 16, 24 * 31]))
    def time_passes(self, hours: int) -> None:
        self.go_to(self.moment + hours * HOUR)

    @rule(
        stage=st.sampled_from([Stage.REVIEWING, Stage.PRESENTING, Stage.VOTING, Stage.COUNTING]),
        opens=st.integers(-40, 40),
        closes=st.integers(-40, 40),
    )
    def somebody_moves_dates_by_hand(self, stage: Stage, opens: int, closes: int) -> None:
        with self.trying():
            found = Phase.objects.filter(cycle=self.cycle, stage=stage.value)
            found.update(opens=F("opens") + opens * 24 * HOUR, closes=F("closes") + closes * 24 * HOUR)

    @rule()
    def somebody_takes_the_vote_off_the_calendar_and_lays_it_anew(self) -> None:
        with self.trying():
            Phase.objects.filter(cycle=self.cycle, stage="voting").delete()
            Phase.objects.create(cycle=self.cycle, stage="voting", opens=self.moment, closes=self.moment + 24 * HOUR)

    @rule(stage=st.sampled_from([Stage.PROPOSING, Stage.REVIEWING]))
    def somebody_lets_that_stage_be_now(self, stage: Stage) -> None:
        with self.trying():
            Phase.objects.filter(cycle=self.cycle, stage=stage.value).update(
                opens=self.moment - HOUR, closes=self.moment + HOUR
            )

    # Residents and the committee --------------------------------------------------------------------------------------

    @rule(place=st.integers(0, 3))
    def rosa_withdraws(self, place: int) -> None:
        with self.trying():
            self._proposal(place).withdraw(by=self.person("Rosa"), at=self.moment, reason=REASON)

    @rule(place=st.integers(0, 3), title=st.sampled_from(["A swing", "A slide"]))
    def rosa_edits(self, place: int, title: str) -> None:
        with self.trying():
            self._proposal(place).edit(by=self.person("Rosa"), at=self.moment, title=title)

    @rule(
        place=st.integers(0, 3),
        outcome=st.sampled_from(["shortlist", "reject", "return"]),
        cost=st.sampled_from([None, 5_00]),
    )
    def the_committee_decides(self, place: int, outcome: str, cost: int | None) -> None:
        with self.trying():
            self._proposal(place).decide(
                by=self.person("Martin"), at=self.moment, outcome=outcome, reason=REASON, cost=cost
            )

    def _proposal(self, place: int) -> Proposal:
        return Proposal.objects.order_by("number")[place]

    @rule(
        who=st.sampled_from(["Rosa", "Tomas"]),
        where=st.sampled_from(["riverside", "hillside"]),
        choice=st.integers(1, 2),
    )
    def somebody_votes(self, who: str, where: str, choice: int) -> None:
        contest = Contest.objects.get(slug=where)
        with self.trying():
            cast(contest, {choice: 1}, by=self.person(who))
            self._was_a_time_to_vote()
            self.voted.add((who, where))
            self.seal = self._envelopes()

    def _was_a_time_to_vote(self) -> None:
        dates = self._dates_of_the_vote()
        assert dates, "no vote is on the calendar"
        opens, closes = dates
        assert opens <= self.moment, "the vote had not opened"
        assert closes is None or self.moment < closes, "the vote had closed"
        states = CalendarChange.objects.filter(kind__in=("paused", "resumed", "ended")).order_by("-pk")
        assert states.values_list("kind", flat=True).first() != "paused", "the vote was paused"
        assert not Contest.objects.filter(paper=None, no_vote=None).exists(), "not all could vote"
        assert Rehearsal.objects.exists(), "nobody had rehearsed"

    # The desk of the box ----------------------------------------------------------------------------------------------

    @rule(where=st.sampled_from(["riverside", "hillside"]))
    def two_freeze(self, where: str) -> None:
        contest = Contest.objects.get(slug=where)
        with self.trying():
            both = Two(self.person("Clara"), self.person("Otto"))
            made = paper.freeze(contest, by=both, at=self.moment, half="4 8 15")
            self.frozen[made.pk] = made.manifest

    @rule(names_it=st.booleans())
    def clara_makes_a_key(self, names_it: bool) -> None:
        found = BallotBoxKey.objects.first()
        replaces = key.name_of(bytes(found.public_key)) if found and names_it else ""
        holders = [self.person("Clara"), self.person("Otto")]
        with self.trying():
            self.shares = key.make(self.cycle, holders, by=holders[0], at=self.moment, replaces=replaces)

    @precondition(lambda self: self.shares)
    @rule()
    def the_holders_rehearse(self) -> None:
        with self.trying():
            key.rehearse(self.cycle, self.shares, by=self.person("Clara"), at=self.moment)

    @rule()
    def the_board_is_published(self) -> None:
        with self.trying():
            list(board.publish_due())

    @precondition(lambda self: self.shares)
    @rule()
    def the_box_is_opened_and_counted(self) -> None:
        with self.trying():
            open_box(Cycle.objects.get(), self.shares, by=self.person("Clara"), at=self.moment)
            for contest in Contest.objects.filter(paper__isnull=False):
                count_contest(contest, by=self.person("Clara"), at=self.moment)

    @rule(who=st.sampled_from(["Clara", "Otto", "Ines", "Rosa"]))
    def somebody_pauses(self, who: str) -> None:
        with self.trying():
            pause_voting(self.cycle, by=self.person(who), reason=REASON)

    @rule(kind=st.sampled_from(JOINTS), who=st.sampled_from(["Clara", "Otto"]), days=st.integers(-5, 40))
    def somebody_proposes(self, kind: Joint, who: str, days: int) -> None:
        about = Contest.objects.get(slug="hillside") if kind is Joint.CLOSE_WITHOUT_VOTE else self.cycle
        facts = {"reason": REASON}
        if kind is Joint.EXTEND_VOTE:
            facts["until"] = (self.moment + days * 24 * HOUR).isoformat()
        with self.trying():
            two.propose(two.sketch(kind, on=about, cycle=self.cycle, **facts), by=self.person(who), at=self.moment)

    @precondition(lambda self: JointAct.objects.filter(settled_at=None).exists())
    @rule(who=st.sampled_from(["Clara", "Otto", "Ines", "Rosa"]), confirms=st.booleans())
    def somebody_settles(self, who: str, confirms: bool) -> None:
        act = JointAct.objects.filter(settled_at=None).latest("pk")
        with self.trying():
            (two.confirm if confirms else two.withdraw)(act, by=self.person(who), at=self.moment)

    # Whatever the order -----------------------------------------------------------------------------------------------

    @invariant()
    def nothing_on_a_frozen_paper_changes(self) -> None:
        assert dict(BallotPaper.objects.values_list("pk", "manifest")) == self.frozen
        for line in (each for found in BallotPaper.objects.all() for each in found.lines.select_related("proposal")):
            said = (line.title, line.summary, line.cost)
            assert said == (line.proposal.title, line.proposal.summary, line.proposal.cost)
            assert not hasattr(line.proposal, "withdrawal")
            last = line.proposal.decisions.last()
            assert last is not None
            assert last.outcome == "shortlist"

    @invariant()
    def no_ballot_comes_or_goes_but_by_a_vote(self) -> None:
        assert self._envelopes() == self.seal
        stocks = [stocktaking.take(contest) for contest in Contest.objects.all()]
        assert sum(stock.voters for stock in stocks) == len(self.voted) == len(self.seal)

    def _envelopes(self) -> dict[tuple[int, int], str]:
        found = Envelope.objects.values_list("resident_id", "contest_id", "fingerprint")
        return {(resident, contest): fingerprint for resident, contest, fingerprint in found}

    @invariant()
    def a_vote_with_ballots_moves_only_as_two_people_let_it(self) -> None:
        before, self.dates = self.dates, self._dates_of_the_vote()
        if not self.seal or before == self.dates:
            return
        if len(self.seal) and before and self.dates:
            change = CalendarChange.objects.latest("pk")
            assert before[0] == self.dates[0], "the opening moved"
            assert self.dates[1] is not None
            assert self.dates[1] >= self.moment, "a close in the past"
            assert change.closes == self.dates[1]
            assert change.kind in ("ended", "extended", "resumed")
        else:
            pytest.fail("the vote went off the calendar, or came onto it")

    @invariant()
    def nothing_is_final_while_somebody_may_vote(self) -> None:
        if BoardBatch.objects.filter(final=True).exists():
            assert not Cycle.objects.get().allows(Act.VOTE, self.moment)
            assert not Cycle.objects.get().paused_since

    @invariant()
    def no_act_of_two_is_done_by_one(self) -> None:
        of_two = CalendarChange.objects.filter(kind__in=("ended", "extended", "resumed"))
        for each in (*of_two, *NoVote.objects.all(), *KeyGivenUp.objects.all()):
            assert each.confirmed_by_id not in (None, each.by_id)
        assert not BallotPaper.objects.filter(Q(frozen_with=None) | Q(frozen_with=F("frozen_by"))).exists()
        assert not JointAct.objects.filter(confirmed=True, settled_by=F("proposed_by")).exists()
        assert not JointAct.objects.filter(confirmed=True, settled_by=self.town["Rosa"]).exists()


@pytest.mark.marathon
def test_whatever_the_order_the_vote_holds(town: dict[str, User], monkeypatch: pytest.MonkeyPatch) -> None:
    def turn(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)
        monkeypatch.setattr(clock, "of_the_database", lambda: moment)
        turn_the_database(moment)

    machine = type("Year", (Year,), {"town": town, "turn": staticmethod(turn)})
    how = settings(max_examples=walks(8, 100), stateful_step_count=many(25, 60), deadline=None)
    run_state_machine_as_test(machine, settings=how)
