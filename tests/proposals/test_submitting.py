from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from lib import clock
from lib.refusal import Refused
from proposals.models import Proposal
from tests.cast import drafted


def test_rosa_submits_her_draft_and_it_gets_the_first_number(draft, rosa, at):
    now = at("proposing")
    draft.submit(by=rosa, at=now)
    draft.refresh_from_db()
    assert (draft.number, draft.submitted_at, draft.status_at(clock.now())) == (1, now, "submitted")
    assert draft.versions.get().text["title"] == "A playground by the river"


def test_numbers_run_through_all_districts_of_a_cycle(submitted, rosa, tomas, hillside_contest):
    assert submitted(rosa).number == 1
    assert submitted(tomas, contest=hillside_contest, latitude=None, longitude=None).number == 2


@pytest.mark.parametrize("stage", ["preparing", "reviewing", "voting", "delivering"])
def test_nobody_submits_outside_the_weeks_of_proposing(draft, rosa, at, stage):
    with pytest.raises(Refused, match="not being collected"):
        draft.submit(by=rosa, at=at(stage))
    assert Proposal.objects.get().is_draft


def test_only_the_author_submits(draft, tomas, at):
    with pytest.raises(Refused, match="Only the author"):
        draft.submit(by=tomas, at=at("proposing"))


def test_a_draft_without_a_cost_says_what_is_missing(rosa, riverside_contest, at):
    with pytest.raises(Refused, match="fill in: estimated cost"):
        drafted(rosa, riverside_contest, cost=0).submit(by=rosa, at=at("proposing"))


def test_a_place_in_words_is_enough(rosa, riverside_contest, at):
    drafted(rosa, riverside_contest, latitude=None, longitude=None).submit(by=rosa, at=at("proposing"))
    with pytest.raises(Refused, match="place in words"):
        drafted(rosa, riverside_contest, latitude=None, longitude=None, address="").submit(by=rosa, at=at("proposing"))


def test_no_project_may_cost_more_than_the_district_has(rosa, riverside_contest, at):
    with pytest.raises(Refused, match="€250,000 at most"):
        drafted(rosa, riverside_contest, cost=250_000_01).submit(by=rosa, at=at("proposing"))
    drafted(rosa, riverside_contest, cost=250_000_00).submit(by=rosa, at=at("proposing"))


def test_submitting_twice_is_refused_and_changes_nothing(proposal, rosa, at):
    with pytest.raises(Refused, match="already"):
        proposal.submit(by=rosa, at=at("proposing"))
    assert proposal.versions.count() == 1


def test_the_database_refuses_the_same_number_twice_in_a_cycle(submitted, rosa, tomas):
    first, second = submitted(rosa), submitted(tomas)
    with pytest.raises(IntegrityError, match="a_number_is_given_once"), transaction.atomic():
        Proposal.objects.filter(pk=second.pk).update(number=first.number)


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_twelve_people_who_submit_at_once_get_twelve_numbers(rosa, riverside_contest, at):
    now = at("proposing")
    drafts = [drafted(rosa, riverside_contest).pk for _ in range(12)]

    def submit(pk):
        try:
            proposal = Proposal.objects.get(pk=pk)
            proposal.submit(by=rosa, at=now)
            return proposal.number
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(submit, drafts)) == list(range(1, 13))
