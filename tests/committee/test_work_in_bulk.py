"""Work is accepted, handed on and given back, many at once, with a reason on record; so are authors written to."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run

from accounts.models import User
from audit.models import AuditEvent
from committee import assigning, messaging
from committee.at_the_desk import Desk
from committee.models import Assignment, Message
from committee.recusing import recuse
from front.waiting import waits_for
from lib.refusal import Refused
from proposals.models import Proposal
from tests.cast import person, signed_in
from tests.databases import refused_by_the_database
from tests.keeping import kept
from tests.papers import words_on
from tests.thoroughness import walks

DAY = timedelta(days=1)
WORK, MINE, ON = "/desk/2027/work/", "/me/work/", "/me/work/handing-on/"
WRITE = f"{WORK}messages/"


@kept
def four(submitted, rosa, tomas) -> list[Proposal]:
    return [
        submitted(by, title=title)
        for by, title in zip((rosa, tomas) * 2, ("Bench", "Slide", "Tree", "Well"), strict=True)
    ]


@kept
def given(four, three, clara, now) -> list[Assignment]:
    """All four are Martin's, from Clara."""
    assigning.assign(four, three[0], by=clara, at=now, due=now + DAY)
    return list(Assignment.objects.order_by("proposal__number"))


def keys(rows: list[Any]) -> list[int]:
    return [each.pk for each in rows]


# Accepting, handing on, giving back ----------------------------------------------------------------------------------


def test_whoever_ticks_nothing_hears_so_where_they_are(given, three, clara) -> None:
    answer = signed_in(clara).post(ON, {"cycle": "2027"}, follow=True)
    assert answer.redirect_chain == [(WORK, 302)]
    assert "Tick what somebody has, to hand it on." in words_on(answer)
    answer = signed_in(three[0]).post("/me/work/acceptance/", follow=True)
    assert "Tick the proposals it is about." in words_on(answer)


def test_a_member_accepts_several_and_the_others_see_it(given, three, clara) -> None:
    browser = signed_in(three[0])
    answer = browser.post("/me/work/acceptance/", {"assignments": keys(given[:3])}, follow=True)
    assert "You have accepted 3 proposals." in words_on(answer)
    assert signed_in(clara).get(WORK).text.count(">accepted<") == 3
    assert AuditEvent.objects.filter(action="assignment accepted").count() == 3
    browser.post("/me/work/acceptance/", {"assignments": keys(given[:3])})
    assert AuditEvent.objects.filter(action="assignment accepted").count() == 3, "once"


def test_nobody_accepts_for_another(given, three, clara, now) -> None:
    signed_in(three[1]).post("/me/work/acceptance/", {"assignments": keys(given)})
    assert not Assignment.objects.exclude(accepted_at=None).exists()
    with pytest.raises(Refused, match="Only whoever has it"):
        assigning.accept(given, by=clara, at=now)


def test_several_are_handed_on_with_a_reason_and_keep_their_date(given, three, now) -> None:
    browser = signed_in(three[0])
    page = browser.post(ON, {"assignments": keys(given[:2])})
    assert "1. Bench" in words_on(page)
    assert "Tree" not in page.text
    refused = browser.post(ON, {"assignments": keys(given[:2]), "to": three[1].pk, "reason": "", "so": ""})
    assert refused.status_code == 422
    assert re.search(rf'value="{three[1].pk}" selected', refused.text), "what was chosen stays"
    said = {"assignments": keys(given[:2]), "to": three[1].pk, "reason": "You know the quay.", "so": ""}
    assert "2 proposals are in other hands now." in words_on(browser.post(ON, said, follow=True))
    theirs = Assignment.objects.standing().filter(member=three[1])
    assert {(each.proposal.title, each.reason, each.due) for each in theirs} == {
        ("Bench", "You know the quay.", now + DAY),
        ("Slide", "You know the quay.", now + DAY),
    }
    assert set(Assignment.objects.exclude(ended_at=None).values_list("ended_by", flat=True)) == {three[0].pk}


def test_the_log_has_no_word_of_why_work_ended(given, three, now) -> None:
    """An auditor reads it before the decisions are public."""
    assigning.hand_on(given[:1], three[1], by=three[0], at=now, reason="It is to be rejected.")
    assigning.end(given[1:2], by=three[0], at=now, reason="It is to be rejected.")
    logged = AuditEvent.objects.filter(action__startswith="assign").values_list("facts", flat=True)
    assert logged
    assert not any("rejected" in str(facts) for facts in logged)


@pytest.mark.long
def test_what_is_given_back_waits_for_who_gave_it_until_somebody_has_it(given, three, clara, now) -> None:
    browser = signed_in(three[0])
    browser.post(ON, {"assignments": keys(given[:2]), "to": "", "reason": "I am away.", "so": ""})
    assert keys(Desk(clara, now).given_back) == keys(given[:2])
    assert "Martin has given back “Bench”" in [each.words for each in waits_for(clara, now)]
    desk = words_on(signed_in(clara).get("/desk/"))
    assert "given back by Martin: I am away." in desk
    assert "given back by Martin: I am away." in words_on(signed_in(clara).get(WORK))
    assert not Desk(three[1], now).given_back
    assigning.assign([given[0].proposal], three[1], by=clara, at=now, due=None)
    assert keys(Desk(clara, now).given_back) == [given[1].pk]


def test_a_clerk_takes_away_and_hands_on_from_the_list(given, four, three, clara) -> None:
    browser = signed_in(clara)
    assert "3. Tree" in words_on(browser.post(ON, {"proposals": keys(four)}))
    said = {"assignments": keys(given), "to": three[2].pk, "reason": "Martin is ill.", "so": ""}
    browser.post(ON, said)
    assert Assignment.objects.standing().filter(member=three[2]).count() == 4
    assert not Desk(clara, given[0].at).given_back, "she took it away herself"


def test_it_goes_to_nobody_who_takes_no_part_in_one_of_them(given, three, clara, now) -> None:
    recuse(given[1].proposal, by=three[1], at=now, interest="work")
    page = signed_in(clara).post(ON, {"assignments": keys(given)})
    assert ">Mira<" not in page.text
    assert ">Milan<" in page.text
    with pytest.raises(Refused, match=r"Mira takes no part in these: 2\."):
        assigning.hand_on(given, three[1], by=clara, at=now, reason="So.")
    assert Assignment.objects.standing().filter(member=three[0]).count() == 4, "all or none"


@pytest.mark.parametrize("who", ["rosa", "ines", "otto", "elsewhere"])
def test_others_hand_on_nothing(given, three, hillside, now, who, request) -> None:
    other = person("Hanna", "committee", district=hillside) if who == "elsewhere" else request.getfixturevalue(who)
    said = {"assignments": keys(given), "to": "", "reason": "Mine.", "so": ""}
    signed_in(other).post(ON, said)
    with pytest.raises(Refused, match="says who prepares what"):
        assigning.end(given, by=other, at=now, reason="Mine.")
    assert Assignment.objects.standing().count() == 4


# Writing to authors --------------------------------------------------------------------------------------------------


def test_several_authors_are_written_to_after_a_look_at_it(four, clara, rosa, tomas) -> None:
    browser, text = signed_in(clara), "Is “{title}” on public land?"
    page = words_on(browser.post(WRITE, {"proposals": keys(four[:2])}))
    assert "1. Bench Rosa" in page
    look = browser.post(WRITE, {"proposals": keys(four[:2]), "text": text, "look": ""})
    assert "Is “Bench” on public land?" in words_on(look)
    assert text in look.text, "the words stay as they were typed"
    assert not Message.objects.exists()
    sent = browser.post(WRITE, {"proposals": keys(four[:2]), "text": text, "send": ""}, follow=True)
    assert "2 messages are on their way." in words_on(sent)
    assert list(Message.objects.order_by("proposal").values_list("proposal__author", "text")) == [
        (rosa.pk, "Is “Bench” on public land?"),
        (tomas.pk, "Is “Slide” on public land?"),
    ]


def test_of_what_a_member_takes_no_part_in_they_write_to_nobody(four, three, now) -> None:
    recuse(four[1], by=three[0], at=now, interest="work")
    page = signed_in(three[0]).post(WRITE, {"proposals": keys(four)})
    assert "Slide" not in page.text
    with pytest.raises(Refused, match=r"authors of these: 2\."):
        messaging.write_to_authors(four, by=three[0], at=now, text="Where?")
    assert not Message.objects.exists(), "to all or to none"


@pytest.mark.parametrize("who", ["rosa", "ines", "otto"])
def test_others_write_to_nobody(four, who, request) -> None:
    said = {"proposals": keys(four), "text": "Hello.", "send": ""}
    assert signed_in(request.getfixturevalue(who)).post(WRITE, said).status_code == 403
    assert not Message.objects.exists()


def test_a_page_of_many_asks_no_more_than_of_few(given, four, clara) -> None:
    browser, counted = signed_in(clara), []
    for address, name, rows in ((ON, "assignments", given), (WRITE, "proposals", four)):
        browser.post(address, {name: keys(rows)})
        for number in (2, 4):
            with CaptureQueriesContext(connection) as asked:
                browser.post(address, {name: keys(rows[:number])})
            counted.append(len(asked))
    assert counted[0] == counted[1]
    assert counted[2] == counted[3]


# The database, and any order -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM committee_assignment",
        "UPDATE committee_assignment SET due = NULL",
        "UPDATE committee_assignment SET (ended_at, ended_by_id, ended_reason) = (NULL, NULL, '')",
        "UPDATE committee_assignment SET ended_reason = 'Another.' WHERE ended_at IS NOT NULL",
        "UPDATE committee_assignment SET accepted_at = NULL WHERE accepted_at IS NOT NULL",
    ],
)
def test_an_assignment_stays(given, three, now, change) -> None:
    assigning.accept(given, by=three[0], at=now)
    assigning.end(given[:1], by=three[0], at=now, reason="I am away.")
    assert "an assignment stays" in refused_by_the_database(change)


def test_none_ends_without_a_reason(given) -> None:
    assert "an_assignment_ends_with_a_reason" in refused_by_the_database(
        "UPDATE committee_assignment SET ended_at = now(), ended_reason = ' '"
    )


class Work(RuleBasedStateMachine):
    """Clara and three members give out, accept, hand on and give back two proposals, in any order."""

    town: dict[str, User]
    at: Any
    who = st.sampled_from(["Clara", "Martin", "Mira", "Milan", "Rosa"])
    member = st.sampled_from(["Martin", "Mira", "Milan"])
    place = st.integers(0, 7)
    reason = st.sampled_from(["So.", "So.", " "])

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.whose: dict[tuple[int, str], bool] = {}  # who has which by now, and have they accepted it
        self.done = dict.fromkeys(("assigned", "assignment accepted", "assignment ended"), 0)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def person(self, name: str) -> User:
        return User.objects.get(pk=self.town[name].pk)

    def chosen(self, place: int) -> list[Assignment]:
        return [each for each in Assignment.objects.all() if (each.pk + place) % 3]

    def tried(self, act: Any) -> bool:
        try:
            with transaction.atomic():
                act()
        except (Refused, DatabaseError):
            return False
        return True

    @rule(who=who, to=member)
    def gives_out(self, who: str, to: str) -> None:
        proposals, by = list(Proposal.objects.all()), self.person(who)
        if who != "Rosa":  # she has no page for it
            assigning.assign(proposals, self.town[to], by=by, at=self.at, due=None)
            new = [(each.pk, to) for each in proposals if (each.pk, to) not in self.whose]
            self.whose |= dict.fromkeys(new, False)
            self.done["assigned"] += len(new)

    @rule(who=who, place=place)
    def accepts(self, who: str, place: int) -> None:
        chosen, by = self.chosen(place), self.person(who)
        if self.tried(lambda: assigning.accept(chosen, by=by, at=self.at)):
            for each in chosen:
                key = each.proposal_id, who
                assert each.member.name == who, "one accepted for another"
                if self.whose.get(key) is False and each.ended_at is None:
                    self.whose[key] = True
                    self.done["assignment accepted"] += 1

    @rule(who=who, to=st.none() | member, place=place, reason=reason)
    def hands_on(self, who: str, to: str | None, place: int, reason: str) -> None:
        chosen, by = self.chosen(place), self.person(who)
        how = {"by": by, "at": self.at, "reason": reason}
        end = lambda: assigning.end(chosen, **how)  # noqa: E731
        act = end if to is None else (lambda: assigning.hand_on(chosen, self.town[to], **how))
        if self.tried(act) and chosen:
            assert reason.strip()
            assert who != "Rosa"
            for each in chosen:
                del self.whose[each.proposal_id, each.member.name]
                self.done["assignment ended"] += 1
            new = {(each.proposal_id, to) for each in chosen if to and (each.proposal_id, to) not in self.whose}
            self.whose |= dict.fromkeys(new, False)
            self.done["assigned"] += len(new)

    @invariant()
    def each_has_what_was_given_and_not_taken_and_each_act_is_in_the_log(self) -> None:
        standing = Assignment.objects.standing().select_related("member")
        assert {(each.proposal_id, each.member.name): each.accepted_at is not None for each in standing} == self.whose
        log = list(AuditEvent.objects.values_list("action", flat=True))
        assert {act: log.count(act) for act in self.done} == self.done
        assert Assignment.objects.count() == self.done["assigned"], "none is lost"


@pytest.mark.long
def test_whatever_the_order_each_has_what_was_given_to_them(submitted, rosa, three, clara, now) -> None:
    for title in ("Bench", "Slide"):
        submitted(rosa, title=title)
    town = {each.name: each for each in (*three, clara, rosa)}
    machine = type("OfThisTown", (Work,), {"town": town, "at": now})
    run(machine, settings=settings(max_examples=walks(8, 150), stateful_step_count=40, deadline=None))
