"""Departments in a browser: nobody is kept out, and each page works without JavaScript."""

from datetime import timedelta

import pytest

from budgeting.people import RoleName
from committee import departments, handling
from committee.asking import ask
from committee.models import Department
from tests.cast import drafted, middle_of, person

DAY = timedelta(days=1)


@pytest.fixture
def dora(db):
    return person("Dora", RoleName.DEPARTMENT)


@pytest.fixture
def asked(cycle, riverside_contest, rosa, martin, clara, dora, at):
    """Roads may hand work on to Parks; it has answered one question, and has two, of which one is late."""
    parks = departments.set_up(Department(), by=clara, name="Parks", people=[], hands_to=[])
    roads = departments.set_up(Department(), by=clara, name="Roads", people=[dora.pk], hands_to=[parks.pk])
    now = at("reviewing")
    proposals = []
    for title in ("A swing for everyone", "A bench on the quay", "Trees on the market"):
        proposals.append(drafted(rosa, riverside_contest, title=title))
        proposals[-1].submit(by=rosa, at=middle_of("proposing"))
    how = {"by": martin, "question": "Is the ground firm enough, and whose is it?"}
    made = ask(proposals[:2], roads, at=now - 5 * DAY, due=now - DAY, **how)
    made += ask(proposals[2:], roads, at=now, due=now + 5 * DAY, **how)
    found = {"verdict": "changes", "cost": 12_000_00, "upkeep": 300_00, "words": "On piles, since the quay gives way."}
    handling.answer(made[0], by=dora, at=now, begins=now.date(), **found)
    handling.accept(made[1:2], by=dora, at=now)
    handling.keep_draft(made[1], {"words": "The ground is firm."}, by=dora, at=now)
    return made


def test_everybody_can_set_up_departments(nobody_is_kept_out, asked, clara, dora) -> None:
    dora.email = "dora.of.the.roads.and.bridges@riverside.example"
    dora.save()
    nobody_is_kept_out("/desk/departments/", by=clara)
    nobody_is_kept_out(f"/desk/departments/{Department.objects.get(name='Roads').pk}/", by=clara)


def test_everybody_can_ask_a_department(nobody_is_kept_out, asked, martin, clara) -> None:
    proposal = asked[0].proposal
    nobody_is_kept_out(f"{proposal.get_absolute_url()}question/", by=clara)
    nobody_is_kept_out(f"{proposal.get_absolute_url()}decision/", by=martin)
    nobody_is_kept_out("/desk/2027/work/", by=clara)


def test_everybody_can_answer_and_hand_on(nobody_is_kept_out, asked, dora) -> None:
    nobody_is_kept_out("/me/department/", by=dora)
    for opinion in asked[:2]:
        nobody_is_kept_out(f"/me/department/{opinion.pk}/", by=dora)


def test_without_javascript_a_question_is_handed_on_and_another_answered(opened, asked, dora) -> None:
    page = opened("/me/department/", by=dora, java_script_enabled=False)
    page.get_by_label("Tick this one: Trees on the market").check()
    page.get_by_label("Hand it on to another department").check()
    page.get_by_label("Hand it on to", exact=True).select_option("Parks")
    page.get_by_label("Why").fill("They are yours.")
    page.get_by_role("button", name="Do so").click()
    page.get_by_text("Parks has it now.").wait_for()
    page.get_by_role("link", name="A bench on the quay").click()
    page.get_by_label("Feasible", exact=True).check()
    page.get_by_role("button", name="Hand in the answer").click()
    page.get_by_text("The committee has your answer.").wait_for()
    assert "The ground is firm." in page.content()
