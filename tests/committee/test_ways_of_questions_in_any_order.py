"""Questions to departments go about in random order, by people of all departments, also such as no page offers.

Whatever the order: nobody of a department reads or handles what it has not, nothing is handed on where no way is open,
the way only grows, and each act is in the log. Where a question is by right is reckoned anew here, from what was done.
"""

from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run

from accounts.models import Role, User
from audit.models import AuditEvent
from budgeting.people import RoleName
from budgeting.stages import Stage
from committee import departments, handling
from committee.asking import ask
from committee.models import Department, Finding, MayHand, Opinion, Station
from committee.opinions import answered_by, in_hand_of
from lib.refusal import Refused
from proposals.models import Proposal
from tests.cast import drafted, middle_of, person, signed_in
from tests.keeping import kept
from tests.thoroughness import walks

DAY = timedelta(days=1)
HOUSES = {"Roads": "Dora", "Parks": "Pavel", "Water": "Wanda"}
house, somebody = st.sampled_from(sorted(HOUSES)), st.sampled_from([*HOUSES.values(), "Martin", "Rosa"])
title = st.sampled_from(["A slide", "A swing"])


class Town(RuleBasedStateMachine):
    """Each example ends by taking back all that was done in it."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.at = middle_of(Stage.REVIEWING)
        self.hands: dict[int, list[str]] = {}  # by question, through whose hands it came; the last has it
        self.found: dict[int, str] = {}
        self.roles = set(HOUSES.values())
        self.ways: set[tuple[str, str]] = set()
        self.acts = 0
        self.stations: list[tuple[int, ...]] = []
        for one, other in (("Roads", "Parks"), ("Parks", "Water")):
            self.a_way_is_opened_or_shut(one, other, is_open=True)
        self.somebody_asks("Martin", "A slide", "Roads")

    def teardown(self) -> None:
        try:
            for name in HOUSES.values():
                browser = signed_in(self.person(name))
                for key in self.hands:
                    status = browser.get(f"/me/department/{key}/").status_code
                    assert (status == 200) == (key in self._reads(name)), (name, key)
            AuditEvent.verify_chain()
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    def person(self, name: str) -> User:
        return User.objects.get(name=name)

    def question(self, place: int) -> Opinion:
        return Opinion.objects.order_by("pk")[place % len(self.hands)]

    def _has(self, name: str, key: int) -> bool:
        return name in self.roles and bool(self.hands[key]) and HOUSES[self.hands[key][-1]] == name

    def _reads(self, name: str) -> set[int]:
        answered = {key for key, where in self.found.items() if HOUSES[where] == name and name in self.roles}
        return answered | {key for key in self.hands if self._has(name, key)}

    @contextmanager
    def trying(self, right: bool) -> Any:
        """It is done where it is right, and refused where it is not."""
        try:
            with transaction.atomic():
                yield
            done = True
        except (Refused, DatabaseError):
            done = False
        assert done == right
        self.acts += done

    # What is done -----------------------------------------------------------------------------------------------------

    @rule(who=somebody, what=title, where=house)
    def somebody_asks(self, who: str, what: str, where: str) -> None:
        proposal = Proposal.objects.get(title=what)
        there = Opinion.objects.filter(proposal=proposal).values_list("pk", flat=True)
        free = not any(self.hands[key] and self.hands[key][-1] == where for key in there)
        how = {"by": self.person(who), "at": self.at, "question": "Is it?", "due": self.at + DAY}
        with self.trying(who == "Martin" and free):
            [opinion] = ask([proposal], Department.objects.get(name=where), **how)
            self.hands[opinion.pk] = [where]

    @rule(who=somebody, place=st.integers(0, 5))
    def somebody_accepts(self, who: str, place: int) -> None:
        opinion = self.question(place)
        before = opinion.stations.latest("place")
        again = before.kind == Station.Kind.ACCEPTED and before.by.name == who
        with self.trying(self._has(who, opinion.pk)):
            handling.accept([opinion], by=self.person(who), at=self.at)
            self.acts -= again

    @rule(who=somebody, place=st.integers(0, 5), where=house)
    def somebody_hands_it_on(self, who: str, place: int, where: str) -> None:
        key = self.question(place).pk
        right = self._has(who, key) and (self.hands[key][-1], where) in self.ways
        with self.trying(right):
            to = Department.objects.get(name=where)
            handling.forward([self.question(place)], to, by=self.person(who), at=self.at, reason="Theirs.")
            self.hands[key] = [*self.hands[key], where]

    @rule(who=somebody, place=st.integers(0, 5), reason=st.sampled_from(["Not ours.", " "]))
    def somebody_gives_it_back(self, who: str, place: int, reason: str) -> None:
        key = self.question(place).pk
        with self.trying(self._has(who, key) and bool(reason.strip())):
            handling.give_back([self.question(place)], by=self.person(who), at=self.at, reason=reason)
            self.hands[key] = self.hands[key][:-1]

    @rule(who=somebody, place=st.integers(0, 5))
    def somebody_answers(self, who: str, place: int) -> None:
        key = self.question(place).pk
        with self.trying(self._has(who, key)):
            handling.answer(self.question(place), by=self.person(who), at=self.at, verdict="not", words="No.")
            self.found[key], self.hands[key] = self.hands[key][-1], []

    @rule(one=house, other=house, is_open=st.booleans())
    def a_way_is_opened_or_shut(self, one: str, other: str, is_open: bool) -> None:
        if one == other:
            return
        ends = {"department": Department.objects.get(name=one), "to": Department.objects.get(name=other)}
        if is_open:
            MayHand.objects.get_or_create(**ends)
            self.ways.add((one, other))
        else:
            MayHand.objects.filter(**ends).delete()
            self.ways.discard((one, other))

    @rule(who=st.sampled_from(sorted(HOUSES.values())), holds=st.booleans())
    def a_role_ends_or_begins(self, who: str, holds: bool) -> None:
        role = {"user": self.person(who), "kind": RoleName.DEPARTMENT}
        if holds:
            Role.objects.get_or_create(**role)
            self.roles.add(who)
        else:
            Role.objects.filter(**role).delete()
            self.roles.discard(who)

    # Whatever the order -----------------------------------------------------------------------------------------------

    @invariant()
    def nobody_reads_what_their_department_has_not(self) -> None:
        for name in HOUSES.values():
            who = self.person(name)
            read = set(in_hand_of(who, self.at).values_list("opinion", flat=True))
            read |= set(answered_by(who, self.at).values_list("opinion", flat=True))
            assert read == self._reads(name)

    @invariant()
    def the_way_only_grows(self) -> None:
        rows = list(Station.objects.order_by("pk").values_list("pk", "opinion", "place"))
        assert rows[: len(self.stations)] == self.stations
        self.stations = rows

    @invariant()
    def each_act_is_in_the_log(self) -> None:
        log = AuditEvent.objects.filter(action__startswith="opinion")
        assert log.count() == self.acts == Station.objects.count()
        assert Finding.objects.count() == len(self.found)


@kept
def town(riverside_contest, martin: User, clara: User, rosa: User, now) -> None:
    for what in ("A slide", "A swing"):
        drafted(rosa, riverside_contest, title=what).submit(by=rosa, at=middle_of(Stage.PROPOSING))
    for name, who in HOUSES.items():
        staff = [person(who, RoleName.DEPARTMENT).pk]
        departments.set_up(Department(), by=clara, name=name, people=staff, hands_to=[])


@pytest.mark.long
def test_whatever_the_order_a_question_is_where_it_should_be(town: None) -> None:
    how = settings(max_examples=walks(8, 150), stateful_step_count=60, deadline=None)
    run(Town, settings=how)
