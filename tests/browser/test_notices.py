"""What one is told, what one follows and the words of the mails, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from notices import stopping
from notices.kinds import Kind
from notices.models import Follow
from notices.spreading import spread
from proposals.models import SavedSearch
from tests.browser.looking import Opened
from tests.cast import drafted, middle_of, person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lena(rosa: User, tomas: User, riverside_contest, at) -> User:
    """She follows a proposal about which somebody has asked something."""
    now, found = at("reviewing"), person("Lena")
    proposal = drafted(rosa, riverside_contest)
    proposal.submit(by=rosa, at=middle_of("proposing"))
    Follow.begin(proposal, by=found, at=now)
    proposal.comment(by=tomas, at=now, text="Could it stand nearer to the school?")
    spread(now)
    return found


def test_a_search_is_saved_and_stopped_by_keyboard_alone(
    rosa: User, tomas: User, riverside_contest, at, opened
) -> None:
    at("proposing")
    drafted(rosa, riverside_contest).submit(by=rosa, at=middle_of("proposing"))
    page = opened("/2027/proposals/?q=playground", by=tomas, width=360)
    page.get_by_role("button", name="Tell me of new ones").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("You are told of new ones.")).to_be_visible()
    expect(page.get_by_role("searchbox")).to_have_value("playground")
    page.get_by_role("button", name="Stop following").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Tell me of new ones")).to_be_visible()


def test_a_search_that_changes_in_place_is_the_one_that_is_saved(rosa, tomas, riverside_contest, at, opened: Opened):
    at("proposing")
    drafted(rosa, riverside_contest).submit(by=rosa, at=middle_of("proposing"))
    page = opened("/2027/proposals/?q=playground", by=tomas, width=1280)
    page.get_by_role("searchbox").fill("slide")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile("q=slide"))
    page.get_by_role("button", name="Tell me of new ones").click()
    expect(page.get_by_text("each new proposal that fits: “slide”")).to_be_visible()
    assert SavedSearch.objects.get().words == "slide"


@pytest.mark.parametrize("by", ["tomas", None])
def test_the_list_with_a_search_to_save_keeps_nobody_out(request, tomas, riverside_contest, at, nobody_is_kept_out, by):
    at("proposing")
    nobody_is_kept_out("/2027/proposals/?q=playground", by=request.getfixturevalue(by) if by else None)


@pytest.mark.parametrize("address", ["/me/notices/", "/me/notices/ways/", "/me/follows/"])
def test_what_one_is_told_keeps_nobody_out(lena: User, nobody_is_kept_out, address: str) -> None:
    nobody_is_kept_out(address, by=lena)


def test_the_page_that_stops_mails_keeps_nobody_out(lena: User, nobody_is_kept_out) -> None:
    nobody_is_kept_out(stopping.address(lena.pk, Kind.COMMENTED).partition(":8000")[2])


@pytest.mark.parametrize("address", ["/desk/words/", "/desk/words/a-correction-was-asked-for/fr/"])
def test_the_words_of_the_mails_keep_nobody_out(clara: User, at, nobody_is_kept_out, address: str) -> None:
    at("reviewing")
    nobody_is_kept_out(address, by=clara)


def test_by_keyboard_alone_one_reads_what_is_new_and_says_so(lena: User, opened: Opened) -> None:
    page = opened("/", by=lena, width=360)
    bell = page.get_by_role("link", name="Notices 1 new")
    bell.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="A comment on A playground by the river")).to_be_visible()
    page.get_by_role("button", name="I have read all of it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Notices", exact=True)).to_be_visible()
