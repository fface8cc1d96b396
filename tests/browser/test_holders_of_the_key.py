"""Clara calls the holders of the key together; Ines takes her sheet on her phone, without scripts."""

import re
from collections.abc import Callable
from datetime import datetime

from playwright.sync_api import Page, expect

from accounts.models import User
from ballots import keeper
from ballots.models import BallotBoxKey, Ceremony, Rehearsal
from budgeting.models import Contest, Cycle
from tests.browser.looking import Opened, barriers, sticking_out

BOX = "/2027/box/"
ON_THE_PHONE = {"width": 360, "height": 800}  # without scripts


def looks_well(page: Page) -> None:
    """Whoever has no scripts is not asked: what looks for barriers is one."""
    if page.viewport_size != ON_THE_PHONE:
        assert (barriers(page), sticking_out(page)) == ("", [])


def taken(page: Page) -> str:
    """A holder has their sheet shown and types it back. Its words."""
    page.get_by_role("button", name="Show my sheet").click()
    words = " ".join(re.findall(r"<li><code>(\w+)</code></li>", page.content()))
    looks_well(page)
    page.get_by_role("link", name="I have it on paper").click()
    page.get_by_label("The twelve words of your sheet").fill(words)
    looks_well(page)
    page.get_by_role("button", name="Take the sheet").click()
    return words


def given(page: Page, words: str) -> None:
    page.get_by_label("The twelve words of your sheet").fill(words)
    page.get_by_role("button", name="Give these words").click()


def test_each_from_where_they_sit(
    opened: Opened,
    cycle: Cycle,
    riverside_contest: Contest,
    clara: User,
    ines: User,
    keepers: object,
    at: Callable[[str], datetime],
) -> None:
    at("presenting")
    desk = opened(BOX, by=clara)
    for holder in (clara, ines):
        desk.get_by_label(holder.named).check()
    desk.get_by_role("button", name="Call the holders together").click()
    expect(desk.get_by_text("It is being prepared.")).to_be_visible()
    keeper.start_what_waits()
    expect(desk.get_by_text("Each holder takes their own sheet, signed in")).to_be_visible(timeout=60_000)
    looks_well(desk)
    hers = opened("/desk/", by=ines, width=360, java_script_enabled=False)
    hers.get_by_role("link", name="your sheet of the key is asked for").click()
    words = {ines: taken(hers)}
    expect(hers.get_by_text("Your sheet is taken.")).to_be_visible()
    expect(desk.get_by_role("status")).to_contain_text("taken")  # without being loaded anew
    desk.get_by_role("link", name="Go to your own sheet").click()
    words[clara] = taken(desk)
    expect(desk.get_by_text("the key came into force")).to_be_visible()
    assert BallotBoxKey.objects.get().shares == 2
    desk.goto(desk.url.replace("sheet/", ""))
    desk.get_by_role("button", name="Call the holders together for the rehearsal").click()
    keeper.start_what_waits()
    expect(desk.get_by_text("Each holder types the words")).to_be_visible(timeout=60_000)
    hers.goto(hers.url)
    given(hers, words[ines])
    desk.get_by_role("link", name="Go to your own sheet").click()
    given(desk, words[clara])
    expect(desk.get_by_text("The test envelope was opened.")).to_be_visible(timeout=60_000)
    assert Rehearsal.objects.get().share_numbers == [1, 2]
    assert list(Ceremony.objects.values_list("end", flat=True)) == ["done", "done"]
