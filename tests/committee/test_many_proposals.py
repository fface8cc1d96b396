"""Where a member has hundreds to do and a chair's list has thousands, pages ask no more and show no more at once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from committee.models import Assignment, Correction, Motion, Office, Question
from committee.models.committee import Committee
from committee.to_do import ON_THE_DESK, PER_PAGE
from front.desk_today import MOST
from front.waiting import waits_for
from proposals.models import Decision, Proposal
from tests.cast import drafted, middle_of, signed_in
from tests.papers import words_on
from tests.thoroughness import many

DAY = timedelta(days=1)
LISTS = ("formal", "corrections", "votes", "proposals")


@pytest.fixture
def more(riverside_contest, rosa: User, three, now) -> Callable[[int], None]:
    """more(3): three proposals of each kind more that wait for Martin, who chairs; three of them assigned to him."""
    Question.objects.create(cycle=riverside_contest.cycle, step="formal", kind="yes_no", text="Is it complete?")
    committee = Committee.objects.create(cycle=riverside_contest.cycle)
    Office.objects.create(committee=committee, member=three[0], rank=0)
    pattern = drafted(rosa, riverside_contest)

    def proposals(number: int, title: str) -> list[Proposal]:
        last = Proposal.objects.filter(number__isnull=False).count()
        fields = {field.attname: getattr(pattern, field.attname) for field in Proposal._meta.concrete_fields}
        fields |= {"id": None, "title": title, "submitted_at": middle_of("proposing")}
        made = [Proposal(**fields | {"number": last + place}) for place in range(1, number + 1)]
        return Proposal.objects.bulk_create(made)

    def add(number: int) -> None:
        assigned = proposals(number, "Mine to prepare")
        Assignment.objects.bulk_create(
            Assignment(proposal=each, member=three[0], at=now, due=now - DAY) for each in assigned
        )
        motions = {"outcome": "reject", "reason": "No.", "by": three[1], "at": now, "closes": now + DAY, "salt": b"x"}
        Motion.objects.bulk_create(Motion(proposal=each, **motions) for each in proposals(number, "To vote on"))
        returned = {"outcome": "return", "reason": "Where?", "by": three[1], "at": now - DAY, "until": now - DAY / 2}
        decisions = Decision.objects.bulk_create(
            Decision(proposal=each, **returned) for each in proposals(number, "To look at")
        )
        Correction.objects.bulk_create(Correction(decision=each) for each in decisions)

    return add


def asked(browser, address: str) -> tuple[int, str]:
    browser.get(address)
    with CaptureQueriesContext(connection) as statements:
        answer = browser.get(address)
    assert answer.status_code == 200
    return len(statements), answer.text


@pytest.mark.long
def test_300_on_a_members_desk_and_3000_on_a_chairs_list_take_no_more_statements_than_3(
    more, three, clara, now
) -> None:
    """With --long in so many rows; ordinarily with fewer, which are more than a page."""
    chair, clerk = signed_in(three[0]), signed_in(clara)
    pages = [(chair, f"/me/to-do/{each}/") for each in LISTS]
    pages += [(chair, "/desk/"), (chair, "/me/work/"), (chair, "/desk/2027/work/"), (clerk, "/desk/2027/work/")]
    pages += [(chair, "/me/work/?q=prepare"), (clerk, "/desk/2027/work/?whose=overdue&q=prepare")]
    more(3)
    few = [asked(*page)[0] for page in pages]
    more(many(60, 1_000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    found = [asked(*page) for page in pages]
    assert [statements for statements, _text in found] == few
    for (_browser, address), (_statements, text) in zip(pages, found, strict=True):
        shown = sum(text.count(title) for title in ("Mine to prepare", "To vote on", "To look at"))
        most = len(LISTS) * ON_THE_DESK if address == "/desk/" else PER_PAGE
        assert 3 <= shown <= most * (1 + text.count('type="checkbox"')), address


@pytest.mark.long
def test_what_is_not_on_the_desk_is_on_the_page_of_its_list(more, three) -> None:
    more(ON_THE_DESK + 1)
    browser = signed_in(three[0])
    desk = browser.get("/desk/").text
    for name in ("votes", "proposals", "formal"):
        assert f'href="/me/to-do/{name}/"' in desk
    page = browser.get("/me/to-do/votes/")
    assert page.text.count("To vote on") == ON_THE_DESK + 1
    assert "No proposal fits." in words_on(browser.get("/me/to-do/votes/?q=bicycles"))
    assert browser.get("/me/to-do/letters/").status_code == 404


@pytest.mark.long
def test_the_mail_of_the_day_counts_what_it_does_not_list(more, three, now) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            waits_for(User.objects.get(pk=three[0].pk), now)
        return len(asked)

    more(3)
    few = statements()
    more(60)
    assert statements() == few
    waiting = waits_for(three[0], now)
    assert len(waiting) == 4 * (MOST + 1)
    told = {each.words: each for each in waiting}
    rest = told["Put to the vote, and you have not voted: 23 more"]
    assert (rest.path, rest.things) == ("/me/to-do/votes/", 23)
    assert sum(each.things for each in waiting) == 63 * 5, "63 to vote on, to look at, to decide on; 126 cards"


def test_nothing_on_it_where_nothing_waits(three, rosa, now) -> None:
    assert "Nothing of this waits for you." in words_on(signed_in(three[0]).get("/me/to-do/proposals/"))
    assert "Nothing of this waits for you." in words_on(signed_in(rosa).get("/me/to-do/proposals/"))
