"""A vote from the roles to the results, with all that can happen on the way: each act by its verb and on record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from accounts.models import Role, User
from audit.acts import Done
from audit.models import AuditEvent
from ballots import board, closing, draws, key, no_vote, superseding
from ballots.counting import count_contest
from ballots.opening import open_box
from ballots.paper import freeze, half_a_seed
from ballots.sealing import Share
from budgeting import two
from budgeting.models import Contest, Cycle, District, Draw
from budgeting.people import RoleName
from budgeting.two import Joint, Two
from proposals.models import Proposal
from residents.letters import make_codes
from residents.models import LetterCode, LetterRun, Resident, Verification
from tests.cast import MONTH, cycle_of_2027, person, propose
from tests.vote import cast

DRAWN = "3 9 11"
WHY = "Everybody may read why."
RIVERSIDE, HILLSIDE = (100_000_00, 90_000_00, 60_000_00, 45_000_00, 30_000_00, 15_000_00), (90_000_00, 80_000_00)


@dataclass
class WholeVote:
    """`to_voting`, `to_the_close`, `to_the_results`: each goes on where the one before ends."""

    cycle: Cycle
    riverside: Contest
    hillside: Contest
    city: Contest
    clara: User
    ines: User
    otto: User
    martin: User
    at: Callable[[str], datetime]
    shares: Sequence[Share] = ()
    voters: list[User] = field(default_factory=list)

    @property
    def both(self) -> Two:
        return Two(self.clara, self.otto)

    @property
    def boxes(self) -> list[Contest]:
        """Riverside and Hillside, as they are by now."""
        voted_on = Contest.objects.filter(pk__in=[self.riverside.pk, self.hillside.pk])
        return list(voted_on.select_related("cycle", "district").order_by("pk"))

    def to_voting(self) -> None:
        """The city votes: a batch of the board is up, and more has come since."""
        self._prepare()
        self._propose_and_decide()
        self._freeze()
        self._make_the_key()
        self._vote()

    def _prepare(self) -> None:
        moment = self.at("preparing")
        roles = (self.clara, RoleName.CLERK), (self.ines, RoleName.COUNCIL), (self.otto, RoleName.AUDITOR)
        for someone, role in roles:
            someone.grant(role, by=None, at=moment)
        for contest in (self.riverside, self.hillside):
            self.martin.grant(RoleName.COMMITTEE, by=self.clara, at=moment, district=contest.district)
        with transaction.atomic():
            stands = {"calendar": self.cycle.dates(), "letters_vote": self.cycle.votes_by_letter}
            AuditEvent.append(Done.CHANGED, by=self.clara, on=self.cycle, **stands)
        drawn = {"ties": self.at("counting") - MONTH / 4, "numbers": self.at("reviewing")}
        moment = self.at("preparing")
        for use, what in (("ties", "The first idea"), ("ties", "The lottery of June"), ("numbers", "Six dice")):
            draw = Draw(cycle=self.cycle, use=use, what=what, drawn_by="The lottery", takes_place=drawn[use])
            draws.announce(draw, by=self.clara, at=moment)

    def _propose_and_decide(self) -> None:
        author, moment = person("Ana"), self.at("proposing")
        riverside = propose(self.riverside, RIVERSIDE)
        hillside = propose(self.hillside, HILLSIDE)
        rejected, withdrawn = propose(self.riverside, (10_000_00, 20_000_00), ("Car park", "Fountain"))
        Proposal.objects.filter(pk=withdrawn.pk).update(author=author)
        withdrawn.refresh_from_db()
        withdrawn.withdraw(by=author, at=moment, reason="We build it ourselves.")
        moment = self.at("reviewing")
        draws.enter(Draw.objects.get(use="numbers"), seed="2 4 6", source="Its page", by=self.both, at=moment)
        for proposal in (*riverside, *hillside):
            proposal.decide(by=self.martin, at=moment, outcome="shortlist", reason="Good.")
        rejected.decide(by=self.martin, at=moment, outcome="shortlist", reason="At first sight.")
        rejected.decide(
            by=self.martin, at=moment + timedelta(days=1), outcome="reject", reason="The land is another's."
        )

    def _freeze(self) -> None:
        moment = self.at("presenting")
        for contest in (self.riverside, self.hillside):
            freeze(contest, by=self.both, at=moment, half=half_a_seed())
        no_vote.close_without_vote(self.city, by=self.both, at=moment, reason="Nobody proposed anything.")
        wrong = self.hillside.proposals.earliest("number")
        correction = superseding.correct(
            self.hillside, wrong, by=self.martin, at=moment, outcome="shortlist", reason="Dearer.", cost=95_000_00
        )
        contest = Contest.objects.get(pk=self.hillside.pk)
        act = two.sketch(Joint.SUPERSEDE, on=contest, cycle=self.cycle, reason=WHY, named=[correction.pk])
        two.confirm(two.propose(act, by=self.clara, at=moment), by=self.otto, at=moment)

    def _make_the_key(self) -> None:
        moment, holders = self.at("presenting"), [self.clara, self.ines, self.otto]
        first = key.make(self.cycle, holders, by=self.clara, at=moment)
        key.rehearse(self.cycle, first[:2], by=self.clara, at=moment)
        key.give_up(self.cycle, by=self.both, at=moment, reason="A sheet was left in the printer.")
        self.shares = key.make(self.cycle, holders, by=self.clara, at=moment)
        key.rehearse(self.cycle, self.shares[:2], by=self.clara, at=moment)

    def _vote(self) -> None:
        moment = self.at("voting")
        run = LetterRun.objects.create(cycle=self.cycle, made_at=moment, made_by=self.clara)
        line = self.line(self.riverside.district)
        [(code, _reference), _] = make_codes(
            [line, self.line(self.riverside.district)], by=self.clara, at=moment, run=run
        )
        run.post(by=self.otto, at=moment)
        lena = person("Lena")
        LetterCode.redeem(code, by=lena, at=moment)
        self.voters = [lena, *(self._verified(f"Voter{number}", self.riverside.district) for number in range(1, 6))]
        hill = [self._verified(f"Hill{number}", self.hillside.district) for number in (1, 2)]
        for voter, choices in zip(self.voters, ({4: 1}, {1: 1, 4: 1}, {4: 1}, {}, {6: 1}, {2: 1}), strict=True):
            cast(self.riverside, choices, by=voter)
        for voter in hill:
            cast(self.boxes[1], {1: 1}, by=voter)
        closing.pause_voting(self.now, by=self.otto, reason=WHY)
        closing.resume_voting(self.now, by=self.both, reason=WHY)
        for contest in self.boxes:
            assert board.publish(contest)
        stays, ended = (each.verifications.get().resident for each in self.voters[:2])
        act = two.sketch(Joint.JOIN_LINES, on=ended, cycle=self.cycle, ended=ended.pk, stays=stays.pk, reason=WHY)
        two.confirm(two.propose(act, by=self.clara, at=moment), by=self.otto, at=moment)
        cast(self.riverside, {1: 1}, by=self.voters[2])

    @property
    def now(self) -> Cycle:
        return Cycle.objects.get(pk=self.cycle.pk)

    def line(self, district: District) -> Resident:
        digest = Resident.objects.count().to_bytes(32, "big")
        given = {"cycle": self.cycle, "district": district, "age_band": "30-44"}
        return Resident.objects.create(identifier_digest=digest, person_digest=digest, **given)

    def _verified(self, name: str, district: District) -> User:
        account = person(name)
        Verification.at_desk(self.line(district), account, by=self.clara, at=self.at("voting"))
        return account

    def to_the_close(self) -> None:
        """Voting is over, the boards are closed, and what was drawn is entered; the box is shut."""
        self.at("counting")
        for contest in self.boxes:
            assert board.publish(contest)
        self._enter_what_was_drawn()

    def _enter_what_was_drawn(self) -> None:
        for draw in draws.due(self.cycle, self.at("counting")):
            draws.enter(draw, seed=DRAWN, source="Its page", by=self.both, at=self.at("counting"))

    def to_the_opening(self) -> None:
        """From wherever it stands; again, it is compared with the first."""
        self._enter_what_was_drawn()
        open_box(self.now, self.shares[:2], by=self.clara, at=self.at("counting"))

    def to_the_results(self) -> None:
        """Everybody reads what came out."""
        moment = self.at("counting")
        for contest in self.boxes:
            count_contest(contest, by=self.clara, at=moment)
        self.at("results")


def begin(at: Callable[[str], datetime]) -> WholeVote:
    """A city that has nothing yet."""
    cycle = cycle_of_2027()
    contests = []
    for slug, city_wide in (("riverside", False), ("hillside", False), ("city", True)):
        district = District.objects.create(slug=slug, name=slug.title(), city_wide=city_wide, population=9_000)
        contests.append(Contest.objects.create(cycle=cycle, district=district, budget=250_000_00))
    staff = [person(name, RoleName.CLERK) for name in ("Clara", "Ines", "Otto", "Martin")]  # with a second factor
    Role.objects.all().delete()  # which they are given by the verb
    return WholeVote(cycle, *contests, *staff, at)


@pytest.fixture
def whole_vote(db, at) -> WholeVote:
    return begin(at)
