"""Members are called by their names, and never by their addresses."""

import re

import pytest

from accounts.models import User
from budgeting.people import RoleName
from committee.models import Committee, Office, Seat
from committee.namesakes import told_apart
from tests.cast import person, signed_in
from tests.keeping import kept


@kept
def namesakes(three, hillside) -> tuple[User, User, User]:
    """Two more by the name of Mira: one for Hillside, one for all."""
    found = [three[1]]
    for place, district in enumerate((hillside, None)):
        other = person(f"Mira{place}", RoleName.COMMITTEE, district=district)
        User.objects.filter(pk=other.pk).update(name="Mira")
        found.append(User.objects.get(pk=other.pk))
    return tuple(found)


def test_a_name_alone_is_enough_where_there_is_one(three, cycle, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert told_apart(three, cycle) == {each.pk: each.name for each in three}


def test_two_of_one_name_are_told_apart_by_what_they_are(
    namesakes, cycle, riverside, riverside_contest, hillside_contest
) -> None:
    first, second, both = namesakes
    assert list(told_apart(namesakes, cycle).values()) == [
        "Mira (Riverside)",
        "Mira (Hillside)",
        "Mira (Hillside, Riverside)",
    ]
    Seat.objects.create(committee=Committee.objects.create(cycle=cycle), holder=both, stands_for="The associations")
    Office.objects.create(committee=Committee.objects.get(), member=both, rank=0)
    assert told_apart(namesakes, cycle)[both.pk] == "Mira (Hillside, Riverside, Chair, The associations)"
    second.roles.update(district=riverside)
    called = told_apart(namesakes, cycle)
    assert called[first.pk] == f"Mira (Riverside), number {first.pk}"
    assert len(set(called.values())) == 3


@pytest.mark.long
def test_no_page_of_a_members_work_shows_an_address(namesakes, proposal, clara, now) -> None:
    address = proposal.get_absolute_url()
    for browser in (signed_in(namesakes[0]), signed_in(clara)):
        for page in ("/desk/2027/work/", f"{address}decision/", f"{address}challenges/"):
            text = browser.get(page).text
            assert not re.findall(r"[\w.]+@example\.org", text.replace(browser.get("/me/").text, "")), page
