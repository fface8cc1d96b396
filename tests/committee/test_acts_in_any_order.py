"""Members', clerks', authors' and the calendar's acts in random order, also such as no page offers.

Whatever the order: nothing is decided without a quorum and a reason, nobody who is recused looks or is counted, nothing
is public before its date, nothing is lost, and each act is in the log. What is right is reckoned anew here, from what
was done.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from accounts.models import Role, User
from audit.models import AuditEvent
from budgeting.models import Contest, Cycle
from budgeting.people import RoleName
from budgeting.stages import Stage
from committee import (
    challenging,
    changing,
    correcting,
    merging,
    motions,
    publishing,
    ruling,
    setting_up,
    settling_changes,
    standing_in,
)
from committee.at_the_desk import Desk
from committee.members import why_not_look
from committee.models import (
    Challenge,
    ChangeRuling,
    Committee,
    Consent,
    MergerRuling,
    Motion,
    MotionVote,
    ProposedChange,
    Recusal,
    Referral,
    Resolution,
)
from committee.recusing import recuse
from front.waiting import waits_for
from lib import clock
from lib.refusal import Refused
from proposals.models import Decision, Proposal, Version
from tests.cast import drafted, middle_of, person, signed_in
from tests.keeping import kept
from tests.thoroughness import walks

HOUR = timedelta(hours=1)
MEMBERS = ("Martin", "Mira", "Milan")
ALL = (*MEMBERS, "Helga", "Ines", "Clara", "Rosa")
TITLES = ("A slide", "A bench", "A swing")  # the bench is Martin's, the others are Rosa's
KEPT: tuple[type[models.Model], ...] = (
    *(Motion, MotionVote, Recusal, Referral, Challenge, Resolution, Decision, Version),
    *(Consent, MergerRuling, ProposedChange, ChangeRuling),
)

# Whoever may do something does most, and most of it to one proposal: by chance alone one seldom gets far.
somebody, member = st.sampled_from([*MEMBERS, *MEMBERS, *ALL]), st.sampled_from(MEMBERS)
title = st.sampled_from([*TITLES, *TITLES[:1] * 3])


class Review(RuleBasedStateMachine):
    """The review of one cycle; each example ends by taking back all that was done in it."""

    town: dict[str, User]
    turn: Callable[[datetime], None]

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.go_to(middle_of(Stage.REVIEWING))
        self.roles = set(MEMBERS)
        self.recused: set[tuple[str, str]] = set()
        self.votes: dict[int, dict[str, str]] = {}
        named = ("motion made", "motion voted", "member challenged", "correction", "merger ruled on")
        named += ("change proposed", "change answered", "change ruled on")
        self.acts = dict.fromkeys(named, 0)
        self.rules: dict[int, tuple[int | None, bool]] = {}
        self.rule_now: tuple[int | None, bool] = None, False
        self.chair: str | None = None
        self.known: dict[type[models.Model], dict[int, str]] = {kept: {} for kept in KEPT}

    @initialize(
        quorum=st.sampled_from([None, 2]),
        start=st.sampled_from(["nothing", "a vote", "a tie", "a tie", "decided", "merged", "asked"]),
    )
    def begin(self, quorum: int | None, start: str) -> None:
        """The swing is decided on by the two whom a third has left, the slide is as far as `start` says."""
        self.clara_sets_it_up(quorum, "Martin", breaks_ties=True)
        self._is_put_to_the_vote("A swing", Martin="against")
        self.somebody_takes_no_part("Martin", "A swing")
        self.somebody_votes("Milan", 0, "for")
        if start == "nothing":
            return
        if start == "asked":
            self.somebody_proposes_another_wording("Clara", "A slide", "By the quay.")
            self.time_passes(24 * 8)
            return
        if start == "merged":
            self.somebody_puts_it_to_the_vote("Mira", "A slide", "merge", "So.")
            self.somebody_votes("Milan", 0, "for")
            self.an_author_answers_to_a_merger(agrees=False, place=0)
            self.time_passes(24 * 8)
            return
        self._is_put_to_the_vote("A slide")
        self.somebody_challenges("Milan", "Martin", "A slide")
        self.somebody_settles_a_challenge("Milan", upheld=False)
        if start == "a tie":
            self.somebody_votes("Martin", 0, "against")
            self.somebody_votes("Milan", 0, "abstain")
        if start == "decided":
            self.somebody_votes("Martin", 0, "for")
        self.the_worker_works()

    def _is_put_to_the_vote(self, what: str, **votes: str) -> None:
        self.somebody_puts_it_to_the_vote("Mira", what, "shortlist", "So.")
        for who, choice in votes.items():
            self.somebody_votes(who, 0, choice)

    def teardown(self) -> None:
        try:
            for who, what in sorted(self.recused):
                self._looks_in_vain(self.person(who), self.proposal(what))
            AuditEvent.verify_chain()
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    def go_to(self, moment: datetime) -> None:
        self.has_worked = False
        self.moment = moment
        type(self).turn(moment)

    def person(self, name: str) -> User:
        return User.objects.get(pk=self.town[name].pk)

    def proposal(self, title: str) -> Proposal:
        return Proposal.objects.get(title=title)

    @contextmanager
    def trying(self) -> Iterator[None]:
        """It is done, or it is refused and nothing is."""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                yield
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        except (Refused, DatabaseError):
            pass

    # The calendar and the worker --------------------------------------------------------------------------------------

    @rule(hours=st.sampled_from([1, 24, 24 * 5, 24 * 8]))
    def time_passes(self, hours: int) -> None:
        self.go_to(self.moment + hours * HOUR)
        self.the_worker_works()

    @rule()
    def the_worker_works(self) -> None:
        standing_in.complete_all(self.moment)
        motions.settle_what_has_closed(self.moment)
        publishing.publish_due(self.moment)
        self.has_worked = True

    @rule(days=st.sampled_from([None, -2, 1, 9]))
    def the_date_is_moved(self, days: int | None) -> None:
        date = None if days is None else self.moment + days * 24 * HOUR
        with self.trying():
            Cycle.objects.update(decisions_public_at=date)
            self.has_worked = False

    # Members ----------------------------------------------------------------------------------------------------------

    @rule(
        who=somebody,
        what=title,
        outcome=st.sampled_from(["shortlist", "done", "merge"]),
        reason=st.sampled_from(["So.", "So.", " "]),
    )
    def somebody_puts_it_to_the_vote(self, who: str, what: str, outcome: str, reason: str) -> None:
        with self.trying():
            into = self.proposal("A bench" if what == "A slide" else "A slide") if outcome == "merge" else None
            made = motions.move(
                self.proposal(what), by=self.person(who), at=self.moment, outcome=outcome, reason=reason, into=into
            )
            self.votes[made.pk], self.rules[made.pk] = {who: "for"}, self.rule_now
            self.acts["motion made"] += 1
            self.acts["motion voted"] += 1

    @precondition(lambda self: Motion.objects.exists())
    @rule(who=somebody, place=st.integers(0, 5), choice=st.sampled_from(["for", "for", "for", "against", "abstain"]))
    def somebody_votes(self, who: str, place: int, choice: str) -> None:
        found = Motion.objects.order_by("settled_at", "pk").reverse()
        motion = found[place % len(found)]
        with self.trying():
            motions.vote(motion, choice, by=self.person(who), at=self.moment)
            self.votes[motion.pk][who] = choice
            self.acts["motion voted"] += 1

    @rule(who=somebody, what=title)
    def somebody_takes_no_part(self, who: str, what: str) -> None:
        with self.trying():
            recuse(self.proposal(what), by=self.person(who), at=self.moment, interest="work")
            self.recused.add((who, what))

    @rule(who=somebody, whom=member, what=title)
    def somebody_challenges(self, who: str, whom: str, what: str) -> None:
        with self.trying():
            challenging.challenge(
                self.proposal(what), self.town[whom].pk, by=self.person(who), at=self.moment, interest="work"
            )
            self.acts["member challenged"] += 1

    @precondition(lambda self: Challenge.objects.filter(settled_at=None).exists())
    @rule(who=somebody, upheld=st.booleans())
    def somebody_settles_a_challenge(self, who: str, upheld: bool) -> None:
        waiting = Challenge.objects.filter(settled_at=None).latest("pk")
        with self.trying():
            challenging.settle_challenge(waiting, upheld=upheld, by=self.person(who), at=self.moment)
            assert who not in (waiting.member.name, waiting.by.name), "whoever is concerned settled it"
            if upheld:
                self.recused.add((waiting.member.name, waiting.proposal.title))

    @precondition(lambda self: merging.held().exists())
    @rule(who=somebody, stands=st.booleans(), reason=st.sampled_from(["So.", "So.", " "]))
    def somebody_rules_on_a_merger(self, who: str, stands: bool, reason: str) -> None:
        merger = merging.held().latest("pk")
        answered = merging.have_answered(merger, self.moment)
        concerned = [who == each.author.name for each in (merger.motion.proposal, merger.motion.into)]
        with self.trying():
            ruling.rule(merger, stands=stands, reason=reason, by=self.person(who), at=self.moment)
            self.acts["merger ruled on"] += 1
            assert answered, "its authors had time still"
            assert not any(concerned), "who wrote one of the two had a say"
            assert (who, merger.motion.proposal.title) not in self.recused
            assert (who, merger.motion.into.title) not in self.recused

    @rule(who=somebody, what=title, words=st.sampled_from(["By the quay.", "By the school."]))
    def somebody_proposes_another_wording(self, who: str, what: str, words: str) -> None:
        with self.trying():
            changing.propose(self.proposal(what), {"summary": words}, by=self.person(who), at=self.moment, reason="So.")
            assert (who, what) not in self.recused
            self.acts["change proposed"] += 1

    @precondition(lambda self: ProposedChange.objects.exists())
    @rule(who=somebody, applies=st.booleans(), place=st.integers(0, 1))
    def somebody_settles_a_wording(self, who: str, applies: bool, place: int) -> None:
        asked = ProposedChange.objects.order_by("-pk")
        change = asked[place % len(asked)]
        with self.trying():
            settling_changes.settle(change, applies=applies, reason="So.", by=self.person(who), at=self.moment)
            assert self.moment >= change.until, "its author might answer still"
            assert who not in (change.by.name, change.author.name), "whoever is concerned settled it"
            assert (who, change.proposal.title) not in self.recused
            self.acts["change ruled on"] += 1

    # Clerks and authors -----------------------------------------------------------------------------------------------

    @rule(who=member, holds=st.booleans())
    def a_role_ends_or_begins(self, who: str, holds: bool) -> None:
        role = {"user": self.town[who], "kind": RoleName.COMMITTEE, "district": self.town["Riverside"]}
        if holds:
            Role.objects.get_or_create(**role)
            self.roles.add(who)
        else:
            Role.objects.filter(**role).delete()
            self.roles.discard(who)

    @rule(quorum=st.sampled_from([None, 1, 2, 4]), chair=st.sampled_from([None, *MEMBERS]), breaks_ties=st.booleans())
    def clara_sets_it_up(self, quorum: int | None, chair: str | None, breaks_ties: bool) -> None:
        facts = {"quorum": quorum, "chair": chair and self.town[chair].pk, "deputies": []}
        with self.trying():
            setting_up.set_up(
                Cycle.objects.get(),
                self.town["Riverside"],
                by=self.person("Clara"),
                chair_breaks_ties=breaks_ties,
                steps_in=["all", "council"],
                **facts,
            )
            self.rule_now, self.chair = (quorum, breaks_ties), chair

    @rule(who=somebody, what=title)
    def somebody_asks_for_a_correction(self, who: str, what: str) -> None:
        with self.trying():
            correcting.ask(self.proposal(what), by=self.person(who), at=self.moment, reason="Where?")
            self.acts["correction"] += 1

    @precondition(lambda self: Consent.objects.exists())
    @rule(agrees=st.booleans(), place=st.integers(0, 1))
    def an_author_answers_to_a_merger(self, agrees: bool, place: int) -> None:
        asked = Consent.objects.order_by("-pk")
        consent = asked[place % len(asked)]
        with self.trying():
            merging.answer(consent, agrees, by=consent.author, at=self.moment)

    @precondition(lambda self: ProposedChange.objects.exists())
    @rule(agrees=st.booleans(), place=st.integers(0, 1))
    def an_author_answers_to_a_wording(self, agrees: bool, place: int) -> None:
        asked = ProposedChange.objects.order_by("-pk")
        change = asked[place % len(asked)]
        with self.trying():
            changing.answer(change, agrees, by=change.author, at=self.moment)
            self.acts["change answered"] += 1

    @rule(what=title)
    def the_author_changes_it(self, what: str) -> None:
        proposal = self.proposal(what)
        with self.trying():
            proposal.edit(by=proposal.author, at=self.moment, summary="Another summary.")

    @rule(what=title)
    def the_author_withdraws_it(self, what: str) -> None:
        proposal = self.proposal(what)
        with self.trying():
            proposal.withdraw(by=proposal.author, at=self.moment, reason="I am moving.")

    # Whatever the order -----------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_decided_without_quorum_and_reason(self) -> None:
        for each in Resolution.objects.exclude(pk__in=self.known[Resolution]).select_related("motion__proposal"):
            motion = each.motion
            may = self._entitled(motion.proposal)
            cast = [choice for who, choice in self.votes[motion.pk].items() if who in may]
            number, breaks_ties = self.rules[motion.pk]
            alone = len(self.roles) < 2
            quorum = number or max(len(may) // 2 + 1, 1 if alone else 2)
            assert motion.reason.strip()
            assert len(cast) >= quorum, "too few have voted"
            assert (each.entitled, each.quorum) == (len(may), quorum)
            said = (each.in_favour, each.against, each.abstained)
            assert said == tuple(cast.count(choice) for choice in ("for", "against", "abstain"))
            tie = each.in_favour == each.against and breaks_ties and each.by_the_chair
            assert each.in_favour > each.against or tie
            assert not tie or self.votes[motion.pk].get(self.chair or "") == "for"
        of_motions = Resolution.objects.exclude(decision=None).values("decision")
        assert Decision.objects.exclude(pk__in=of_motions).count() == self.acts["correction"]

    def _entitled(self, proposal: Proposal) -> set[str]:
        may = set(self.roles)
        for step in proposal.referrals.values_list("step", flat=True):
            may |= {"all": {"Helga"}, "council": {"Ines"}}[step]
        out = {who for who, what in self.recused if what == proposal.title}
        return may - out - {proposal.author.name}

    @invariant()
    def nobody_who_is_recused_looks(self) -> None:
        for who, what in self.recused:
            assert why_not_look(self.proposal(what), by=self.person(who))

    def _looks_in_vain(self, who: User, proposal: Proposal) -> None:
        """At the page, at the desk, and in the mail of the day."""
        assert signed_in(who).get(f"{proposal.get_absolute_url()}decision/").status_code == 403
        assert proposal not in Desk(who, self.moment).to_decide
        assert not [each for each in Desk(who, self.moment).motions if each.proposal == proposal]
        assert not [each for each in waits_for(who, self.moment) if proposal.title in each.words]

    @invariant()
    def nothing_is_public_before_its_date(self) -> None:
        """Looked at after each act, so the date of now is the one it was published on."""
        new = Decision.objects.exclude(pk__in=self.known[Decision]).exclude(outcome="return")
        opens = Cycle.objects.get().decisions_open
        assert opens is not None
        assert not new.exists() or self.moment >= opens
        told = Proposal.objects.with_status(self.moment).filter(status__in=["shortlisted", "rejected", "done"])
        assert told.count() <= Decision.objects.exclude(outcome="return").values("proposal").distinct().count()

    @invariant()
    def nothing_is_merged_without_consent_or_a_ruling(self) -> None:
        for merger in Resolution.objects.filter(decision__outcome="merge"):
            said = [consent.agrees for consent in merger.consents.all()]
            assert all(said) or merger.ruling.stands
        assert not Resolution.objects.filter(ruling__stands=False).exclude(decision=None).exists()

    @invariant()
    def of_two_resolutions_the_later_counts(self) -> None:
        waiting = list(Resolution.objects.waiting().values_list("motion__proposal", flat=True))
        assert len(waiting) == len(set(waiting))
        for each in Resolution.objects.exclude(replaced_by=None).select_related("replaced_by__motion", "motion"):
            assert each.replaced_by.pk > each.pk
            assert each.decision is None
            assert each.replaced_by.motion.proposal_id == each.motion.proposal_id

    @invariant()
    def no_other_decision_waits_for_a_merger(self) -> None:
        if self.moment >= Cycle.objects.get().decisions_open and self.has_worked:
            assert set(Resolution.objects.waiting()) == set(merging.held())

    @invariant()
    def a_wording_of_others_is_in_the_text_by_consent_or_a_ruling_and_over_nothing(self) -> None:
        for change in ProposedChange.objects.select_related("base", "version", "proposal"):
            may = change.agrees or (change.is_settled and change.agrees is None and change.ruling.applies)
            assert bool(change.version) == bool(may)
            if change.version:
                assert change.version.number == change.base.number + 1, "nothing came in between"
                assert change.version.text == change.base.text | change.text
                assert change.version.consent is (change.agrees is True)
        of_others = Version.objects.exclude(consent=None)
        assert of_others.count() == ProposedChange.objects.exclude(version=None).count()

    @invariant()
    def what_there_was_is_there(self) -> None:
        """Last, as they go by name: the others ask what is new since the act before."""
        for model, before in self.known.items():
            words = "reason" if model in (Motion, Decision) else "text" if model is Version else "pk"
            found = {row.pk: str(getattr(row, words)) for row in model._base_manager.all()}
            assert {key: found.get(key) for key in before} == before
            self.known[model] = found

    @invariant()
    def each_act_is_in_the_log(self) -> None:
        log = list(AuditEvent.objects.values_list("action", flat=True))
        upheld = AuditEvent.objects.filter(action="challenge settled", facts__upheld=True).count()
        assert log.count("motion made") == Motion.objects.count() == self.acts["motion made"]
        assert log.count("motion voted") == self.acts["motion voted"]
        assert log.count("motion settled") == Motion.objects.exclude(settled_at=None).count()
        assert log.count("motion published") == Resolution.objects.exclude(public_at=None).count()
        for act in ("change proposed", "change answered", "change ruled on"):
            assert log.count(act) == self.acts[act]
        assert log.count("change applied") == ProposedChange.objects.exclude(version=None).count()
        assert log.count("merger ruled on") == MergerRuling.objects.count() == self.acts["merger ruled on"]
        assert log.count("member recused") + upheld >= Recusal.objects.count() == len(self.recused)
        assert log.count("member challenged") == Challenge.objects.count() == self.acts["member challenged"]
        assert log.count("challenge settled") == Challenge.objects.exclude(settled_at=None).count()
        assert log.count("others step in") == Referral.objects.count()
        assert bool(log.count("committee set up")) == Committee.objects.exists()


@kept
def town(
    riverside_contest: Contest, hillside_contest: Contest, three: Any, clara: User, ines: User, rosa: User
) -> dict[str, Any]:
    helga = person("Helga", RoleName.COMMITTEE, district=hillside_contest.district)
    for author, what in ((rosa, "A slide"), (three[0], "A bench"), (rosa, "A swing")):
        drafted(author, riverside_contest, title=what).submit(by=author, at=middle_of(Stage.PROPOSING))
    people = {each.name: each for each in (*three, helga, ines, clara, rosa)}
    return people | {"Riverside": riverside_contest.district}


@pytest.mark.long
def test_whatever_the_order_a_committee_decides_as_it_should(town: dict[str, Any], monkeypatch) -> None:
    def turn(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)
        monkeypatch.setattr(clock, "of_the_database", lambda: moment)

    machine = type("OfThisTown", (Review,), {"town": town, "turn": staticmethod(turn)})
    how = settings(max_examples=walks(8, 150), stateful_step_count=60, deadline=None)
    run(machine, settings=how)
