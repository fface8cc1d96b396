import pytest
from django.db import connection

from accounts.visitors import Visitor
from proposals.models import Proposal
from tests.cast import middle_of
from tests.keeping import kept


@kept
def city(submitted, rosa, tomas):
    submitted(rosa, title="Une aire de jeux près de l'École Élémentaire", language="fr")
    submitted(rosa, title="A playground by the river")
    submitted(tomas, title="Lights for the Straße", summary="Dark in winter", address="Łódzka")
    return Proposal.objects.all()


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ("ecole", [1]),
        ("ÉCOLE elementaire", [1]),
        ("playgruond", [2]),
        ("plaground river", [2]),
        ("strasse", [3]),
        ("lodzka", [3]),
        ("#2", [2]),
        ("3", [3]),
        ("swimming", []),
        ("nowhere", [1, 2, 3]),  # in the description a word is found,
        ("nowehre", []),  # but not likened to others: over long texts that takes too long
        ("'; DROP TABLE proposals_proposal; --", []),
        ("%", []),
        ("_", []),
        ("\0", [1, 2, 3]),
        ("", [1, 2, 3]),
    ],
)
def test_a_search_forgives_accents_and_slips_and_nothing_else(city, asked, numbers):
    assert [proposal.number for proposal in city.matching(asked).order_by("number")] == numbers


def test_the_nearest_comes_first(city):
    assert city.best_match_first("playground river").first().number == 2


def test_the_index_serves_the_search(city):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        assert "proposals_are_searched" in Proposal.objects.matching("playground").order_by().explain()


def test_similar_proposals_are_those_alike_in_title_or_near(submitted, rosa, tomas, riverside_contest):
    mine = submitted(rosa, title="Playground at the river", latitude=0.1, longitude=0.1)
    alike = submitted(tomas, title="A playground by the river", latitude=0.9, longitude=0.9)
    near = submitted(tomas, title="Benches", latitude=0.1005, longitude=0.1005)
    submitted(tomas, title="Books for the library", latitude=0.7, longitude=0.7)
    assert list(Proposal.objects.similar_to(mine, middle_of("proposing"))) == [alike, near]


def test_drafts_are_seen_by_their_author_only(draft, submitted, rosa, tomas, clara):
    public = submitted(tomas)
    assert set(Proposal.objects.visible_to(rosa, middle_of("proposing"))) == {draft, public}
    for user in (tomas, clara, Visitor()):
        assert set(Proposal.objects.visible_to(user, middle_of("proposing"))) == {public}
