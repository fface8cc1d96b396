"""What is new and fits a saved search is told to whoever saved it: once, and as the list of proposals would find it."""

import random
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.models import reference
from budgeting import two
from budgeting.models import Cycle
from budgeting.two import Joint
from notices.models import Follow
from proposals.models import Category, Proposal, SavedSearch
from tests.cast import drafted
from tests.searches import save, searched
from tests.told import text_of, to

DAY = timedelta(days=1)


@pytest.fixture
def now(at) -> datetime:
    """A morning on which proposals are taken."""
    return at("proposing")


def test_one_hears_once_of_what_is_new_however_many_searches_find_it(
    tomas, rosa, riverside, cycle, riverside_contest, now, told
):
    drafted(rosa, riverside_contest, title="A swing in the park").submit(by=rosa, at=now - 3 * DAY)
    for address in ("q=swing", "q=park", "district=riverside"):
        save(tomas, cycle, address, now - 2 * DAY)
    Follow.begin(riverside, by=tomas, at=now - 2 * DAY)
    told(now - DAY)
    drafted(rosa, riverside_contest, title="Swings for the park").submit(by=rosa, at=now)
    drafted(rosa, riverside_contest, title="A well").submit(by=rosa, at=now)
    assert to(told(now), tomas.email) == []
    [mail] = to(told(now + DAY), tomas.email)
    assert text_of(mail).count("New in Riverside: Swings for the park") == 1
    assert "A swing in the park" not in text_of(mail), "it was there when the search was saved"


def test_what_the_search_does_not_find_is_not_told(tomas, rosa, cycle, riverside_contest, now, told):
    save(tomas, cycle, "q=swimming", now - DAY)
    stopped = save(tomas, cycle, "q=well", now - DAY)
    Follow.stop(reference(stopped), by=tomas, at=now)
    drafted(rosa, riverside_contest, title="A well").submit(by=rosa, at=now)
    drafted(rosa, riverside_contest, title="A bench").submit(by=rosa, at=now)
    assert to(told(now) + told(now + DAY), tomas.email) == []


WORDS = ("river", "rivver", "École", "ecole", "quay", "#1", "1", "swings", "swngs", "at", "%", "a_b", "'", "nowhere")
ADDRESSES = [
    *(f"q={quote(word)}" for word in WORDS),
    "q=river+quay",
    "q=river+well",
    "q=a+b+c+d+e+f+g+h+swimming",
    "q=ecole&language=fr",
    "q=river&language=fr",
    "district=riverside",
    "district=riverside-parks",
    "district=hillside",
    "category=parks",
    "category=parks&q=river&district=riverside",
    "category=streets",
]


@pytest.mark.long
@pytest.mark.parametrize("withheld", [False, True])
def test_it_finds_what_the_list_finds(
    tomas, rosa, cycle, parks, riverside_contest, hillside_contest, clara, otto, now, withheld
):
    """One reader: of each proposal the saved search says what the list says that opens from it."""
    category = Category.objects.create(slug="parks", name="Parks")
    Category.objects.create(slug="streets", name="Streets")
    texts = [
        (riverside_contest, {"title": "Swings by the river", "category": category}),
        (parks, {"title": "Une École", "language": "fr", "summary": "100 % a_b 'quoted'", "category": category}),
        (hillside_contest, {"title": "A well", "address": "The old quay", "longitude": 1.5}),
    ]
    for contest, text in texts:
        drafted(rosa, contest, **text).submit(by=rosa, at=now)
    if withheld:
        sketch = two.sketch(Joint.WITHHOLD, on=Proposal.objects.get(number=1), cycle=cycle, reason="A court says so.")
        two.confirm(two.propose(sketch, by=clara, at=now), by=otto, at=now)
    found = 0
    for address in ADDRESSES:
        search = save(tomas, cycle, address, now)
        Follow.stop(reference(search), by=tomas, at=now)
        listed = set(searched(cycle, address).found(now).values_list("pk", flat=True))
        opened = set(
            searched(cycle, search.get_absolute_url().partition("?")[2]).found(now).values_list("pk", flat=True)
        )
        told = {
            each.pk for each in Proposal.objects.submitted() if SavedSearch.objects.finding(each).filter(pk=search.pk)
        }
        assert told == opened == listed, address
        found += len(told)
    assert found > len(ADDRESSES) / 2, "most find something"


def test_many_saved_searches_are_asked_in_one_statement(cycle, proposal, now):
    proposal = Proposal.objects.select_related("contest__district").get()
    saved_by_many(cycle, 300, now)
    with CaptureQueriesContext(connection) as asked:
        found = list(SavedSearch.objects.finding(proposal).followed(now))
    assert len(asked) == 1
    assert 50 < len(found) < 250


def saved_by_many(cycle: Cycle, number: int, now: datetime) -> None:
    """Three searches each, of which some find a swing by the river."""
    chance = random.Random(1)
    people = User.objects.bulk_create([User(email=f"p{each}@example.org") for each in range(number // 3)])
    words = [" ".join(chance.sample(("river", "swings", "quay", "well"), 2)) + f" {each % 3}" for each in range(number)]
    searches = SavedSearch.objects.bulk_create(
        SavedSearch(user=people[place // 3], cycle=cycle, words=each, at=now) for place, each in enumerate(words)
    )
    Follow.objects.bulk_create(Follow(user=each.user, thing=reference(each), at=now) for each in searches)
