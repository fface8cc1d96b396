"""B20. How many proposals one person may submit in a cycle is the city's setting, and is said before anybody writes."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from budgeting.models import Contest, Cycle
from lib.refusal import Refused
from proposals.models import Proposal
from tests.cast import WHAT, drafted
from tests.keeping import kept

NEW, CHOOSE = "/2027/riverside/proposals/new/", "/2027/proposals/new/"


@kept
def _two_each(cycle: Cycle) -> None:
    Cycle.objects.update(most_proposals=2)


@pytest.mark.usefixtures("_two_each")
def test_b20_the_third_proposal_of_one_person_is_refused_in_whatever_district(
    submitted, rosa, tomas, riverside_contest, hillside_contest, at
):
    submitted(rosa)
    submitted(rosa)
    third = drafted(rosa, hillside_contest, latitude=None, longitude=None)
    with pytest.raises(Refused, match="Each person may submit 2 proposals here, and you have"):
        third.submit(by=rosa, at=at("proposing"))
    with pytest.raises(Refused, match="Each person may submit 2 proposals here"):
        Proposal(contest=Contest.objects.get(pk=riverside_contest.pk), title="Bench").begin(by=rosa, at=at("proposing"))
    submitted(tomas)
    assert Proposal.objects.submitted().count() == 3


@pytest.mark.usefixtures("_two_each")
def test_b20_one_that_was_withdrawn_does_not_count(submitted, rosa, at):
    one, _ = submitted(rosa), submitted(rosa)
    one.withdraw(by=rosa, at=at("proposing"), reason="A better idea.")
    submitted(rosa)


def test_b20_without_a_setting_there_is_no_limit(submitted, rosa, client, at):
    for _ in range(5):
        submitted(rosa)
    at("proposing")
    client.force_login(rosa)
    assert "Each person may" not in client.get(NEW).text


@pytest.mark.usefixtures("_two_each")
def test_b20_it_is_said_before_anybody_writes(client, submitted, rosa, hillside_contest, at):
    submitted(rosa)
    at("proposing")
    client.force_login(rosa)
    for address in (CHOOSE, NEW):
        page = " ".join(client.get(address).text.split())
        assert "Each person may submit 2 proposals. You have submitted 1." in page
    submitted(rosa)
    at("proposing")
    for address in (CHOOSE, NEW):
        assert "Each person may submit 2 proposals here, and you have." in client.get(address).text
    assert NEW not in client.get(CHOOSE).text
    assert 'name="title"' not in client.get(NEW).text
    assert "A bench for two" in client.post(NEW, WHAT | {"title": "A bench for two"}).text, "what was typed is there"


@pytest.mark.usefixtures("_two_each")
def test_b20_a_draft_that_is_one_too_many_stays_a_draft_and_says_why(client, submitted, rosa, riverside_contest, at):
    draft = drafted(rosa, riverside_contest)
    submitted(rosa), submitted(rosa)
    at("proposing")
    client.force_login(rosa)
    answer = client.post(draft.get_absolute_url().replace("/what/", "/preview/"))
    assert "Each person may submit 2 proposals here" in answer.text
    assert Proposal.objects.get(pk=draft.pk).is_draft


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_two_each")
def test_b20_of_many_sent_at_once_no_more_are_submitted(rosa, riverside_contest, hillside_contest, at):
    now = at("proposing")
    contests = [riverside_contest, hillside_contest] * 3
    sent = [drafted(rosa, contest, latitude=None, longitude=None).pk for contest in contests]

    def submit(pk: int) -> None:
        try:
            Proposal.objects.get(pk=pk).submit(by=rosa, at=now)
        except Refused:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(submit, sent))
    assert Proposal.objects.submitted().count() == 2


def test_b20_none_at_all_is_refused_by_the_form_and_by_the_database(cycle):
    cycle.most_proposals = 0
    with pytest.raises(ValidationError, match="At least 1"):
        cycle.full_clean()
    with pytest.raises(IntegrityError, match="a_person_may_submit_at_least_one"), transaction.atomic():
        cycle.save()
