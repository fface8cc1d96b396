"""Whoever follows a contest or a project hears of the results, from the moment they are public, and not before."""

from datetime import timedelta

import pytest

from accounts.models import User
from budgeting.stages import Stage
from notices.models import Follow, Happening
from proposals.models import Proposal
from results import telling
from tests.cast import middle_of, person
from tests.keeping import kept
from tests.told import text_of, to

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@kept
def lena(db, cycle) -> User:
    """Follows the round."""
    found = person("Lena")
    Follow.begin(cycle, by=found, at=middle_of("voting"))
    return found


def looked(moment, told, monkeypatch) -> list:
    monkeypatch.setattr("lib.clock.now", lambda: moment)
    telling.look(moment)
    return told(moment)


@pytest.fixture
def opens(cycle, pots_counted, told):
    told(middle_of("voting"))  # that ballots were cast in their names
    return cycle.window(Stage.RESULTS).opens


@pytest.mark.long
def test_a_project_is_told_of_with_the_sentence_why(opens, rosa, told, monkeypatch) -> None:
    followed = list(Proposal.objects.filter(ballot_lines__paper__contest__slug="riverside").distinct())
    for proposal in followed:
        Follow.begin(proposal, by=rosa, at=middle_of("voting"))
    assert looked(opens - HOUR, told, monkeypatch) == [], "not before"
    mails = looked(opens.replace(hour=10), told, monkeypatch)
    assert sorted(mail["Subject"] for mail in mails) == sorted(
        f"{proposal.title}: the outcome of the vote" for proposal in followed
    )
    assert all("unded" in text_of(mail) for mail in mails)
    assert looked(opens.replace(hour=11), told, monkeypatch) == [], "once"


def test_who_follows_the_round_has_all_contests_in_one_mail(opens, lena, told, monkeypatch) -> None:
    assert looked(opens.replace(hour=10), told, monkeypatch) == []
    [mail] = to(looked(opens + 2 * DAY, told, monkeypatch), lena.email)
    assert text_of(mail).count("The results: ") == Happening.objects.filter(kind="results are public").count() > 1


@pytest.mark.long
def test_a_date_that_was_moved_keeps_it_back(opens, rosa, cycle, told, monkeypatch) -> None:
    for proposal in Proposal.objects.filter(ballot_lines__paper__contest__slug="riverside").distinct():
        Follow.begin(proposal, by=rosa, at=middle_of("voting"))
    night = opens.replace(hour=22)
    assert looked(night, told, monkeypatch) == []
    monkeypatch.setattr("budgeting.models.Counted.public", staticmethod(lambda at: telling.Counted.objects.none()))
    assert told(night + DAY / 2) == []


@pytest.mark.long
def test_results_of_long_ago_are_no_news(opens, lena, told, monkeypatch) -> None:
    telling.look(opens + 8 * DAY)
    assert not Happening.objects.filter(kind="results are public").exists()
