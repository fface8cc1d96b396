"""./run bench casts: what the count of ballots cast costs while many vote at once. Ratios, in one run on one machine.

So many threads at a time put envelopes into a table and count them in the same transaction: nowhere, in one row, or in
one of 256 as `ballots/slots.py` does, with the guard that the product has on them. Each commit is made to take as long
as on a disk of five milliseconds: with one row each vote waits that long for the one before it.
"""

import os
import secrets
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

import django
import psycopg

THREADS, VOTES = 32, 25  # votes of each thread
COMMIT = 0.005  # seconds
WAYS = {"counted nowhere": 0, "in one row": 1, "in 256 slots": 256}


def seconds(address: str, slots: int) -> float:
    """For the votes of all threads, each with a connection of its own."""
    connections = [psycopg.connect(address, options="-c synchronous_commit=on") for _ in range(THREADS)]
    try:
        started = perf_counter()
        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(lambda connection: vote(connection, slots), connections))
        return perf_counter() - started
    finally:
        for connection in connections:
            connection.close()


def vote(connection: psycopg.Connection, slots: int) -> None:
    for _ in range(VOTES):
        with connection.transaction():
            connection.execute("INSERT INTO an_envelope VALUES (%s)", [bytes(1200)])
            if slots:
                slot = secrets.randbelow(slots)
                connection.execute("UPDATE ballots_castslot SET first = first + 1 WHERE slot = %s", [slot])
            connection.execute("SELECT pg_sleep(%s)", [COMMIT])


def main(address: str) -> None:
    cycle = Cycle.objects.create(slug="2027", title="2027")
    contest = Contest.objects.create(
        cycle=cycle, district=District.objects.create(slug="riverside", name="Riverside"), budget=1
    )
    lay(contest)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE TABLE an_envelope (sealed bytea)")
    took = {way: seconds(address, slots) for way, slots in WAYS.items()}
    least = took["counted nowhere"]
    for way, time in took.items():
        print(f"{way:>16}: {THREADS * VOTES / time:7,.0f} votes a second, {time / least:5.2f} times as long")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "budgeting.settings")
    django.setup()
    from django.db import connection

    from ballots.slots import lay
    from budgeting.models import Contest, Cycle, District
    from tests.databases import address_for_others

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        main(address_for_others())
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
