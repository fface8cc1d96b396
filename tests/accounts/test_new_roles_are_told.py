"""Whoever may confirm is told of everybody else who may: a second person that was made up is seen."""

from typing import Any

import pytest

from accounts import new_roles, tasks
from accounts.models import User
from budgeting.people import RoleName
from lib.jobs import PERIODIC
from tests.cast import person


@pytest.fixture
def told(clara: User, ines: User, mailoutbox: list[Any]) -> list[Any]:
    """The mails sent from now on; Clara and Ines know of each other."""
    new_roles.tell()
    mailoutbox.clear()
    return mailoutbox


def test_a_role_that_may_confirm_is_told_to_everybody_who_may(told, clara, ines, rosa) -> None:
    person("Mallory", RoleName.AUDITOR)
    new_roles.tell()
    assert {mail.to[0] for mail in told} == {clara.email, ines.email, "mallory@example.org"}
    assert all("mallory@example.org" in mail.body for mail in told)


def test_many_roles_are_one_mail_and_told_once(told) -> None:
    for name in ("Mallory", "Trent"):
        person(name, RoleName.CLERK)
    new_roles.tell()
    assert len(told) == 4
    new_roles.tell()
    assert len(told) == 4


def test_a_committee_s_member_confirms_nothing_and_is_not_told_of(told, martin) -> None:
    new_roles.tell()
    assert told == []


def test_the_worker_does_it_every_hour() -> None:
    assert tasks.tell_of_new_roles in [work.do for work in PERIODIC]
