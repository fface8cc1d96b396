"""What must not stand, in a browser: nobody is kept out of its pages, and reporting and hiding need no JavaScript."""

import pytest
from playwright.sync_api import expect

from tests.cast import drafted, picture


@pytest.fixture
def quay(riverside_contest, rosa, tomas, at):
    """Rosa's proposal with a photo, a comment of Tomas's and two versions."""
    now = at("proposing")
    found = drafted(rosa, riverside_contest)
    found.add_photo(by=rosa, at=now, file=picture(400, 300), alt="The empty quay")
    found.submit(by=rosa, at=now)
    found.edit(by=rosa, at=now, summary="Swings and shade.")
    found.comment(by=tomas, at=now, text="Fools!")
    return found


@pytest.fixture
def hidden(quay, rosa, clara, otto, at):
    """A photo, a version and the whole of it; Rosa has answered about the photo."""
    now = at("reviewing")
    for part in (quay.photos.get(), quay.versions.get(number=1)):
        part.hide(by=clara, at=now, reason="So.")
    quay.photos.get().hiding.answer_it(by=rosa, at=now, text="It is my own photo.")
    quay.hide(by=clara, at=now, reason="It tells of a neighbour.")
    return quay


def test_everybody_can_report_and_a_clerk_can_hide(nobody_is_kept_out, quay, rosa, clara) -> None:
    for thing in (quay, quay.photos.get(), quay.comments.get(), quay.versions.get(number=1)):
        nobody_is_kept_out(thing.page("complaint"), by=rosa)
        nobody_is_kept_out(thing.page("hiding"), by=clara)


def test_what_is_hidden_can_be_looked_at_confirmed_and_answered(nobody_is_kept_out, hidden, rosa, clara, otto) -> None:
    nobody_is_kept_out(hidden.get_absolute_url(), by=rosa)
    nobody_is_kept_out(hidden.page("authors_answer"), by=rosa)
    nobody_is_kept_out(hidden.photos.get().page("authors_answer"), by=rosa)
    nobody_is_kept_out(f"{hidden.get_absolute_url()}history/", by=clara)
    nobody_is_kept_out(hidden.page("hiding"), by=otto)
    nobody_is_kept_out(hidden.photos.get().page("hiding"), by=clara)
    nobody_is_kept_out("/desk/", by=clara)


def test_a_stranger_reads_why(opened, hidden) -> None:
    page = opened(hidden.get_absolute_url())
    expect(page.get_by_role("heading", level=1)).to_have_text("Proposal 1 is hidden")
    expect(page.get_by_text("It tells of a neighbour.")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_rosa_reports_a_comment_and_clara_hides_it_and_shows_it_again(opened, quay, rosa, clara, script) -> None:
    page = opened(quay.get_absolute_url(), by=rosa, java_script_enabled=script)
    page.get_by_role("link", name="Report the comment by Tomas").click()
    page.get_by_label("What is wrong").fill("It is rude.")
    page.get_by_role("button", name="Report it").click()
    expect(page.get_by_text("Thank you. A clerk will look at it.")).to_be_visible()
    page = opened("/desk/", by=clara, java_script_enabled=script)
    page.get_by_role("link", name="Reported: the comment “Fools!”").click()
    page.get_by_label("It insults or threatens people.").check()
    page.get_by_role("button", name="Hide it").click()
    expect(page.get_by_text("Fools!")).to_have_count(0)
    page.get_by_role("link", name="See it").click()
    page.get_by_role("button", name="Show it again").click()
    expect(page.get_by_text("Fools!")).to_be_visible()
