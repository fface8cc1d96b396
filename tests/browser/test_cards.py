"""A member's card in a browser: nobody is kept out, it is kept as one types, and it works without JavaScript."""

import pytest
from playwright.sync_api import expect

from budgeting.people import RoleName
from committee.assigning import assign
from committee.models import Card, Question
from committee.noting import note
from tests.cast import drafted, middle_of, person


@pytest.fixture
def quay(cycle, riverside_contest, rosa, martin, at):
    """Rosa's proposal, with a question of each kind on the card of its assessment, and a note."""
    found = drafted(rosa, riverside_contest)
    found.submit(by=rosa, at=middle_of("proposing"))
    asked = (
        {"kind": "yes_no", "text": "Is it public land?", "comment_on": ["no"], "is_public": True},
        {"kind": "score", "most": 5, "text": "Is it good for the climate?", "help_text": "Shade, water, soil."},
        {"kind": "amount", "text": "What does it cost?"},
        {"kind": "choice", "text": "Who builds it?", "lines": "The city\nA company"},
    )
    for place, each in enumerate(asked):
        Question.objects.create(cycle=cycle, step="assessment", place=place, **each)
    note(found, by=martin, at=at("reviewing"), text="I asked the port.")
    return found


@pytest.fixture
def address(quay) -> str:
    return f"{quay.get_absolute_url()}cards/assessment/"


def fill_in(page) -> None:
    page.get_by_label("Yes").check()
    page.get_by_label("4", exact=True).check()
    page.get_by_role("textbox", name="What does it cost?", exact=True).fill("40 000")
    page.get_by_label("A company").check()


def test_everybody_can_fill_in_a_card_and_set_it_up(nobody_is_kept_out, quay, address, martin, clara) -> None:
    nobody_is_kept_out(address, by=martin)
    nobody_is_kept_out(f"{quay.get_absolute_url()}notes/", by=martin)
    question = Question.objects.first()
    for page in ("steps/", "questions/", "questions/new/", f"questions/{question.pk}/"):
        nobody_is_kept_out(f"/desk/2027/committee/{page}", by=clara)


def test_everybody_can_give_out_work(nobody_is_kept_out, quay, martin, clara) -> None:
    assign([quay], martin, by=clara, at=middle_of("reviewing"), due=None)
    nobody_is_kept_out("/desk/2027/work/", by=clara)
    nobody_is_kept_out("/me/work/", by=martin)
    nobody_is_kept_out(f"/me/work/{quay.assignments.get().pk}/", by=martin)


@pytest.mark.parametrize("script", [True, False])
def test_two_members_hand_in_and_read_each_other(opened, riverside, quay, address, martin, nobody_is_kept_out, script):
    mira = person("Mira", RoleName.COMMITTEE, district=riverside)
    for member in (martin, mira):
        page = opened(address, by=member, java_script_enabled=script)
        page.get_by_role("button", name="Hand it in").click()
        expect(page.get_by_role("heading", name="Something needs correcting")).to_be_visible()
        fill_in(page)
        page.get_by_role("button", name="Hand it in").click()
        expect(page.get_by_text("Your card is handed in.")).to_be_visible()
    expect(page.get_by_text("Martin: 4 of 5 points")).to_be_visible()
    if script:
        nobody_is_kept_out(address, by=mira)
        nobody_is_kept_out(f"{quay.get_absolute_url()}decision/", by=mira)


def test_a_card_is_kept_as_one_types(opened, address, martin) -> None:
    page = opened(address, by=martin)
    page.get_by_role("textbox", name="What does it cost?", exact=True).fill("about 40")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Kept as a draft,")).to_be_visible()
    page.reload()
    expect(page.get_by_role("textbox", name="What does it cost?", exact=True)).to_have_value("about 40")


def test_of_two_windows_the_second_is_told_and_keeps_what_was_typed(opened, address, martin) -> None:
    first, second = opened(address, by=martin), opened(address, by=martin)
    for page, cost in ((first, "10 000"), (second, "20 000")):
        page.get_by_role("textbox", name="What does it cost?", exact=True).fill(cost)
        page.keyboard.press("Tab")
        expect(page.get_by_text("Kept as a draft," if page is first else "saved in another window")).to_be_visible()
    expect(second.get_by_text("What does it cost? 10 000")).to_be_visible()
    expect(second.get_by_role("textbox", name="What does it cost?", exact=True)).to_have_value("20 000")
    second.get_by_role("button", name="Keep it as a draft").click()
    expect(second.get_by_text("Kept as a draft. Nobody else sees it.")).to_be_visible()
    assert Card.objects.get().answers.get().value == "20 000"
