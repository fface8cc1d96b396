"""Roles: who may do what, in which district, and who said so."""

from django.contrib.auth.models import AnonymousUser
from django.test import Client

from accounts.models import User
from accounts.visitors import Visitor
from audit.models import AuditEvent
from budgeting.models import District
from budgeting.people import RoleName
from residents.models import Verification
from tests.cast import FIRST_DAY
from tests.keeping import kept


def test_a_committee_member_of_one_district_is_nobody_in_another(martin: User, riverside, hillside) -> None:
    assert martin.is_committee_for(riverside)
    assert not martin.is_committee_for(hillside)
    assert not martin.is_clerk


def test_a_role_without_district_holds_everywhere(rosa: User, clara: User, riverside, hillside) -> None:
    rosa.grant(RoleName.COMMITTEE, by=clara, at=FIRST_DAY)
    assert rosa.is_committee_for(riverside)
    assert rosa.is_committee_for(hillside)


def test_the_roles_are_read_once(django_assert_num_queries, martin: User, riverside, hillside) -> None:
    martin = User.objects.get(pk=martin.pk)
    with django_assert_num_queries(1):
        assert martin.is_committee_for(riverside)
        assert not martin.is_committee_for(hillside)
        assert not martin.is_clerk
        assert not martin.is_auditor
        assert martin.must_use_a_second_factor


def test_a_grant_and_a_revocation_are_on_record(rosa: User, clara: User, riverside: District) -> None:
    rosa.grant(RoleName.COMMITTEE, by=clara, at=FIRST_DAY, district=riverside)
    rosa.grant(RoleName.COMMITTEE, by=clara, at=FIRST_DAY, district=riverside)
    rosa.roles.get().revoke(by=clara, at=FIRST_DAY)
    assert [(event.actor, event.action, event.facts) for event in AuditEvent.objects.all()] == [
        (clara, "role granted", {"role": "committee", "district": "riverside"}),
        (clara, "role revoked", {"role": "committee", "district": "riverside"}),
    ]
    assert not User.objects.get(pk=rosa.pk).is_committee_for(riverside)


def test_a_visitor_answers_every_question_with_no(db, riverside: District, cycle) -> None:
    visitor = Visitor()
    assert isinstance(visitor, AnonymousUser)
    assert not any([visitor.is_clerk, visitor.is_council, visitor.is_auditor])
    assert not visitor.is_committee_for(riverside)
    assert not Verification.of(visitor, cycle)
    assert Verification.of(visitor, cycle) is None


@kept
def sam(clara: User) -> User:
    """A superuser."""
    clara.is_staff = clara.is_superuser = True
    clara.save()
    return clara


def test_the_set_up_shows_people_and_residents(client: Client, sam: User) -> None:
    client.force_login(sam)
    people = ("user", f"user/{sam.pk}/change")
    for page in (*(f"accounts/{page}" for page in people), "residents/resident"):
        assert client.get(f"/admin/{page}/").status_code == 200, page
    assert client.get("/admin/residents/resident/add/").status_code == 403


def test_the_set_up_opens_no_way_into_another_persons_account(client: Client, sam: User, rosa: User) -> None:
    """A new address, a session's key or a second factor of somebody else's would let Sam vote as Rosa, unseen."""
    client.force_login(sam)
    client.post(
        f"/admin/accounts/user/{rosa.pk}/change/", {"email": "sam@example.org", "name": "Rosa", "is_active": "on"}
    )
    rosa.refresh_from_db()
    assert rosa.email == "rosa@example.org"
    for page in (
        "account/emailaddress",
        "usersessions/usersession",
        "socialaccount/socialaccount",
        "socialaccount/socialapp",
        "auth/group",
    ):
        assert client.get(f"/admin/{page}/add/").status_code == 404, page
        assert client.get(f"/admin/{page}/").status_code == 404, page
    assert client.get("/admin/mfa/authenticator/").status_code == 404
