"""What everybody reads of the cards of a proposal: nothing before its decision is public, then without names."""

from datetime import timedelta

from django.test import Client

from budgeting.stages import Stage
from committee import correcting, motions, publishing
from committee.models import Card, Step
from committee.recusing import recuse
from tests.cast import signed_in
from tests.papers import words_on

WHAT = "What the committee looked at"


def test_nothing_is_read_before_the_decision_is_public(client, decided, rosa, otto, cycle) -> None:
    page = decided.get_absolute_url()
    closes = cycle.window(Stage.REVIEWING).closes
    publishing.publish_due(closes - timedelta(seconds=1))
    for browser in (client, signed_in(rosa), signed_in(otto)):
        assert WHAT not in browser.get(page).text
        assert "climate" not in browser.get(page).text


def test_then_everybody_reads_what_is_public_without_names(client: Client, published) -> None:
    page = words_on(client.get(published.get_absolute_url()))
    assert WHAT in page
    assert "Is it public land? Yes: 2" in page
    assert "has looked it up." in page
    assert "On average 3.5, from 2 to 5" in page
    assert "trust the neighbours" not in page
    assert "They quarrel" not in page
    assert "Martin:" not in page


def test_a_correction_that_is_asked_publishes_nothing(client: Client, handed_in, three, now) -> None:
    correcting.ask(handed_in, by=three[0], at=now, reason="Say who looks after it.")
    assert WHAT not in client.get(handed_in.get_absolute_url()).text


def test_of_who_is_recused_nothing_is_read(client: Client, handed_in, three, now, cycle, monkeypatch) -> None:
    recuse(handed_in, by=three[0], at=now, interest="work")
    motion = motions.move(handed_in, by=three[1], at=now, outcome="reject", reason="No room.")
    motions.vote(motion, "for", by=three[2], at=now)
    closes = cycle.window(Stage.REVIEWING).closes
    publishing.publish_due(closes)
    monkeypatch.setattr("lib.clock.now", lambda: closes)
    page = words_on(client.get(handed_in.get_absolute_url()))
    assert "5 of 5" in page
    assert "2 of 5" not in page


def test_a_card_by_two_counts_once_it_is_confirmed(client: Client, published, cycle) -> None:
    window = cycle.window(Stage.REVIEWING)
    Step.objects.create(cycle=cycle, kind="formal", opens=window.opens, closes=window.closes, by_two=True)
    assert WHAT not in client.get(published.get_absolute_url()).text
    first = Card.objects.first()
    first.confirmed_by, first.confirmed_at = Card.objects.last().member, window.opens
    first.save()
    assert WHAT in client.get(published.get_absolute_url()).text
