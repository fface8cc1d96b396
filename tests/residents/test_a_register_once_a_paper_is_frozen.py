"""Once a ballot paper is frozen, who may vote is changed by two people (finding V9)."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from audit.models import AuditEvent
from budgeting.models import JointAct
from budgeting.two import Two
from lib.refusal import Refused
from residents import register_import
from residents.models import RegisterImport, Resident
from tests.cast import put_on_paper, signed_in
from tests.keeping import kept
from tests.papers import source_of

FILE = (
    b"identifier,name,birth_date,address,postcode,town,district\n"
    b"79033100120,Nowak Lucja,31/03/1979,Quay Street 1,1000,Halverne,Riverside\n"
)


@kept
def upload(riverside_contest, cycle, clara, at) -> RegisterImport:
    """A paper is frozen, and Clara has uploaded a register."""
    put_on_paper(riverside_contest)
    return register_import.preview(cycle, io.BytesIO(FILE), by=clara, at=at("presenting"))


def test_v9_one_person_alone_no_longer_changes_the_register(upload, clara, at) -> None:
    with pytest.raises(Refused, match="by two people"):
        register_import.confirm(upload, by=clara, at=at("presenting"))
    assert not Resident.objects.exists()


def test_v9_nor_does_the_command(upload, cycle, tmp_path) -> None:
    file = tmp_path / "register.csv"
    file.write_bytes(FILE)
    with pytest.raises(CommandError, match="by two people"):
        call_command("import_register", "2027", str(file), "--yes")
    assert not Resident.objects.exists()


def test_two_change_it_and_the_log_names_both(upload, clara, otto, at) -> None:
    register_import.confirm(upload, by=Two(clara, otto), at=at("presenting"))
    assert Resident.objects.count() == 1
    event = AuditEvent.objects.get(action="register imported")
    assert (event.actor, event.facts["confirmed_by"], event.facts["new"]) == (clara, otto.pk, 1)


def test_on_the_pages_the_second_sees_what_would_change(upload, clara, otto, at) -> None:
    at("presenting")
    page = f"/desk/2027/register/{upload.pk}/"
    act = signed_in(clara).post(page, {"confirm": "yes"}).url
    assert not Resident.objects.exists()
    assert act == JointAct.objects.get().get_absolute_url()
    second = signed_in(otto)
    assert "as uploaded" in source_of(second.get(act))
    second.post(f"{act}confirmation/")
    assert Resident.objects.count() == 1


def test_an_upload_that_was_dropped_meanwhile_is_not_taken(upload, clara, otto, at) -> None:
    act = signed_in(clara).post(f"/desk/2027/register/{upload.pk}/", {"confirm": "yes"}).url
    register_import.drop(upload, by=None, at=at("presenting"))
    assert "no longer stands" in source_of(signed_in(otto).post(f"{act}confirmation/", follow=True))
    assert not Resident.objects.exists()


def test_before_a_paper_is_frozen_one_is_enough(cycle, riverside, clara, at) -> None:
    made = register_import.preview(cycle, io.BytesIO(FILE), by=clara, at=at("proposing"))
    register_import.confirm(made, by=clara, at=at("proposing"))
    assert Resident.objects.count() == 1
