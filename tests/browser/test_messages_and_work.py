"""Messages between the committee and an author, and work in bulk, in a browser: for everybody, on any screen."""

import pytest
from playwright.sync_api import expect

from budgeting.people import RoleName
from committee import assigning, messaging
from tests.cast import drafted, middle_of, person


@pytest.fixture
def quay(riverside_contest, riverside, rosa, martin, clara, at):
    """Rosa's proposals; the first is Martin's to prepare, who has asked her something; she has answered."""
    now = at("reviewing")
    person("Mira", RoleName.COMMITTEE, district=riverside)
    found = [drafted(rosa, riverside_contest, title=title) for title in ("A bench on the quay", "A slide", "A tree")]
    for each in found:
        each.submit(by=rosa, at=middle_of("proposing"))
    assigning.assign(found[:2], martin, by=clara, at=now, due=now)
    assigning.assign(found[2:], martin, by=clara, at=now, due=now)
    messaging.write_to_author(found[0], by=martin, at=now, text="Would a place beside the school do as well?")
    messaging.answer(found[0], by=rosa, at=now, text="Yes, and it has more shade.")
    return found[0]


def test_no_page_of_it_keeps_anybody_out(quay, rosa, martin, clara, nobody_is_kept_out) -> None:
    nobody_is_kept_out(f"{quay.get_absolute_url()}messages/", by=clara)
    nobody_is_kept_out(f"/me/messages/{quay.pk}/", by=rosa)
    nobody_is_kept_out("/me/work/", by=martin)
    nobody_is_kept_out("/desk/2027/work/", by=clara)
    nobody_is_kept_out("/me/to-do/answers/", by=martin)


@pytest.mark.parametrize("scripts", [True, False])
def test_an_author_answers_on_a_phone(quay, rosa, martin, opened, scripts: bool) -> None:
    page = opened(f"/me/messages/{quay.pk}/", by=rosa, width=360, java_script_enabled=scripts)
    expect(page.get_by_text("Would a place beside the school do as well?")).to_be_visible()
    page.get_by_label("Your answer").fill("There is a fountain, too.")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("There is a fountain, too.")).to_be_visible()
    page = opened(f"{quay.get_absolute_url()}decision/", by=martin, width=360, java_script_enabled=scripts)
    expect(page.get_by_text("There is a fountain, too.")).to_be_visible()
    page.get_by_role("button", name="I have read the author’s answer").click()
    expect(page.get_by_text("read by Martin").first).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_several_authors_are_written_to_and_work_is_handed_on(quay, clara, martin, opened, scripts: bool) -> None:
    page = opened("/desk/2027/work/", by=clara, java_script_enabled=scripts)
    for title in ("1. A bench on the quay", "2. A slide"):
        page.get_by_label(title).check()
    page.get_by_role("button", name="Write to their authors").click()
    page.get_by_label("Your message to the authors").fill("How wide is “{title}”?")
    page.get_by_role("button", name="Look at it first").click()
    expect(page.get_by_role("blockquote").get_by_text("How wide is “A bench on the quay”?")).to_be_visible()
    page.get_by_role("button", name="Send it to all of them").click()
    expect(page.get_by_text("2 messages are on their way.")).to_be_visible()
    page = opened("/me/work/", by=martin, width=360, java_script_enabled=scripts)
    page.get_by_label("Choose number 3").check()
    page.get_by_role("button", name="Hand on, or give back").click()
    page.get_by_label("Hand it on to").select_option("Mira")
    page.get_by_label("Why").fill("You know the trees.")
    page.get_by_role("button", name="Do so").click()
    expect(page.get_by_text("1 proposal is in other hands now.")).to_be_visible()
