"""The site as it would be if it looked before it leapt: for the negative control of test_one_envelope_per_resident.

Between look and leap it rests for a moment, so that on a slow machine too another vote comes in between; and no
admission holds its line until the ballot is in the box, which lets one vote of a resident wait for another.
"""

from budgeting.wsgi import application  # noqa: F401, I001  (sets Django up first)
from ballots import casting
from residents.admission import Admission

casting.INTO_THE_BOX = """
    WITH told (resident, contest, sealed, fingerprint) AS (VALUES (%s::bigint, %s::bigint, %s::bytea, %s)),
    again AS (
        UPDATE ballots_envelope SET sealed = told.sealed, fingerprint = told.fingerprint FROM told
        WHERE resident_id = told.resident AND contest_id = told.contest RETURNING 1
    )
    INSERT INTO ballots_envelope (resident_id, contest_id, sealed, fingerprint, channel)
    SELECT resident, contest, sealed, fingerprint, 'online' FROM told, (SELECT pg_sleep(1)) AS a_moment
    WHERE NOT EXISTS (SELECT FROM again) RETURNING false
"""
Admission.upheld = lambda self: self  # type: ignore[method-assign]
