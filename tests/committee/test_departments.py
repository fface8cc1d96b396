"""A clerk sets up the departments of the city: their people, and which may hand work to which."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import invitations
from accounts.invitations import Offer
from accounts.models import Role, User
from audit.models import AuditEvent
from budgeting.people import RoleName
from committee import departments
from committee.models import Department, DepartmentMember, MayHand
from lib.refusal import Refused
from tests.cast import person, signed_in
from tests.papers import words_on

DESK = "/desk/departments/"


@pytest.fixture
def desk(clara: User, now):
    return signed_in(clara)


def test_a_clerk_adds_a_department_names_its_people_and_its_ways(desk, dora, clara) -> None:
    parks = departments.set_up(Department(), by=clara, name="Parks", people=[], hands_to=[])
    answer = desk.post(DESK, {"name": " Roads ", "people": [dora.pk], "hands_to": [parks.pk]}, follow=True)
    said = words_on(answer)
    assert "Roads can be asked from now on." in said
    assert "may hand work on to Parks" in said
    roads = Department.objects.get(name="Roads")
    assert list(departments.people_of(roads)) == [dora]
    assert list(departments.of(dora)) == [roads]
    entry = AuditEvent.objects.filter(action="department set up").latest("number")
    assert entry.facts == {"name": [None, "Roads"], "people": [[], [dora.pk]], "hands_to": [[], [parks.pk]]}


def test_it_is_changed_on_record_and_saving_the_same_again_is_none(desk, roads, dora) -> None:
    address = f"{DESK}{roads.pk}/"
    before = AuditEvent.objects.count()
    desk.post(address, {"name": "Roads", "people": [dora.pk]})
    assert AuditEvent.objects.count() == before
    desk.post(address, {"name": "Roads and bridges"})
    assert AuditEvent.objects.latest("number").facts == {
        "name": ["Roads", "Roads and bridges"],
        "people": [[dora.pk], []],
    }
    assert not departments.people_of(roads).exists()


def test_two_are_not_called_alike_and_what_was_typed_stays(desk, roads) -> None:
    answer = desk.post(DESK, {"name": "ROADS"})
    assert answer.status_code == 422
    assert "There is a department of this name already." in words_on(answer)
    assert 'value="ROADS"' in answer.text
    with pytest.raises(IntegrityError, match="one_department_of_a_name"), transaction.atomic():
        Department.objects.create(name="roads")


def test_only_whoever_holds_the_role_works_for_one(clara, rosa, roads, dora, now) -> None:
    with pytest.raises(Refused, match="Only whoever holds the role"):
        departments.set_up(roads, by=clara, name="Roads", people=[rosa.pk], hands_to=[])
    Role.objects.filter(user=dora).update(ends=now)
    again = User.objects.get(pk=dora.pk)
    assert not departments.of(again).exists(), "their term is over"
    assert not departments.people_of(roads).exists()
    departments.set_up(roads, by=clara, name="Streets", people=[dora.pk], hands_to=[])
    assert DepartmentMember.objects.filter(member=dora).exists(), "another name takes nobody away"


def test_a_department_hands_nothing_to_itself(clara, roads) -> None:
    with pytest.raises(Refused, match="to another one"):
        departments.set_up(roads, by=clara, name="Roads", people=[], hands_to=[roads.pk])
    with pytest.raises(IntegrityError, match="a_department_hands_work_to_another"), transaction.atomic():
        MayHand.objects.create(department=roads, to=roads)


def test_one_that_has_ended_is_offered_no_more_and_can_be_again(desk, roads) -> None:
    desk.post(f"{DESK}{roads.pk}/offer/", {"no-more": ""})
    desk.post(f"{DESK}{roads.pk}/offer/", {"no-more": ""})
    assert not departments.offered().exists()
    assert "asked nothing more" in words_on(desk.get(DESK))
    desk.post(f"{DESK}{roads.pk}/offer/", {"again": ""})
    assert list(departments.offered()) == [roads]
    said = list(AuditEvent.objects.order_by("number").values_list("action", flat=True))
    assert [each for each in said if each.startswith("department ")][-2:] == ["department ended", "department offered"]


def test_the_role_is_the_whole_citys(clara, rosa, riverside, now, at) -> None:
    what = Offer("rosa@example.org", "Rosa", RoleName.DEPARTMENT, riverside, now, at("results"))
    with pytest.raises(Refused, match="A department is the whole city"):
        invitations.offer(what, by=clara, at=now, language="en")


@pytest.mark.parametrize("who", ["rosa", "martin", "ines", "otto", "dora"])
def test_others_set_up_none(roads, who, request) -> None:
    browser = signed_in(request.getfixturevalue(who))
    assert browser.get(DESK).status_code == 404
    assert browser.post(DESK, {"name": "Mine"}).status_code == 404
    assert browser.post(f"{DESK}{roads.pk}/", {"name": "Mine"}).status_code == 404
    assert browser.post(f"{DESK}{roads.pk}/offer/", {"no-more": ""}).status_code == 403
    assert Department.objects.get().name == "Roads"


def test_thirty_departments_take_no_more_statements_than_three(desk, clara, db) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            desk.get(DESK)
        return len(asked)

    def add(numbers: range) -> None:
        for number in numbers:
            staff = [person(f"Dora{number}", RoleName.DEPARTMENT).pk]
            others = list(Department.objects.values_list("pk", flat=True))
            departments.set_up(Department(), by=clara, name=f"Roads {number}", people=staff, hands_to=others)

    add(range(3))
    statements()
    few = statements()
    add(range(3, 12))
    assert statements() == few
