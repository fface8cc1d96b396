"""What the tests of a file share is for each of them as if it had been made for it alone."""

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from budgeting.models import Cycle
from lib import clock
from tests.cast import middle_of
from tests.databases import refused_by_the_database
from tests.keeping import kept

THRICE = pytest.mark.parametrize("turn", [1, 2, 3])
MADE = []


@kept
def letter(rosa: User, cycle: Cycle, at) -> dict[str, User]:
    """Rosa has been written to, while people vote."""
    MADE.append(rosa)
    at("voting")
    mail.send_mail("Hello", "Dear Rosa", None, [rosa.email])
    return {"to": rosa}


@THRICE
def test_what_a_test_changes_is_for_the_next_as_it_was(turn, letter, rosa, cycle) -> None:
    assert len(MADE) == 1
    assert letter["to"] is rosa
    assert rosa.name == User.objects.get().name == "Rosa"
    assert [each.to for each in mail.outbox] == [[rosa.email]]
    assert clock.now() == middle_of("voting")
    rosa.name = "Rose"
    rosa.save()
    mail.outbox[0].to.append("others@example.org")
    cycle.phases.all().delete()


@THRICE
def test_what_a_test_breaks_is_whole_for_the_next(turn, letter, rosa) -> None:
    assert User.objects.get() == rosa
    with pytest.raises(IntegrityError):
        User.objects.create(email=rosa.email)  # PostgreSQL takes nothing more in this transaction


@THRICE
def test_what_a_test_wants_checked_at_once_is_checked_at_the_end_for_the_next(turn, letter, cycle) -> None:
    insert = "INSERT INTO budgeting_phase (cycle_id, stage, opens) VALUES (0, 'voting', now())"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(insert)
        transaction.set_rollback(True)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert "foreign key" in refused_by_the_database(insert)


def test_who_asks_for_nothing_kept_finds_no_rows(db) -> None:
    assert not User.objects.exists()
    assert not Cycle.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_with_real_transactions_it_is_made_anew(letter, rosa) -> None:
    assert len(MADE) == 2
    assert User.objects.get() == rosa
