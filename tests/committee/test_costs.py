"""What a proposal costs is assessed beside its author's figures, voted on, and then public beside them."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from audit.models import AuditEvent
from budgeting.stages import Stage
from committee import motions, publishing
from committee.costing import assess_cost, in_words
from committee.costs_told import estimates_of
from committee.models import CostAssessment, Motion
from committee.recusing import recuse
from lib import money
from lib.refusal import Refused
from tests.cast import signed_in
from tests.databases import as_owner
from tests.papers import words_of, words_on

FOUND = {"cost": 15_000_00, "upkeep": 500_00, "months": 8, "basis": "Two offers of the port."}
TYPED = {"cost": "15 000", "upkeep": "500", "months": "8", "basis": "Two offers of the port."}
VOTED = {"outcome": "shortlist", "reason": "The quay is ours."}


@pytest.fixture
def address(proposal) -> str:
    return f"{proposal.get_absolute_url()}cost/"


@pytest.fixture
def closes(cycle):
    return cycle.window(Stage.REVIEWING).closes


def published(proposal, three, now, closes, monkeypatch, **estimate) -> None:
    motion = motions.move(proposal, by=three[0], at=now, **VOTED, **estimate)
    motions.vote(motion, "for", by=three[1], at=now)
    publishing.publish_due(closes)
    monkeypatch.setattr("lib.clock.now", lambda: closes)


def test_a_member_assesses_and_the_motion_starts_from_it(proposal, three, address, now) -> None:
    answer = signed_in(three[0]).post(address, TYPED, follow=True)
    assert "Your estimate stands with the others." in words_on(answer)
    for member in three:
        page = signed_in(member).get(f"{proposal.get_absolute_url()}decision/")
        assert "€15,000, and €500 a year, in 8 months" in words_on(page)
        assert 'value="15000"' in page.text
        assert 'value="8"' in page.text
    entry = AuditEvent.objects.get(action="cost assessed")
    assert entry.facts == {"digest": CostAssessment.objects.get().digest}


def test_it_only_grows_and_the_latest_counts(proposal, three, now) -> None:
    assess_cost(proposal, by=three[0], at=now, **FOUND)
    assess_cost(proposal, by=three[1], at=now, **{**FOUND, "cost": 16_000_00})
    page = signed_in(three[2]).get(f"{proposal.get_absolute_url()}decision/")
    assert 'value="16000"' in page.text
    assert "€15,000, and" in words_on(page), "the earlier one stays"
    for change in (lambda: CostAssessment.objects.update(cost=1), lambda: CostAssessment.objects.all().delete()):
        with as_owner(), pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"cost": ""}, "This field is required."),
        ({"cost": "much"}, "is not an amount of money"),
        ({"cost": "0"}, "Give at least"),
        ({"upkeep": "-1"}, "is not an amount of money"),
        ({"months": "0"}, "greater than or equal to 1"),
        ({"months": "601"}, "less than or equal to 600"),
        ({"basis": " "}, "This field is required."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(martin, address, now, wrong, sentence) -> None:
    answer = signed_in(martin).post(address, {**TYPED, **wrong})
    assert answer.status_code == 422
    assert sentence in words_on(answer)
    kept = {**TYPED, **wrong}
    assert kept["basis"].strip() in answer.text
    assert not kept["cost"] or f'value="{kept["cost"]}"' in answer.text
    assert not CostAssessment.objects.exists()


@pytest.mark.parametrize("wrong", [{"cost": None}, {"cost": 0}, {"upkeep": -1}, {"months": 0}, {"basis": " "}])
def test_the_verb_says_no_as_well(proposal, martin, now, wrong) -> None:
    with pytest.raises(ValidationError):
        assess_cost(proposal, by=martin, at=now, **{**FOUND, **wrong})


@pytest.mark.parametrize("who", ["rosa", "otto", "clara", "ines"])
def test_it_is_the_committees_alone(proposal, martin, address, now, who, request) -> None:
    assess_cost(proposal, by=martin, at=now, **FOUND)
    browser = signed_in(request.getfixturevalue(who))
    assert browser.get(address).status_code == 403
    answer = browser.post(address, TYPED)
    assert answer.status_code == 403
    assert CostAssessment.objects.count() == 1
    assert "€15,000" not in words_on(browser.get(proposal.get_absolute_url()))


def test_who_is_recused_meanwhile_gets_back_what_was_typed(proposal, three, address, now) -> None:
    assess_cost(proposal, by=three[1], at=now, **{**FOUND, "basis": "A secret offer."})
    recuse(proposal, by=three[0], at=now, interest="work")
    answer = signed_in(three[0]).post(address, TYPED)
    assert answer.status_code == 403
    assert "Two offers of the port." in words_on(answer)
    assert "A secret offer." not in words_on(answer)
    with pytest.raises(Refused, match="You take no part"):
        assess_cost(proposal, by=three[0], at=now, **FOUND)


def test_what_is_published_is_what_was_voted_on(proposal, three, now, closes, monkeypatch, client: Client) -> None:
    before = proposal.cost
    motion = motions.move(proposal, by=three[0], at=now, **VOTED, **FOUND)
    assess_cost(proposal, by=three[2], at=now, cost=99_00, basis="A trap.")
    motions.vote(motion, "for", by=three[1], at=now)
    publishing.publish_due(closes)
    monkeypatch.setattr("lib.clock.now", lambda: closes)
    proposal.refresh_from_db()
    assert (proposal.cost, proposal.upkeep) == (FOUND["cost"], FOUND["upkeep"])
    assert [version.text["cost"] for version in proposal.versions.all()] == [before, FOUND["cost"]]
    page = words_on(client.get(proposal.get_absolute_url()))
    assert f"Its author estimated {money.written(before, 'EUR')}" in page
    assert "The city estimates €15,000, and €500 a year, in 8 months" in page
    assert "Two offers of the port." in page
    assert "A trap." not in page
    opened = AuditEvent.objects.get(action="motion published").facts
    assert {name: opened[name] for name in FOUND} == FOUND
    shortlist = words_on(client.get("/2027/shortlist/"))
    assert f"Its author estimated {money.written(before, 'EUR')}; the city €15,000, and €500 a year" in shortlist
    assert "in 8 months" in words_on(client.get(f"{proposal.get_absolute_url()}committee/"))


def test_where_the_figures_agree_the_shortlist_says_nothing(proposal, three, now, closes, monkeypatch, client) -> None:
    same = {"cost": proposal.cost, "upkeep": proposal.upkeep, "basis": "As written."}
    published(proposal, three, now, closes, monkeypatch, **same)
    assert "Its author estimated" not in words_on(client.get("/2027/shortlist/"))
    assert "The city estimates" in words_on(client.get(proposal.get_absolute_url()))
    assert proposal.versions.count() == 1


def test_the_authors_figure_is_the_authors_after_a_second_decision(
    proposal, three, now, closes, monkeypatch, client
) -> None:
    before = proposal.cost
    for cost in (15_000_00, 16_000_00):
        motion = motions.move(proposal, by=three[0], at=now, **VOTED, cost=cost)
        motions.vote(motion, "for", by=three[1], at=now)
    publishing.publish_due(closes)
    told = estimates_of([proposal], "EUR", closes)[proposal.pk]
    assert (told.author, told.city) == (money.written(before, "EUR"), "€16,000")


def test_a_cost_above_what_the_contest_can_pay_is_refused(proposal, martin, now) -> None:
    too_much = proposal.contest.most_expensive + 1
    with pytest.raises(Refused, match="A project in Riverside may cost"):
        motions.move(proposal, by=martin, at=now, **VOTED, **{**FOUND, "cost": too_much})
    assess_cost(proposal, by=martin, at=now, **{**FOUND, "cost": too_much})
    motions.move(proposal, by=martin, at=now, outcome="reject", reason="Too dear.", **{**FOUND, "cost": too_much})


def test_an_estimate_begins_with_a_price(proposal, martin, now) -> None:
    with pytest.raises(ValidationError, match="An estimate begins with"):
        motions.move(proposal, by=martin, at=now, **VOTED, months=8)
    typed = {**VOTED, "cost": "", "months": "8"}
    answer = signed_in(martin).post(f"{proposal.get_absolute_url()}decision/", typed)
    assert "An estimate begins with what it costs in the first year." in words_on(answer)


def test_what_was_put_to_the_vote_stays(proposal, martin, now) -> None:
    motions.move(proposal, by=martin, at=now, **VOTED, **FOUND)
    for change in (
        lambda: Motion.objects.update(cost=1),
        lambda: Motion.objects.update(basis="Another."),
        lambda: Motion.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.long
@pytest.mark.heavy
@pytest.mark.parametrize("language", ["en", "fr"])
def test_both_papers_have_it(handed_in, three, now, closes, monkeypatch, client: Client, language) -> None:
    assess_cost(handed_in, by=three[0], at=now, **FOUND)
    members = signed_in(three[0]).get(f"{handed_in.get_absolute_url()}cards.pdf", headers={"accept-language": language})
    assert "Two offers of the port." in words_of(members.content)
    published(handed_in, three, now, closes, monkeypatch, **{**FOUND, "basis": "As voted."})
    public = client.get(f"{handed_in.get_absolute_url()}assessment.pdf", headers={"accept-language": language})
    said = words_of(b"".join(public.streaming_content))
    assert {"en": "€15,000, and €500 a year, in 8 months", "fr": "en 8 mois"}[language] in said
    assert "As voted." in said
    assert "Two offers" not in said


class InWords(TestCase):
    @given(
        cost=st.integers(1, 10**12),
        upkeep=st.none() | st.integers(0, 10**12),
        months=st.none() | st.integers(1, 600),
    )
    def test_every_figure_there_is_is_said(self, cost, upkeep, months) -> None:
        said = in_words(cost, upkeep, months, "EUR")
        assert said.startswith(money.written(cost, "EUR"))
        assert (" a year" in said) == (upkeep is not None)
        assert upkeep is None or money.written(upkeep, "EUR") in said
        assert (f"in {months} month" in said) == (months is not None)
