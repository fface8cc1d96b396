"""People whom a register writes down anew: one name and date of birth, and another identifier than before.

A file proposes them, and a clerk says whether they are the same people. Who is keeps the line of the register, which
takes the new identifier: so an account, a letter and a ballot stay where they are.
"""

from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lib.refusal import require
from residents.models import RegisterImport, StagedLine
from residents.register_file import RowError


def propose(made: RegisterImport) -> None:
    """Note on each staged line that has a new identifier which line of the register it seems to go on with.

    That is a line of the same name and date of birth that the file leaves out: the one on the register, or else the
    last that was taken off it. Where two could be meant, on either side, nothing is proposed.
    """
    _run(PROPOSE, made)


def proposed(made: RegisterImport) -> QuerySet[StagedLine]:
    """The staged lines that seem to go on with a line of the register, in the order of the file."""
    lines = made.staged.exclude(same_as=None).select_related("district", "same_as__district", "same_as__verification")
    return lines.order_by("line")


def check(made: RegisterImport, others: Collection[int] | None) -> None:
    """Raise Refused if nobody has said which of the proposed lines are `others`, that is, people new to the city."""
    said = others is not None or not made.staged.exclude(same_as=None).exists()
    require(said, _("Say first whether the people whose identifier seems corrected are the same people."))


def carry(made: RegisterImport, others: Collection[int]) -> int:
    """Give each line that goes on its new identifier. How many lines of the register there were."""
    return _run(CARRY, made, others=list(others))


def staying(made: RegisterImport, others: Collection[int] | None) -> int:
    """How many lines on the register go on under another identifier, and so are not gone; none if nobody has said."""
    if others is None:
        return 0
    return made.staged.filter(same_as__removed_at=None).exclude(same_as=None).exclude(line__in=others).count()


def follow_joined(made: RegisterImport) -> list[RowError]:
    """Read the identifier of a line that was joined with another as the other's, and take nobody twice."""
    with connection.cursor() as cursor:
        cursor.execute(BOTH_IN_THE_FILE, {"made": made.pk})
        faults = [
            RowError(line, "identifier", _("This line was joined with another of the file.")) for (line,) in cursor
        ]
    _run(FOLLOW_JOINED, made)
    return faults


def alike(made: RegisterImport) -> list[list[int]]:
    """The lines of the file, by number, that have one name and one date of birth, a list for each such person."""
    with connection.cursor() as cursor:
        cursor.execute(ALIKE, {"made": made.pk})
        return [lines for (lines,) in cursor.fetchall()]


def _run(sql: str, made: RegisterImport, **values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"made": made.pk, "cycle": made.cycle_id, **values})
        return int(cursor.rowcount)


PROPOSE = """
    WITH single AS (
        SELECT person_digest, min(line) AS line FROM residents_stagedline
        WHERE register_import_id = %(made)s GROUP BY person_digest HAVING count(*) = 1
    ), left_out AS (
        SELECT DISTINCT ON (person_digest) id, person_digest,
               count(*) FILTER (WHERE removed_at IS NULL) OVER (PARTITION BY person_digest) AS on_register
        FROM residents_resident r
        WHERE cycle_id = %(cycle)s AND NOT EXISTS (
            SELECT FROM residents_stagedline s
            WHERE s.register_import_id = %(made)s AND s.identifier_digest = r.identifier_digest
        ) AND NOT EXISTS (SELECT FROM residents_joinedline WHERE ended_id = r.id)
        ORDER BY person_digest, removed_at DESC NULLS FIRST, id DESC
    )
    UPDATE residents_stagedline s SET same_as_id = left_out.id
    FROM single JOIN left_out USING (person_digest)
    WHERE s.register_import_id = %(made)s AND s.line = single.line AND on_register <= 1 AND NOT EXISTS (
        SELECT FROM residents_resident r
        WHERE r.cycle_id = %(cycle)s AND r.identifier_digest = s.identifier_digest)
"""
# The first of several second names stays, to be read as the line's own, where the file has not that one too.
BOTH_IN_THE_FILE = """
    DELETE FROM residents_stagedline s USING residents_joinedline, residents_resident ended, residents_resident stays
    WHERE s.register_import_id = %(made)s AND ended.id = ended_id AND stays.id = stays_id
        AND s.identifier_digest = ended.identifier_digest AND EXISTS (
            SELECT FROM residents_stagedline other
            WHERE other.register_import_id = %(made)s AND (other.identifier_digest = stays.identifier_digest
                OR other.line < s.line AND other.identifier_digest <> s.identifier_digest
                    AND other.identifier_digest IN (
                        SELECT too.identifier_digest FROM residents_joinedline j JOIN residents_resident too
                        ON too.id = j.ended_id WHERE j.stays_id = stays.id)))
    RETURNING s.line
"""
FOLLOW_JOINED = """
    UPDATE residents_stagedline s SET identifier_digest = stays.identifier_digest
    FROM residents_joinedline, residents_resident ended, residents_resident stays
    WHERE s.register_import_id = %(made)s AND ended.id = ended_id AND stays.id = stays_id
        AND s.identifier_digest = ended.identifier_digest
"""
CARRY = """
    UPDATE residents_resident r SET identifier_digest = s.identifier_digest FROM residents_stagedline s
    WHERE s.register_import_id = %(made)s AND s.same_as_id = r.id AND s.person_digest = r.person_digest
        AND s.line <> ALL (%(others)s)
"""
ALIKE = """
    SELECT array_agg(line ORDER BY line) FROM residents_stagedline
    WHERE register_import_id = %(made)s GROUP BY person_digest HAVING count(*) > 1 ORDER BY min(line)
"""
