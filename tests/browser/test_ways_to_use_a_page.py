"""With the keyboard alone, without JavaScript, in a city's own colour, on paper."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from budgeting.models import Contest, Cycle
from tests.browser.looking import Opened, barriers


@pytest.fixture(autouse=True)
def _it_is_voting_time(at: Callable[[str], datetime], riverside_contest: Contest, hillside_contest: Contest) -> None:
    at("voting")


def test_the_keyboard_alone_leads_from_the_first_page_to_a_district(opened: Opened) -> None:
    page = opened("/")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    expect(skip).to_have_text("Skip to the content")
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    for _ in range(30):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert focused.evaluate("e => getComputedStyle(e).outlineWidth") in ("3px", "0px")
        if "Riverside" in (focused.text_content() or "") and focused.evaluate("e => e.matches('.list a')"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Riverside")


def test_every_stop_of_the_keyboard_is_seen(opened: Opened) -> None:
    page = opened("/")
    stops = page.locator("a, button").count()
    for _ in range(stops):
        page.keyboard.press("Tab")
        ring = page.locator(":focus").evaluate(
            "e => [getComputedStyle(e).outlineStyle, getComputedStyle(e.querySelector('path') ?? e).strokeWidth]"
        )
        assert ring[0] == "solid" or ring[1] == "6px", page.locator(":focus").evaluate("e => e.outerHTML")


def test_without_javascript_the_language_changes_and_the_way_goes_on(opened: Opened) -> None:
    page = opened("/", java_script_enabled=False, width=360)
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html[lang=fr]")).to_have_count(1)
    page.locator(".list a", has_text="Riverside").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Riverside")


def test_without_javascript_a_map_leaves_its_place_to_the_words(opened: Opened, settings) -> None:
    settings.DEMO = True
    page = opened("/styleguide/", java_script_enabled=False)
    expect(page.locator(".map")).to_be_hidden()
    expect(page.get_by_label("Latitude")).to_be_visible()


def test_a_press_on_the_map_writes_the_place_and_typing_moves_the_pin(opened: Opened, settings) -> None:
    settings.DEMO = True
    page = opened("/styleguide/")
    page.locator(".map").click(position={"x": 200, "y": 150})
    assert -90 < float(page.get_by_label("Latitude").input_value()) < 90
    before = page.locator(".map-pin").bounding_box()
    page.get_by_label("Latitude").fill("0.1")
    page.get_by_label("Longitude").fill("0,1")
    page.keyboard.press("Tab")
    assert page.locator(".map-pin").bounding_box() != before


def test_a_form_sent_with_faults_leads_to_them(opened: Opened, settings) -> None:
    settings.DEMO = True
    page = opened("/styleguide/?title=x")
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_role("link", name="Estimated cost").click()
    expect(page.get_by_label("Estimated cost")).to_be_focused()
    assert page.get_by_label("Title").input_value() == "x"


@pytest.mark.parametrize("colour", ["#ffe600", "#000", "hotpink", "rgb(0 200 83)", "#fff"])
def test_whatever_colour_a_city_chooses_can_be_read(opened: Opened, settings, colour: str) -> None:
    settings.CITY_COLOUR = colour
    for scheme in ("light", "dark"):
        page = opened("/", color_scheme=scheme)
        assert barriers(page) == "", f"{colour}, {scheme}"


def test_on_paper_there_is_ink_on_white_and_no_control(opened: Opened) -> None:
    page = opened("/2027/riverside/", color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for control in (".site-nav", ".site-footer", ".crumbs"):
        expect(page.locator(control)).to_be_hidden()


def test_a_long_word_for_a_stage_goes_below_the_name_of_its_cycle(
    at: Callable[[str], datetime], opened: Opened
) -> None:
    now = at("voting")
    schools = Cycle.objects.create(slug="2027-schools", title="The schools' purse 2027", currency="EUR")
    schools.phases.create(stage="presenting", opens=now - timedelta(days=1), closes=now + timedelta(days=1))
    page = opened("/", width=360)
    page.get_by_role("button", name="Français").click()
    expect(page.locator(".tag", has_text="Présentation des projets retenus")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
