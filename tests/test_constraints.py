"""What the database refuses, it refuses in words, and a value that is missing does not slip past it."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest
from django.db import connection, models
from django.db.models import BaseConstraint, CheckConstraint, F, Q, UniqueConstraint
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from budgeting.models import Contest, Phase
from tests.tables import our_models

CONSTRAINTS = [(model, constraint) for model in our_models() for constraint in model._meta.constraints]
CHECKS = [(model, constraint) for model, constraint in CONSTRAINTS if isinstance(constraint, CheckConstraint)]

TEXTS = ("", " ", "x", "2027", "EUR", "A" * 32, "box")
NUMBERS = (-1, 0, 1, 2, 200)
SAMPLES: dict[type[models.Field[Any, Any]], tuple[Any, ...]] = {
    models.BooleanField: (True, False),
    models.CharField: TEXTS,
    models.TextField: TEXTS,
    models.IntegerField: NUMBERS,
    models.FloatField: NUMBERS,
    models.FileField: TEXTS,
    models.BinaryField: (b"", b"x"),
    models.ForeignKey: (1, 2),
    models.JSONField: ("{}", "[]", "[1]", "5", "null"),
    models.DateField: (date(2027, 1, 4), date(2027, 2, 3)),
    models.DateTimeField: (datetime(2027, 1, 4, tzinfo=UTC), datetime(2027, 2, 3, tzinfo=UTC)),
}


def has_a_sentence(constraint: BaseConstraint) -> bool:
    """Does it say something of its own, in the reader's language?"""
    said = constraint.violation_error_message
    return said is not BaseConstraint.default_violation_error_message and isinstance(said, Promise) and bool(str(said))


def named(model: type[models.Model], constraint: CheckConstraint) -> list[models.Field[Any, Any]]:
    """The columns a check speaks of."""
    names = {name for name, *_ in model._get_expr_references(constraint.condition)}
    return [field for field in model._meta.concrete_fields if field.name in names]


def samples(field: models.Field[Any, Any]) -> list[Any]:
    """Values of a column worth trying: each choice, the usual ones of its kind, and NULL where it may be."""
    kind = next(kind for kind in type(field).__mro__ if kind in SAMPLES)
    choices = [value for value, _ in field.flatchoices]
    return [*choices, *SAMPLES[kind], *([None] if field.null else [])]


def answers(model: type[models.Model], constraint: CheckConstraint) -> Iterator[tuple[dict[str, Any], bool | None]]:
    """What PostgreSQL says of every combination of the values of the columns that a check names."""
    fields = named(model, constraint)
    rows = list(product(*map(samples, fields)))
    with connection.schema_editor(collect_sql=True) as editor:
        check = constraint._get_check_sql(model, editor).replace("%", "%%")
    row = ", ".join(f"%s::{field.db_type(connection)}" for field in fields)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join([f"({row})"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ({check}) FROM (VALUES {values}) AS sample({columns})", [v for row in rows for v in row]
        )
        for values_of_row, (answer,) in zip(rows, cursor.fetchall(), strict=True):
            yield dict(zip([field.name for field in fields], values_of_row, strict=True)), answer


def test_every_constraint_is_looked_at() -> None:
    rooms = {model._meta.app_label for model, _ in CONSTRAINTS}
    assert rooms == {"budgeting", "notices", "accounts", "residents", "proposals", "committee", "ballots", "results"}
    assert {type(constraint).__name__ for _, constraint in CONSTRAINTS} == {
        "CheckConstraint",
        "ExclusionConstraint",
        "UniqueConstraint",
    }


@pytest.mark.parametrize("constraint", [each for _, each in CONSTRAINTS], ids=lambda each: each.name)
def test_every_constraint_says_in_words_what_it_refuses(constraint: BaseConstraint) -> None:
    assert has_a_sentence(constraint)


def test_a_constraint_without_words_is_noticed() -> None:
    once = {"fields": ["cycle", "stage"], "name": "once"}
    assert not has_a_sentence(UniqueConstraint(**once))
    assert not has_a_sentence(UniqueConstraint(**once, violation_error_message="Only ever in English."))
    assert has_a_sentence(UniqueConstraint(**once, violation_error_message=gettext_lazy("It has its dates.")))


@pytest.mark.sampled(12)
@pytest.mark.parametrize(("model", "constraint"), CHECKS, ids=[each.name for _, each in CHECKS])
def test_a_check_knows_what_to_say_of_a_missing_value(
    db: None, model: type[models.Model], constraint: CheckConstraint
) -> None:
    """SQL lets pass what is neither true nor false."""
    assert [row for row, answer in answers(model, constraint) if answer is None] == []


@pytest.mark.parametrize(("model", "constraint"), CHECKS, ids=[each.name for _, each in CHECKS])
def test_a_check_lets_something_pass_and_something_not(
    db: None, model: type[models.Model], constraint: CheckConstraint
) -> None:
    assert {answer for _, answer in answers(model, constraint)} >= {True, False}


def test_a_check_that_a_missing_value_slips_past_is_noticed(db: None) -> None:
    """As the one on points once was."""
    careless = CheckConstraint(name="careless", condition=~Q(ballot_style="points") | Q(points__gt=0))
    unknown = [row for row, answer in answers(Contest, careless) if answer is None]
    assert unknown == [{"ballot_style": "points", "points": None}]
    backwards = CheckConstraint(name="backwards", condition=Q(opens__lt=F("closes")))
    assert {row["closes"] for row, answer in answers(Phase, backwards) if answer is None} == {None}


def test_the_database_has_no_check_that_no_model_speaks_of(db: None) -> None:
    """Else one would escape the tests above. Django's own, that a number is not negative, are true of a missing one."""
    tables = [model._meta.db_table for model in our_models()]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'c' AND conrelid::regclass::text = ANY(%s)",
            [tables],
        )
        found = dict(cursor.fetchall())
    assert len(found) > len(CHECKS)
    ours = {constraint.name for _, constraint in CHECKS}
    assert ours - found.keys() == set()
    of_django = re.compile(r"CHECK \(\(\w+ >= 0\)\)")
    assert {name: check for name, check in found.items() if name not in ours and not of_django.fullmatch(check)} == {}
