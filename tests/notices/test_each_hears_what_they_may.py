"""Comments, decisions, follows, choices, hidings and a mail server in random order: each hears what they may, once.

A model beside the city says who is told of what, in which form, and until when that may still be taken back. The mail
server is a real one, which now and then refuses, puts off, hangs up, or is away; the worker dies now and then between
sending a mail and noting it.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings as thoroughly
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from accounts.models import User
from budgeting.models import Contest
from notices import spreading, writing
from notices.courier import Courier
from notices.kinds import Kind, Way
from notices.models import Choice, Follow, Mail
from proposals.models import Comment
from tests.cast import drafted, middle_of, person
from tests.smtp import MailServer, Step
from tests.thoroughness import many, walks
from tests.told import text_of

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PEOPLE = ("Anna", "Bruno", "Carla", "Dieter")
LANGUAGES = ("en", "fr")

somebody = st.sampled_from(PEOPLE)
HIDDEN = "It is rude."
BY_MAIL = (Way.AT_ONCE, Way.DIGEST)


@dataclass(eq=False)
class Event:
    """A comment. `readers`: who has a notice of it, once the worker has spread it, and in which form it goes."""

    key: int
    by: str
    at: datetime
    hidden: bool = False
    readers: dict[str, str] | None = None


class Died(BaseException):
    """The worker is killed."""


class Notices(RuleBasedStateMachine):
    """What one proposal's followers are told."""

    server: MailServer
    contest: Contest

    @initialize()
    def begin(self) -> None:
        self.sheet = transaction.atomic()
        self.sheet.__enter__()
        self.server.be_well()
        self.seen = len(self.server.received)
        self.now = middle_of("reviewing").replace(hour=9)
        self.people = {name: person(name) for name in PEOPLE}
        self.clerk, self.member = self.town["clerk"], self.town["committee"]
        self.proposal = drafted(self.people["Anna"], self.contest)
        self.proposal.submit(by=self.people["Anna"], at=middle_of("proposing"))
        self.follows: dict[str, datetime | None] = dict.fromkeys(PEOPLE)
        self.stopped: set[str] = set()
        self.follows["Anna"] = middle_of("proposing")
        self.way = dict.fromkeys(PEOPLE, Way.DIGEST)
        self.active = dict.fromkeys(PEOPLE, True)
        self.events: list[Event] = []
        self.decisions: dict[int, bool] = {}  # whether Anna has to hear of it
        self.times_died = 0
        self.courier = Courier(lambda: self.now)
        self._turn()  # of what was submitted nobody is told who followed later

    # What people do ---------------------------------------------------------------------------------------------------

    @rule(who=somebody)
    def somebody_comments(self, who: str) -> None:
        if not self.active[who]:
            return
        comment = self.proposal.comment(by=self.people[who], at=self.now, text=f"From {who}.")
        self.events.append(Event(comment.pk, who, self.now))
        if self.follows[who] is None and who not in self.stopped:
            self.follows[who] = self.now

    @rule(who=somebody)
    def somebody_follows(self, who: str) -> None:
        Follow.begin(self.proposal, by=self.people[who], at=self.now)
        self.follows[who] = self.now
        self.stopped.discard(who)

    @rule(who=somebody)
    def somebody_stops(self, who: str) -> None:
        Follow.stop(f"proposals.proposal:{self.proposal.pk}", by=self.people[who], at=self.now)
        if self.follows[who] is not None:
            self.follows[who] = None
            self.stopped.add(who)

    @rule(who=somebody, way=st.sampled_from(Way))
    def somebody_chooses(self, who: str, way: Way) -> None:
        Choice.make(self.people[who].pk, Kind.COMMENTED, way)
        self.way[who] = way

    @rule(who=somebody, language=st.sampled_from(LANGUAGES))
    def somebody_reads_another_language(self, who: str, language: str) -> None:
        User.objects.filter(pk=self.people[who].pk).update(language=language)

    @rule(who=somebody, active=st.booleans())
    def an_account_is_shut_or_opened(self, who: str, active: bool) -> None:
        User.objects.filter(pk=self.people[who].pk).update(is_active=active)
        self.active[who] = active

    @precondition(lambda self: any(not event.hidden for event in self.events))
    @rule(place=st.integers(0, 20))
    def a_comment_is_hidden(self, place: int) -> None:
        seen = [event for event in self.events if not event.hidden]
        event = seen[place % len(seen)]
        Comment.objects.get(pk=event.key).hide(by=self.clerk, at=self.now, reason=HIDDEN)
        event.hidden = True

    @rule()
    def the_committee_asks_for_a_correction(self) -> None:
        made = self.proposal.decide(by=self.member, at=self.now, outcome="return", reason="Say who looks after it.")
        self.decisions[made.pk] = self.active["Anna"]

    # Time, the worker, and the mail server ----------------------------------------------------------------------------

    @rule(minutes=st.sampled_from((1, 59, 300, 700)))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * MINUTE
        self._turn()

    @rule(trouble=st.sampled_from(("puts off", "hangs up", "is away", "hangs up at the end")))
    def the_server_is_ill(self, trouble: str) -> None:
        self.server.be_well()
        if trouble == "puts off":
            self.server.refuse(Step.RCPT, "450 4.2.0 Later", times=1)
        elif trouble == "hangs up":
            self.server.drop(Step.RCPT, times=1)
        elif trouble == "is away":
            self.server.drop(Step.CONNECT, times=2)
        else:
            self.server.drop(Step.END, times=1)

    @rule()
    def the_worker_dies_once_it_has_sent_a_mail(self) -> None:
        arrived = Mail.arrived

        def dies(mail: Mail, **words: Any) -> None:
            raise Died

        Mail.arrived = dies
        try:
            self._turn()
        except Died:
            self.times_died += 1
        finally:
            Mail.arrived = arrived

    def _turn(self) -> None:
        self._expect_spread()
        spreading.spread(self.now)
        self.courier.rests_until = None
        self.courier.go()

    def _expect_spread(self) -> None:
        for event in self.events:
            if event.readers is None:
                event.readers = {
                    who: self.way[who]
                    for who in PEOPLE
                    if self.active[who] and who != event.by and self._followed(who, event) and self.way[who] in BY_MAIL
                }

    def _followed(self, who: str, event: Event) -> bool:
        since = self.follows[who]
        return since is not None and since <= event.at

    # In the end -------------------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        try:
            self._all_is_said()
        finally:
            self.sheet.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)

    def _all_is_said(self) -> None:
        self.server.be_well()
        for _ in range(10):
            self.now += DAY / 2
            self._turn()
        assert not Mail.objects.waiting().exists()
        told = self._told()
        for event in self.events:
            for who in PEOPLE:
                times = told[who, event.key]
                if who not in (event.readers or {}):
                    assert not times, f"{who} was told of what is not theirs"
        self._nobody_misses_what_nothing_took_back(told)
        self._nothing_is_said_twice()

    def _told(self) -> Counter[tuple[str, int]]:
        """By address and comment, in how many different mails."""
        names = {user.email: who for who, user in self.people.items()}
        mails = {letter.message_id: letter.message for letter in self.server.received[self.seen :]}
        told: Counter[tuple[str, int]] = Counter()
        for mail in mails.values():
            if HIDDEN in text_of(mail):  # which its writer is told in any case
                continue
            about = {line.rpartition("#comment-")[2] for line in text_of(mail).splitlines() if "#comment-" in line}
            told.update((names[mail["To"]], event.key) for event in self.events if str(event.key) in about)
        return told

    def _nobody_misses_what_nothing_took_back(self, told: Counter[tuple[str, int]]) -> None:
        failed = {mail.reader_id for mail in Mail.objects.failed()}
        for event in self.events:
            for who in event.readers or {}:
                assert told[who, event.key] <= 1
                stands = not event.hidden and self.active[who] and self.way[who] in BY_MAIL
                if stands and self.people[who].pk not in failed:
                    assert told[who, event.key] == 1, f"{who} was not told"

    def _nothing_is_said_twice(self) -> None:
        copies = Counter(letter.message_id for letter in self.server.received[self.seen :])
        assert max(copies.values(), default=0) <= 2
        again = sum(number - 1 for number in copies.values())
        assert again <= self.times_died + self._breaks(), "a death repeats one mail at most"

    def _breaks(self) -> int:
        return sum(Mail.objects.values_list("breaks", flat=True))


@pytest.mark.long
@pytest.mark.django_db
def test_each_hears_what_they_may_once_and_in_the_form_they_chose(
    mail_server: MailServer, riverside_contest: Contest, clara, martin, settings, at, monkeypatch
) -> None:
    monkeypatch.setattr(writing, "MOST_IN_A_DIGEST", 1_000)  # the model does not count what a digest only numbers
    for name, value in mail_server.settings.items():
        setattr(settings, name, value)
    settings.EMAIL_BACKEND = "notices.outbox.Outbox"
    settings.MAIL_TRANSPORT = "notices.transport.Smtp"
    settings.DEFAULT_FROM_EMAIL = "Halverne <budget@city.example>"
    at("reviewing")
    facts = {"server": mail_server, "contest": riverside_contest, "town": {"clerk": clara, "committee": martin}}
    machine = type("OfThisTown", (Notices,), facts)
    how = thoroughly(max_examples=walks(3, 150), stateful_step_count=many(12, 40), deadline=None)
    run_state_machine_as_test(machine, settings=how)
