"""./run bench register: importing a register of residents, against writing it a row at a time.

Both in one run on one machine, in a database of its own that is dropped again. The row-at-a-time way is what
`Resident.objects.update_or_create` in a loop costs, measured on a sample and scaled to the whole.
"""

import os
import sys
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from time import perf_counter

import django

from residents import register_import

LINES = 100_000
SAMPLE = 1_000


def a_register(lines: int) -> bytes:
    """A CSV of that many made-up residents, in clear."""
    rows = ["identifier;name;birth_date;address;postcode;town;district"]
    for number in range(lines):
        born = date(1940 + number % 68, 1 + number % 12, 1 + number % 28)
        rows.append(f"{10**10 + number * 97};Ada Maria Ó Name{number};{born};Quay {number};1000;Town;Riverside")
    return "\n".join(rows).encode()


def seconds_to_import(cycle: "Cycle", content: bytes) -> tuple[float, float]:
    """Of the preview and of the confirmation."""
    at, start = datetime.now(UTC), perf_counter()
    made = register_import.preview(cycle, BytesIO(content), by=None, at=at)
    previewed = perf_counter()
    register_import.confirm(made, by=None, at=at)
    return previewed - start, perf_counter() - previewed


def seconds_row_by_row(cycle: "Cycle", content: bytes) -> float:
    start = perf_counter()
    for entry in entries_of(cycle, opened(BytesIO(content)), years_alone=False):
        Resident.objects.update_or_create(
            cycle=cycle,
            identifier_digest=identifier_digest(cycle, entry.identifier),
            defaults={
                "district": entry.district,
                "person_digest": person_digest(cycle, entry.name, entry.born),
                "age_band": AgeBand.of(entry.age),
            },
        )
    return perf_counter() - start


def main() -> None:
    District.objects.create(slug="riverside", name="Riverside")
    one, other = (Cycle.objects.create(slug=slug, title=slug) for slug in ("2027", "2028"))
    for cycle in (one, other):
        cycle.phases.create(stage="proposing", opens=datetime(2026, 1, 1, tzinfo=UTC))
    content = a_register(LINES)
    for what in ("first import", "the same again"):
        previewed, confirmed = seconds_to_import(one, content)
        print(f"{LINES:,} lines, {what}: {previewed:.1f} s to preview, {confirmed:.1f} s to confirm")
        if what == "first import":
            first = previewed + confirmed
    slow = seconds_row_by_row(other, a_register(SAMPLE)) * LINES / SAMPLE
    print(f"a row at a time, scaled from {SAMPLE:,}: {slow:.0f} s; ratio {slow / first:.0f}")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "budgeting.settings")
    django.setup()
    from django.db import connection

    from budgeting.models import Cycle, District
    from residents.digests import identifier_digest, person_digest
    from residents.models import Resident
    from residents.models.register import AgeBand
    from residents.register_entries import entries_of
    from residents.register_file import opened

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        main()
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
