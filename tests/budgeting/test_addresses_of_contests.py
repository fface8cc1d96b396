"""A contest goes by its district's address unless it is given one of its own, and no address leads to two places."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from ballots.models import BallotPaper
from budgeting.models import Contest, District


@pytest.fixture
def set_up(client: Client, clara: User) -> Client:
    clara.is_staff = clara.is_superuser = True
    clara.save()
    client.force_login(clara)
    return client


def test_a_districts_first_contest_has_its_address_and_its_name(riverside_contest: Contest) -> None:
    assert (riverside_contest.slug, riverside_contest.name, riverside_contest.title) == ("riverside", "", "Riverside")
    assert riverside_contest.get_absolute_url() == "/2027/riverside/"


def test_a_pot_has_its_own(parks: Contest, riverside_contest: Contest) -> None:
    assert (parks.title, str(parks)) == ("Parks", "Parks, Participatory budget 2027")
    assert parks.get_absolute_url() == "/2027/riverside-parks/"
    assert list(parks.cycle.contests.all()) == [riverside_contest, parks], "the district's own comes first"


def test_a_district_that_gets_another_address_takes_its_contests_along(
    set_up: Client, riverside: District, riverside_contest: Contest, parks: Contest
) -> None:
    fields = {"slug": "river", "name": "The river", "population": "12000"}
    assert set_up.post(f"/admin/budgeting/district/{riverside.pk}/change/", fields).status_code == 302
    assert list(Contest.objects.values_list("slug", flat=True)) == ["river", "riverside-parks"]
    assert set_up.get("/2027/river/").status_code == 200


def test_the_list_of_the_set_up_tells_two_pots_apart(
    set_up: Client, riverside_contest: Contest, parks: Contest
) -> None:
    page = set_up.get("/admin/budgeting/contest/").content.decode()
    assert all(f">{title}</a>" in page for title in ("Riverside", "Parks"))


def test_once_a_paper_is_frozen_neither_address_changes(
    riverside: District, riverside_paper: BallotPaper, riverside_contest: Contest
) -> None:
    riverside.slug = riverside_contest.slug = "river"
    for noun in (riverside, riverside_contest):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            noun.save()
    assert Contest.objects.get().slug == District.objects.get().slug == "riverside"


def test_no_address_leads_to_two_places(riverside_contest: Contest, hillside: District) -> None:
    """Neither for the forms nor for the database."""
    riverside = riverside_contest.district
    pot = Contest(cycle=riverside_contest.cycle, district=riverside, name="Meadows", slug="hillside", budget=1)
    with pytest.raises(ValidationError, match="Another district has this address"):
        pot.full_clean()
    with pytest.raises(IntegrityError, match="this address is taken"), transaction.atomic():
        pot.save()
    pot.slug = "meadows"
    pot.save()
    hillside.slug = "meadows"
    with pytest.raises(ValidationError, match="A contest of another district has this address"):
        hillside.full_clean()
    with pytest.raises(IntegrityError, match="this address is taken"), transaction.atomic():
        hillside.save()


@pytest.mark.parametrize("word", ["board", "box", "proposals", "results"])
def test_a_pot_is_called_like_no_page(riverside_contest: Contest, word: str) -> None:
    pot = Contest(cycle=riverside_contest.cycle, district=riverside_contest.district, slug=word, budget=1)
    with pytest.raises(ValidationError, match="A page of each cycle has this address"):
        pot.full_clean()
