"""Proposals as a person meets them: found, supported, placed on the map; and nobody is kept out."""

import re

import pytest
from playwright.sync_api import expect

from tests.cast import conclude, drafted, enrol, middle_of, picture


@pytest.fixture
def city(riverside_contest, hillside_contest, rosa, tomas, clara, martin, at):
    """A discussed proposal with a photo in Riverside, one in Hillside, and a draft of Rosa's."""
    now = at("proposing")
    slide = drafted(rosa, riverside_contest)
    slide.add_photo(by=rosa, at=now, file=picture(400, 300), alt="The empty quay")
    slide.submit(by=rosa, at=now)
    slide.edit(
        by=rosa,
        at=now,
        description="## Now\n\nAn empty quay.\n\n#### Then\n\nA slide, and [trees](https://example.org).",
    )
    question = slide.comment(by=tomas, at=now, text="Is there shade?")
    slide.comment(by=martin, at=now, text="There will be trees.", parent=question)
    slide.comment(by=tomas, at=now, text="Fools!").hide(by=clara, at=now, reason="Insults people.")
    drafted(tomas, hillside_contest, title="Benches on the hill", longitude=1.5).submit(by=tomas, at=now)
    return slide, drafted(rosa, riverside_contest, title="A playground by the quay")


def test_everybody_can_read(nobody_is_kept_out, city):
    slide, _ = city
    for address in ("/2027/proposals/", slide.get_absolute_url(), f"{slide.get_absolute_url()}history/"):
        nobody_is_kept_out(address)


@pytest.mark.parametrize("page", ["what", "where", "cost", "photo", "preview", "discard"])
def test_everybody_can_write(nobody_is_kept_out, city, rosa, page):
    _, draft = city
    nobody_is_kept_out(draft.get_absolute_url().replace("what", page), by=rosa)


@pytest.mark.parametrize("page", ["", "edit/", "photos/", "withdrawal/"])
def test_everybody_can_take_care_of_a_proposal(nobody_is_kept_out, city, rosa, page):
    slide, _ = city
    nobody_is_kept_out(slide.get_absolute_url() + page, by=rosa)


def test_the_committee_and_the_clerks_can_work(nobody_is_kept_out, city, martin, clara, at):
    slide, _ = city
    comment = slide.comments.filter(hiding=None).first()
    nobody_is_kept_out(f"{slide.get_absolute_url()}comments/{comment.pk}/hiding/", by=clara)
    at("reviewing")
    nobody_is_kept_out(f"{slide.get_absolute_url()}decision/", by=martin)
    slide.decide(by=martin, at=middle_of("reviewing"), outcome="shortlist", reason="Good")
    conclude(slide, funded=True)
    at("delivering")
    nobody_is_kept_out(f"{slide.get_absolute_url()}milestones/", by=clara)
    nobody_is_kept_out(slide.get_absolute_url(), by=clara)


def test_a_filter_changes_list_map_and_address_together(opened, city):
    page = opened("/2027/proposals/")
    expect(page.locator(".map-pin")).to_have_count(2)
    page.get_by_text("Filter and sort").click()
    page.get_by_label("District").select_option("hillside")
    expect(page.get_by_role("heading", name="A playground by the river")).to_have_count(0)
    expect(page.locator(".map-pin")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"district=hillside"))
    page.locator(".map-pin").click()
    page.locator(".leaflet-popup-content a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Benches on the hill")


def test_without_javascript_the_search_finds_as_well(opened, city):
    page = opened("/2027/proposals/", java_script_enabled=False)
    page.get_by_label("Search for words").fill("playgruond")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("status")).to_contain_text("1 proposal")


@pytest.mark.parametrize("script", [True, False])
def test_tomas_presses_support_and_takes_it_back(opened, city, tomas, script):
    slide, _ = city
    enrol(tomas, slide.cycle, slide.contest.district)
    page = opened(slide.get_absolute_url(), by=tomas, java_script_enabled=script)
    page.get_by_role("button", name="I support this").click()
    expect(page.locator("#support")).to_contain_text("and you are one of them")
    assert slide.endorsements.count() == 1
    page.get_by_role("button", name="Take my support back").click()
    expect(page.get_by_role("button", name="I support this")).to_be_visible()
    assert slide.endorsements.count() == 0


def test_rosa_presses_on_the_map_and_the_place_is_kept(opened, city, rosa):
    _, draft = city
    page = opened(draft.get_absolute_url().replace("what", "where"), by=rosa)
    page.locator(".map").click(position={"x": 300, "y": 150})
    chosen = page.get_by_label("Latitude").input_value()
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What would it cost?")
    draft.refresh_from_db()
    assert draft.latitude == float(chosen) != 0.5
