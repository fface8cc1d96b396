"""The register of residents: from a file to a preview, from a preview to the register.

Of the file only digests are kept, first in a staging table that is in no backup (unlogged), then in the register.
"""

from collections.abc import Collection, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import IO, Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acts import Done
from audit.models import AuditEvent
from budgeting import registry
from budgeting.models import Cycle
from budgeting.stages import Act
from budgeting.two import Two
from lib.names import FORM
from lib.refusal import allow
from residents import same_people
from residents.digests import identifier_digest, person_digest
from residents.models import RegisterImport, Resident, StandingRegister
from residents.models.register import AgeBand
from residents.register_entries import OLD, RegisterEntry, day_of_ages, entries_of
from residents.register_file import RegisterFileError, RowError, opened

MOST_FAULTS = 10_000
NAMED = 3  # other lines that have the same identifier


@transaction.atomic
def preview(
    cycle: Cycle, file: IO[bytes], *, by: User | None, at: datetime, years_alone: bool = False
) -> RegisterImport:
    """Stage a file as digests and say what confirming it would change. Replaces an import of the cycle that waits.

    `years_alone`: whether lines are taken of which the year of birth alone is known.
    Raises RegisterFileError, and stages nothing, if the file as a whole cannot be taken or the cycle's vote has closed;
    Refused if the register stands as it is.
    """
    if not cycle.allows(Act.IMPORT_REGISTER, at):
        raise RegisterFileError(_("The vote of this cycle has closed: its register no longer changes."))
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    allow(StandingRegister.why(cycle))
    for waiting in cycle.register_imports.waiting():
        drop(waiting, by=by, at=at)
    register = opened(file)
    made = RegisterImport.objects.create(cycle=cycle, by=by, at=at, ages_on=day_of_ages(cycle), name_form=FORM)
    made.columns, made.unread = register.columns, register.unread
    faults = _stage(made, entries_of(cycle, register, years_alone=years_alone))
    faults += same_people.follow_joined(made)
    faults += _take_out_duplicates(made)
    if len(faults) > MOST_FAULTS:
        raise RegisterFileError(_("More than %d lines cannot be taken: is this the right file?") % MOST_FAULTS)
    same_people.propose(made)
    made.rejected = [asdict(fault) for fault in sorted(faults, key=lambda fault: fault.line)]
    made.new, made.changed, made.unchanged, made.gone = _counts(made)
    made.save()
    counts = {"new": made.new, "changed": made.changed, "gone": made.gone, "rejected": len(made.rejected)}
    AuditEvent.append(Done.REGISTER_UPLOADED, by=by, on=made, **counts)
    return made


def _stage(made: RegisterImport, entries: Iterator[RegisterEntry | RowError]) -> list[RowError]:
    """Copy the digests of good lines into the staging table; return what is wrong with the others."""
    faults: list[RowError] = []
    columns = "register_import_id, line, district_id, identifier_digest, person_digest, age_band"
    with connection.cursor() as cursor, cursor.copy(f"COPY residents_stagedline ({columns}) FROM STDIN") as copy:
        for entry in entries:
            if isinstance(entry, RowError):
                faults.append(entry)
                if len(faults) > MOST_FAULTS:
                    break
                continue
            made.years_alone += isinstance(entry.born, int)
            made.very_old += entry.age > OLD
            digests = (
                identifier_digest(made.cycle, entry.identifier),
                person_digest(made.cycle, entry.name, entry.born),
            )
            copy.write_row((made.pk, entry.line, entry.district.pk, *digests, AgeBand.of(entry.age).value))
    with connection.cursor() as cursor:
        # Or the planner still takes it for empty, and joins a row at a time.
        cursor.execute("SELECT take_statistics('residents_stagedline')")
    return faults


def _take_out_duplicates(made: RegisterImport) -> list[RowError]:
    """Of lines with one identifier none is taken: nobody here can know which is right."""
    twice = _rows(
        """
        SELECT identifier_digest, array_agg(line ORDER BY line) FROM residents_stagedline
        WHERE register_import_id = %(made)s GROUP BY identifier_digest HAVING count(*) > 1
        """,
        made=made.pk,
    )
    made.staged.filter(identifier_digest__in=[digest for digest, _lines in twice]).delete()
    return [
        RowError(
            line,
            "identifier",
            _("The same identifier as on line %s.") % _others(lines, line),
        )
        for _digest, lines in twice
        for line in lines
    ]


def _others(lines: list[int], line: int) -> str:
    """The first few: a column that failed gives thousands of lines one identifier."""
    named = [str(other) for other in lines[: NAMED + 1] if other != line][:NAMED]
    return ", ".join([*named, *(["…"] if len(lines) - 1 > len(named) else [])])


def _counts(made: RegisterImport) -> tuple[int, int, int, int]:
    """New, changed, unchanged, gone."""
    [(new, changed, unchanged)] = _rows(
        """
        SELECT count(*) FILTER (WHERE r.id IS NULL),
               count(*) FILTER (WHERE r.id IS NOT NULL AND (r.removed_at IS NOT NULL OR
                   (r.district_id, r.person_digest, r.age_band) IS DISTINCT FROM
                   (s.district_id, s.person_digest, s.age_band))),
               count(*) FILTER (WHERE r.removed_at IS NULL AND
                   (r.district_id, r.person_digest, r.age_band) = (s.district_id, s.person_digest, s.age_band))
        FROM residents_stagedline s LEFT JOIN residents_resident r
             ON r.cycle_id = %(cycle)s AND r.identifier_digest = s.identifier_digest
        WHERE s.register_import_id = %(made)s
        """,
        made=made.pk,
        cycle=made.cycle_id,
    )
    kept = changed + unchanged
    back = _rows(
        """
        SELECT count(*) FROM residents_resident r JOIN residents_stagedline s USING (identifier_digest)
        WHERE r.cycle_id = %(cycle)s AND s.register_import_id = %(made)s AND r.removed_at IS NOT NULL
        """,
        made=made.pk,
        cycle=made.cycle_id,
    )[0][0]
    gone = Resident.objects.on_register(made.cycle).count() - (kept - back)
    return new, changed, unchanged, gone


@transaction.atomic
def confirm(
    made: RegisterImport,
    *,
    by: User | Two | None,
    at: datetime,
    nearly_everybody: bool = False,
    others: Collection[int] | None = None,
) -> None:
    """Make the register what the preview said, on record. Lines that are gone stay, marked as removed.

    Of the people who seem to be the same under another identifier, those on the lines `others` of the file are not:
    they become new lines, and the old ones are gone. The counts of the import become what was done.
    Raises RegisterFileError, and changes nothing, if it was confirmed or dropped meanwhile or its staged lines are
    lost; Refused if nearly everybody would be gone, unless `nearly_everybody` says that this is meant, if nobody has
    said who are `others` where somebody has to, and if one person does it while a paper is frozen.
    """
    made = RegisterImport.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=made.pk)
    if not isinstance(by, Two):
        allow(registry.why_not(registry.Deed.IMPORT_ALONE, made.cycle_id))
    check(made, at=at, nearly_everybody=nearly_everybody, others=others)
    made.carried = same_people.carry(made, others or ())
    made.new, made.changed, made.unchanged, made.gone = _counts(made)
    values: dict[str, Any] = {"made": made.pk, "cycle": made.cycle_id, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, values)
        cursor.execute(MARK_GONE, values)
    made.staged.all().delete()
    made.confirmed_at = at
    made.save(update_fields=["confirmed_at", "carried", "new", "changed", "unchanged", "gone"])
    facts: dict[str, Any] = {"new": made.new, "changed": made.changed, "unchanged": made.unchanged, "gone": made.gone}
    if made.carried or others:
        facts["same_people"], facts["other_people"] = made.carried, len(others or ())
    if made.ages_on:
        facts["ages_on"] = made.ages_on.isoformat()
    if made.years_alone:
        facts["years_alone"] = made.years_alone
    facts["rejected"] = len(made.rejected)
    if isinstance(by, Two):
        by.record(Done.REGISTER_IMPORTED, on=made, **facts)
    else:
        AuditEvent.append(Done.REGISTER_IMPORTED, by=by, on=made, **facts)


def check(made: RegisterImport, *, at: datetime, nearly_everybody: bool, others: Collection[int] | None) -> None:
    """Raise what `confirm` would raise, whoever confirms."""
    if not made.is_waiting or made.staged.count() != made.new + made.changed + made.unchanged:
        raise RegisterFileError(
            _("This preview no longer stands. The register was not changed: upload the file again.")
        )
    if not made.cycle.allows(Act.IMPORT_REGISTER, at):
        raise RegisterFileError(_("The vote of this cycle has closed: its register no longer changes."))
    allow(StandingRegister.why(made.cycle))
    same_people.check(made, others)
    if not nearly_everybody:
        allow(nearly_everybody_goes(made, others))


def nearly_everybody_goes(made: RegisterImport, others: Collection[int] | None = None) -> str:
    """What to ask first where nine of ten lines or more would be gone, since it is hardly the same register; or ""."""
    on_register = Resident.objects.on_register(made.cycle).count()
    gone = made.gone - same_people.staying(made, others)
    if not gone or gone * 10 < on_register * 9:
        return ""
    return _(
        "%(gone)d of the %(all)d residents on the register would be gone and could no longer vote: is this the right "
        "file, for the right cycle, with identifiers written as before?"
    ) % {"gone": gone, "all": on_register}


@transaction.atomic
def drop(made: RegisterImport, *, by: User | None, at: datetime) -> None:
    """Forget a preview, on record."""
    made.staged.all().delete()
    if RegisterImport.objects.waiting().filter(pk=made.pk).update(dropped_at=at):
        AuditEvent.append(Done.REGISTER_DROPPED, by=by, on=made)


UPSERT = """
    INSERT INTO residents_resident AS r (cycle_id, district_id, identifier_digest, person_digest, age_band)
    SELECT %(cycle)s, district_id, identifier_digest, person_digest, age_band
    FROM residents_stagedline WHERE register_import_id = %(made)s
    ON CONFLICT (cycle_id, identifier_digest) DO UPDATE
    SET district_id = excluded.district_id, person_digest = excluded.person_digest,
        age_band = excluded.age_band, removed_at = NULL
    WHERE r.removed_at IS NOT NULL OR (r.district_id, r.person_digest, r.age_band)
          IS DISTINCT FROM (excluded.district_id, excluded.person_digest, excluded.age_band)
"""
MARK_GONE = """
    UPDATE residents_resident r SET removed_at = %(at)s
    WHERE r.cycle_id = %(cycle)s AND r.removed_at IS NULL AND NOT EXISTS (
        SELECT FROM residents_stagedline s
        WHERE s.register_import_id = %(made)s AND s.identifier_digest = r.identifier_digest)
"""


def _rows(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
