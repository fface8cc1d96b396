"""Reports, hidings, confirmations, answers, edits and time in random order: a stranger finds what is in view, and only
that; nobody is refused what they may do, and one thing never hides another.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import settings as thoroughly
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import User
from budgeting.models import Contest
from lib.refusal import Refused
from proposals import quotas
from proposals.models import Complaint, Hiding, Photo, Proposal
from proposals.models.hiding import HOLDS_ALONE
from tests.cast import FIRST_DAY, MONTH, drafted, picture
from tests.papers import words_on
from tests.thoroughness import walks

REVIEW = FIRST_DAY + MONTH  # begins then
NAMES = ("proposal", "comment", "other comment", "photo", "version")
SAID = {"proposal": "Zebra stripes", "comment": "Walrus.", "other comment": "Giraffe.", "version": "Okapi shade."}

something = st.sampled_from(NAMES)


class Moderation(RuleBasedStateMachine):
    """Of one proposal. `held`: what is hidden, since when, and whether two have hidden it."""

    contest: Contest
    town: dict[str, User]
    monkeypatch: pytest.MonkeyPatch

    @initialize(hours=st.integers(-72, 24))
    def begin(self, hours: int) -> None:
        self.sheet = transaction.atomic()
        self.sheet.__enter__()
        self.now = FIRST_DAY + timedelta(days=1)
        rosa, tomas = self.town["rosa"], self.town["tomas"]
        proposal = drafted(rosa, self.contest, title=SAID["proposal"], summary=SAID["version"])
        proposal.submit(by=rosa, at=self.now)
        comments = [proposal.comment(by=tomas, at=self.now, text=SAID[name]) for name in ("comment", "other comment")]
        photo = proposal.add_photo(by=rosa, at=self.now, file=picture(), alt="The quay")
        proposal.edit(by=rosa, at=self.now, summary="Swings.")
        parts = [*comments, photo, proposal.versions.get(number=1)]
        self.things: dict[str, Any] = dict(zip(NAMES, [proposal, *parts], strict=True))
        self.held: dict[str, tuple[datetime, bool]] = {}
        self.alone_until: list[datetime] = []  # when each hiding of the whole by one ended
        self.reported: set[str] = set()
        self._turn(REVIEW + timedelta(hours=hours))

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.sheet.__exit__(None, None, None)

    # What people do ---------------------------------------------------------------------------------------------------

    @rule(name=something)
    def somebody_reports(self, name: str) -> None:
        self._afresh(name).report(by=self.town["rosa"], at=self.now, reason="It is rude.")
        self.reported.add(name)

    @rule(name=something)
    def a_clerk_keeps(self, name: str) -> None:
        self._tries(name in self.reported, self._afresh(name).keep, by=self.town["clara"])
        self.reported.discard(name)

    @rule(name=something)
    def a_clerk_hides(self, name: str) -> None:
        may = name not in self._hidden() and not (name == "proposal" and self._was_hidden_by_one())
        if self._tries(may, self._afresh(name).hide, by=self.town["clara"], reason="So."):
            self.held[name] = (self.now, False)
            self.reported.discard(name)

    @rule(name=something)
    def a_clerk_shows(self, name: str) -> None:
        if self._tries(name in self.held, self._afresh(name).show_again, by=self.town["clara"]):
            self._ends(name)

    @rule(name=something, who=st.sampled_from(("clara", "otto", "rosa")))
    def somebody_confirms(self, name: str, who: str) -> None:
        if name not in self.held:
            return
        since, by_two = self.held[name]
        may = who == "otto" and name == "proposal" and not by_two and name in self._hidden()
        if self._tries(may, self._afresh(name).hiding.confirm, by=self.town[who]):
            self.held[name] = (since, True)

    @rule(name=something)
    def its_author_answers(self, name: str) -> None:
        if name in self.held:
            hiding = self._afresh(name).hiding
            author = self.town["tomas" if "comment" in name else "rosa"]
            self._tries(not hasattr(hiding, "answer"), hiding.answer_it, by=author, text="It should stand.")

    @rule()
    def its_author_edits(self) -> None:
        if self.now < REVIEW:
            summary = f"Swings, and {self.now:%H:%M}."
            self._afresh("proposal").edit(by=self.town["rosa"], at=self.now, summary=summary)

    @rule()
    def the_worker_tidies_up(self) -> None:
        Hiding.end_lapsed(self.now)
        if "proposal" in self.held and "proposal" not in self._hidden():
            self._ends("proposal")

    @rule(hours=st.sampled_from((1, 12, 25, 49)))
    def time_passes(self, hours: int) -> None:
        self._turn(self.now + timedelta(hours=hours))

    # What has to hold -------------------------------------------------------------------------------------------------

    @invariant()
    def a_stranger_finds_what_is_in_view_and_nothing_else(self) -> None:
        hidden, proposal, stranger = self._hidden(), self._afresh("proposal"), Client()
        page = stranger.get(proposal.get_absolute_url())
        listed = words_on(stranger.get("/2027/proposals/?q=zebra"))
        assert (SAID["proposal"] in listed) == ("proposal" not in hidden)
        assert page.status_code == (410 if "proposal" in hidden else 200)
        shown = words_on(page)
        for name in ("comment", "other comment"):
            assert (SAID[name] in shown) == (not hidden & {name, "proposal"}), name
        photo = stranger.get(Photo.objects.get().address)
        assert (photo.status_code == 200) == (not hidden & {"photo", "proposal"})
        if photo.streaming:
            b"".join(photo.streaming_content)
        history = words_on(stranger.get(f"{proposal.get_absolute_url()}history/?from=1&to=2"))
        assert ("Okapi" in history) == (not hidden & {"version", "proposal"})

    @invariant()
    def each_names_what_hides_it(self) -> None:
        assert {name for name in NAMES if self._afresh(name).hiding} == self.held.keys()
        assert {name for name in NAMES if self._afresh(name).hidden(self.now)} == self._hidden()
        waits = {complaint.thing for complaint in Complaint.objects.filter(settled_at=None)}
        assert waits == {self._afresh(name) for name in self.reported}

    # The model --------------------------------------------------------------------------------------------------------

    def _hidden(self) -> set[str]:
        """What is out of sight now: all that is held, but for a whole proposal that one person hid too long ago."""
        lapsed = {
            name
            for name, (since, by_two) in self.held.items()
            if name == "proposal" and not by_two and max(since, REVIEW) + HOLDS_ALONE <= self.now
        }
        return self.held.keys() - lapsed

    def _was_hidden_by_one(self) -> bool:
        """In the review, and nobody confirmed it."""
        held = [self.now] if "proposal" in self.held and not self.held["proposal"][1] else []
        return self.now >= REVIEW and any(until > REVIEW for until in (*self.alone_until, *held))

    def _ends(self, name: str) -> None:
        _since, by_two = self.held.pop(name)
        if name == "proposal" and not by_two:
            self.alone_until.append(self.now)

    def _tries(self, may: bool, verb: Any, **told: Any) -> bool:
        """Do it, or be refused, as the model says."""
        if may:
            verb(at=self.now, **told)
        else:
            with pytest.raises(Refused):
                verb(at=self.now, **told)
        return may

    def _afresh(self, name: str) -> Any:
        thing = self.things[name]
        return type(thing).objects.get(pk=thing.pk)

    def _turn(self, moment: datetime) -> None:
        self.now = moment
        self.monkeypatch.setattr("lib.clock.now", lambda: moment)


@pytest.mark.long
@pytest.mark.django_db
def test_a_stranger_finds_what_is_in_view_in_whatever_order(
    riverside_contest: Contest, rosa, tomas, clara, otto, monkeypatch
) -> None:
    assert Proposal.objects.count() == 0
    monkeypatch.setattr(quotas, "REPORTS", replace(quotas.REPORTS, most=1_000))  # tried in test_quotas
    town = {"rosa": rosa, "tomas": tomas, "clara": clara, "otto": otto}
    facts = {"contest": riverside_contest, "town": town, "monkeypatch": monkeypatch}
    machine = type("OfThisTown", (Moderation,), facts)
    how = thoroughly(max_examples=walks(5, 25), stateful_step_count=25, deadline=None)
    run_state_machine_as_test(machine, settings=how)
