"""A committee from its set-up to the published shortlist, in a browser, as everybody who has a part in it.

Once on a phone, where what matters is done with the keyboard alone, and once on a screen without JavaScript. And a
committee of three of which nothing was set up.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from budgeting.models import Contest, District
from budgeting.people import RoleName
from budgeting.stages import Stage
from committee import publishing
from notices.spreading import spread
from proposals.models import Proposal
from tests.browser.looking import Opened, barriers
from tests.cast import drafted, middle_of, person

SHORTLIST = "/2027/shortlist/"
MOST_STOPS = 120  # of the keyboard on one page


@pytest.fixture
def members(martin: User, riverside: District) -> tuple[User, User, User]:
    return martin, *(person(name, RoleName.COMMITTEE, district=riverside) for name in ("Mira", "Milan"))


@pytest.fixture
def submitted(riverside_contest: Contest, rosa: User, tomas: User) -> list[Proposal]:
    found = []
    for author, title in ((rosa, "Swings at the quay"), (tomas, "Cycle stands"), (tomas, "A bee hotel")):
        proposal = drafted(author, riverside_contest, title=title)
        proposal.submit(by=author, at=middle_of("proposing"))
        found.append(proposal)
    return found


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Turn the clock to a moment."""

    def turn(moment: datetime) -> None:
        monkeypatch.setattr("lib.clock.now", lambda: moment)
        monkeypatch.setattr("lib.clock.of_the_database", lambda: moment)

    return turn


class Visitor:
    """Somebody at a browser. Each page they come to is looked at: one heading, no sideways scrolling, names."""

    def __init__(self, opened: Opened, person: User | None, *, width: int, script: bool) -> None:
        self.opened, self.person, self.width, self.script = opened, person, width, script
        self.clicks = 0
        self.seen: set[str] = set()
        self._page: Page | None = None

    @property
    def page(self) -> Page:
        assert self._page
        return self._page

    def goes_to(self, address: str) -> Page:
        if self._page is None:
            self._page = self.opened(address, by=self.person, width=self.width, java_script_enabled=self.script)
        else:
            self._page.goto("/".join(self._page.url.split("/")[:3]) + address)
        self._looks()
        return self._page

    def clicks_on(self, target: Locator) -> Page:
        target.click()
        self.clicks += 1
        self._looks()
        return self.page

    def presses(self, target: Locator, key: str = "Enter") -> None:
        """With the keyboard alone: on from where they are until they stand on it."""
        wanted = target.element_handle()
        for _stop in range(MOST_STOPS):
            if self.page.evaluate("each => document.activeElement === each", wanted):
                self.page.keyboard.press(key)
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"the keyboard does not get to {target}")

    def _looks(self) -> None:
        page = self.page
        page.wait_for_load_state()
        assert page.locator("h1").count() == 1, page.url
        if self.script and page.url not in self.seen:
            self.seen.add(page.url)
            assert page.evaluate("document.documentElement.scrollWidth") <= self.width, f"{page.url} scrolls sideways"
            assert barriers(page, "button-name", "link-name", "label", "select-name") == "", page.url


def day_and_time(page: Page, name: str, day: str) -> None:
    page.locator(f"#id_{name}_0").fill(day)
    page.locator(f"#id_{name}_1").fill("09:00")


@pytest.mark.parametrize(("width", "script"), [(360, True), (1280, False)])
def test_from_set_up_to_the_published_shortlist(
    opened, submitted, members, cycle, clara, rosa, at, clock, width, script
) -> None:
    now = at("reviewing")
    martin, mira, milan = members
    quay, *_others = submitted
    clerk, chair, member, recused, author, anybody = (
        Visitor(opened, who, width=width, script=script) for who in (clara, martin, mira, milan, rosa, None)
    )

    # A clerk sets the committee up.
    page = clerk.goes_to("/desk/")
    clerk.clicks_on(page.get_by_role("link", name="Chair, quorum and seats"))
    clerk.clicks_on(page.get_by_role("link", name="Riverside").last)
    page.locator("#id_quorum").fill("2")
    page.get_by_label("Chair", exact=True).select_option(str(martin.pk))
    clerk.clicks_on(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Saved. It counts")).to_be_visible()
    page = clerk.goes_to("/desk/")
    clerk.clicks_on(page.get_by_role("link", name="Steps of the review"))
    for name, day in (
        *(("assessment_opens", "2027-02-03"), ("assessment_closes", "2027-02-20")),
        *(("decision_opens", "2027-02-20"), ("decision_closes", "2027-03-05")),
    ):
        day_and_time(page, name, day)
    clerk.clicks_on(page.get_by_role("button", name="Set the steps"))
    expect(page.get_by_text("The steps of the review are set.")).to_be_visible()
    clerk.clicks_on(page.get_by_role("link", name="Questions of the cards"))
    clerk.clicks_on(page.get_by_role("button", name="Start from the ready-made questions"))
    page = clerk.goes_to("/desk/")
    clerk.clicks_on(page.get_by_role("link", name="Who prepares what"))
    page.get_by_label(f"{quay.number}. {quay.title}").check()
    page.get_by_label("Give them to").select_option(str(martin.pk))
    clerk.clicks_on(page.get_by_role("button", name="Give out those that are ticked"))

    # Everybody sees who sits there and when it goes on.
    page = anybody.goes_to("/2027/committee/")
    expect(page.get_by_text("2 members have to vote.")).to_be_visible()
    page = anybody.goes_to("/2027/")
    expect(page.locator(".timeline .parts > li", has_text="Assessment").locator(".now")).to_be_visible()

    # Whom it was given to fills in their card: kept, then handed in.
    page = chair.goes_to("/desk/")
    link = page.locator("section", has_text="Cards to fill in: Assessment").get_by_role("link", name=quay.title)
    address = link.get_attribute("href")
    chair = Visitor(opened, martin, width=width, script=script)
    page = chair.goes_to(address)
    page.get_by_role("textbox", name="What would it cost to build?", exact=True).fill("40 000")
    chair.clicks_on(page.get_by_role("button", name="Keep it as a draft"))
    chair.clicks_on(page.get_by_role("button", name="Hand it in"))
    expect(page.get_by_role("heading", name="Something needs correcting")).to_be_visible()
    page.get_by_label("Yes").check()
    page.get_by_role("textbox", name="What would it cost in a year to keep up?", exact=True).fill("500")
    page.get_by_label("By a company").check()
    for score in page.get_by_label("4", exact=True).all():
        score.check()
    chair.clicks_on(page.get_by_role("button", name="Hand it in"))
    expect(page.get_by_text("Your card is handed in.")).to_be_visible()

    # Another asks the author for a correction, who answers; it stands on top of the desk until it is looked at.
    page = member.goes_to(f"{quay.get_absolute_url()}decision/")
    page.get_by_text("Ask the author for a correction").click()
    page.get_by_label("What is to be corrected").fill("Say who looks after it.")
    member.clicks_on(page.get_by_role("button", name="Return it to the author"))
    clock(now + timedelta(hours=1))
    page = author.goes_to(quay.get_absolute_url())
    expect(page.get_by_role("heading", name="The committee asks you for a correction")).to_be_visible()
    author.clicks_on(page.get_by_role("link", name="Change my proposal").first)
    expect(page.get_by_text("Say who looks after it.")).to_be_visible()
    page.get_by_label("Description").fill("The neighbours look after it.")
    author.clicks_on(page.get_by_role("button", name="Publish the changes"))
    page = member.goes_to("/desk/")
    expect(page.locator("h2").first).to_have_text("Corrections to look at again")
    member.clicks_on(page.get_by_role("link", name=quay.title))
    member.clicks_on(page.get_by_role("button", name="I have looked at it"))

    # One has an interest, and sees nothing of it from then on.
    page = recused.goes_to(f"{quay.get_absolute_url()}decision/")
    page.get_by_text("I have an interest in this, and take no part in it").click()
    page.get_by_label("Family or household").check()
    recused.clicks_on(page.get_by_role("button", name="Take no part in it"))
    page = recused.goes_to(f"{quay.get_absolute_url()}decision/")
    expect(page.locator("main")).to_contain_text("You take no part in this proposal")
    expect(page.locator("main")).not_to_contain_text("Cards")

    # The step of decisions: the chair puts it to the vote, another votes, with the keyboard alone.
    clock(cycle.window(Stage.REVIEWING).closes - timedelta(days=5))
    page = chair.goes_to("/desk/")
    chair.clicks_on(page.locator("section", has_text="Proposals to decide on").get_by_role("link", name=quay.title))
    page.get_by_label("Put on the shortlist", exact=True).check()
    page.get_by_label("Public reason").fill("The quay belongs to the city.")
    chair.clicks_on(page.get_by_role("button", name="Put it to the vote, and vote for it"))
    expect(page.get_by_text("Your vote is recorded.")).to_be_visible()
    page = member.goes_to("/desk/")
    to_vote = page.locator("section", has_text="Put to the vote, and you have not voted").get_by_role(
        "link", name=quay.title
    )
    if script:
        member.presses(to_vote)
        expect(page.get_by_role("heading", name="Put on the shortlist")).to_be_visible()
        member.presses(page.get_by_label("For", exact=True), "Space")
        member.presses(page.get_by_role("button", name="Vote", exact=True))
    else:
        member.clicks_on(to_vote)
        page.get_by_label("For", exact=True).check()
        member.clicks_on(page.get_by_role("button", name="Vote", exact=True))
    expect(page.get_by_text("The committee has decided.")).to_be_visible()
    expect(page.locator(".notice.good", has_text="That is not public yet")).to_be_visible()
    expect(recused.goes_to("/desk/").locator("main")).not_to_contain_text(quay.title)

    # Nobody else hears of it before its day.
    for visitor in (anybody, author):
        for address in (SHORTLIST, quay.get_absolute_url()):
            expect(visitor.goes_to(address).locator("main")).not_to_contain_text("The quay belongs to the city.")
    closes = cycle.window(Stage.REVIEWING).closes
    clock(closes)
    publishing.publish_due(closes)
    page = anybody.goes_to(SHORTLIST)
    expect(page.get_by_role("heading", name="1 project is on the ballot")).to_be_visible()
    anybody.clicks_on(page.get_by_role("link", name=quay.title))
    for said in (
        "Put on the shortlist",
        "The quay belongs to the city.",
        "Milan takes no part in its review: Family or household",
    ):
        expect(page.locator("main")).to_contain_text(said)
    anybody.clicks_on(page.get_by_role("link", name="How the committee voted"))
    expect(page.get_by_text("2 for, 0 against, 0 abstaining.")).to_be_visible()
    expect(author.goes_to(quay.get_absolute_url()).locator(".eyebrow")).to_contain_text("Shortlisted")
    spread(closes)
    expect(author.goes_to("/me/notices/").locator("main")).to_contain_text(f"Decided: {quay.title}")


CLICKS = {"to put it to the vote": 3, "to vote": 3}  # on a proposal, from the desk and back to it


def test_a_committee_of_three_decides_without_any_set_up(opened, submitted, members, cycle, at, clock) -> None:
    """A link, a choice and a button for each proposal, and the same for the second vote."""
    at("reviewing")
    martin, mira, _milan = members
    first, second, anybody = (Visitor(opened, who, width=360, script=True) for who in (martin, mira, None))
    for proposal, outcome in zip(
        submitted, ("Put on the shortlist", "Not put on the shortlist", "Kept for the next round"), strict=True
    ):
        page = first.goes_to("/desk/")
        first.clicks_on(page.get_by_role("link", name=proposal.title))
        page.get_by_label(outcome, exact=True).check()
        page.get_by_label("Public reason").fill("We talked it over.")
        first.clicks_on(page.get_by_role("button", name="Put it to the vote, and vote for it"))
        page = second.goes_to("/desk/")
        second.clicks_on(page.get_by_role("link", name=proposal.title))
        page.get_by_label("For", exact=True).check()
        second.clicks_on(page.get_by_role("button", name="Vote", exact=True))
        expect(page.get_by_text("The committee has decided.")).to_be_visible()
    choices = len(submitted)
    assert first.clicks + choices == CLICKS["to put it to the vote"] * len(submitted)
    assert second.clicks + choices == CLICKS["to vote"] * len(submitted)
    expect(first.goes_to("/desk/").locator("main")).to_contain_text("No proposal waits for you to put a decision")
    closes = cycle.window(Stage.REVIEWING).closes
    clock(closes)
    publishing.publish_due(closes)
    page = anybody.goes_to(SHORTLIST)
    expect(page.get_by_role("heading", name="1 project is on the ballot")).to_be_visible()
    expect(page.get_by_role("heading", name="2 proposals are not on the ballot")).to_be_visible()
