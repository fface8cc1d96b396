"""That somebody voted leaves the log: what it knew of running votes becomes counts, and days of participations.

The log kept that a line of the register voted, and when. What was replaced before it was on the board, nothing kept:
so the first batch from now on may list fewer envelopes as replaced than ballots were cast again.
"""

import secrets
from collections.abc import Iterable
from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import connection, migrations, models
from django.utils import timezone

LAY = """
    INSERT INTO ballots_castslot (contest_id, slot, first, repeated)
    SELECT %s, place - 1, begins.first, begins.repeated
    FROM unnest(%s::int[], %s::int[]) WITH ORDINALITY AS begins (first, repeated, place)
"""
# Lines that were joined are one person's; whose envelope was set aside has voted under the other line too.
COUNT = """
    WITH voted AS (
        SELECT (facts ->> 'resident')::bigint AS line FROM audit_auditevent
        WHERE action = 'voted' AND object = 'budgeting.contest:' || %(contest)s
    ), aside AS (
        SELECT ended_id AS line FROM ballots_setaside
        JOIN residents_joinedline ON residents_joinedline.id = joined_id WHERE contest_id = %(contest)s
    ), firsts AS (
        SELECT (SELECT count(DISTINCT COALESCE(stays_id, line)) FROM voted
                LEFT JOIN residents_joinedline ON ended_id = line WHERE line NOT IN (SELECT line FROM aside))
            + (SELECT count(*) FROM aside) AS number
    )
    UPDATE ballots_castslot SET
        first = first + number, repeated = repeated + (SELECT count(*) FROM voted) - number
    FROM firsts WHERE contest_id = %(contest)s AND slot = 0
"""
DAYS = """
    UPDATE ballots_participation SET day = (last AT TIME ZONE %(zone)s)::date FROM (
        SELECT object, COALESCE(stays_id, (facts ->> 'resident')::bigint) AS line, max(audit_auditevent.at) AS last
        FROM audit_auditevent LEFT JOIN residents_joinedline ON ended_id = (facts ->> 'resident')::bigint
        WHERE action = 'voted' GROUP BY 1, 2
    ) AS voted WHERE object = 'budgeting.contest:' || contest_id AND line = resident_id;
    UPDATE ballots_participation SET day = (now() AT TIME ZONE %(zone)s)::date WHERE day IS NULL
"""


def count_what_was_cast(apps: Any, editor: Any) -> None:
    """Slots for every contest with a paper, with what its log says in them; and what was replaced since a batch."""
    contests = apps.get_model("ballots", "BallotPaper").objects.values_list("contest", flat=True)
    with connection.cursor() as cursor:
        for contest in contests:
            cursor.execute(LAY, [contest, beginnings(), beginnings()])
            cursor.execute(COUNT, {"contest": contest})
        cursor.execute(DAYS, {"zone": str(timezone.get_default_timezone())})
    replaced, envelopes = apps.get_model("ballots", "ReplacedEnvelope"), apps.get_model("ballots", "Envelope")
    batches = apps.get_model("ballots", "BoardBatch").objects.order_by("contest", "number")
    for contest in set(batches.values_list("contest", flat=True)) - set(over(batches)):
        here = envelopes.objects.filter(contest=contest).values_list("fingerprint", flat=True)
        gone = in_force(batches.filter(contest=contest)) - set(here)
        replaced.objects.bulk_create(replaced(contest_id=contest, fingerprint=one) for one in gone)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for the end would keep the tables from new guards
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def beginnings() -> list[int]:
    """A number by chance for each slot; together they are nothing."""
    chance = [secrets.randbelow(1 << 20) for _ in range(256)]
    return [one - before for one, before in zip(chance, [chance[-1], *chance], strict=False)]


def over(batches: Any) -> Iterable[int]:
    return batches.filter(final=True).values_list("contest", flat=True)


def in_force(batches: Any) -> set[str]:
    found: set[str] = set()
    for batch in batches:
        found = (found - set(batch.replaced) - set(batch.set_aside)) | set(batch.added)
    return found


class Migration(migrations.Migration):
    dependencies = [
        ("ballots", "0020_nothing_hidden_on_a_paper"),
        ("audit", "0002_only_grows"),
        ("budgeting", "0020_a_committee_has_a_page"),
        ("residents", "0013_what_one_clerk_did_at_the_desk"),
    ]

    operations = [
        migrations.CreateModel(
            name="CastSlot",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "contest_id", "slot", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("slot", models.PositiveSmallIntegerField()),
                ("first", models.IntegerField()),
                ("repeated", models.IntegerField()),
                (
                    "contest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="budgeting.contest"
                    ),
                ),
            ],
            options={
                "verbose_name": "slot of the count of ballots cast",
                "verbose_name_plural": "slots of the count of ballots cast",
            },
        ),
        migrations.CreateModel(
            name="ReplacedEnvelope",
            fields=[
                ("fingerprint", models.CharField(max_length=32, primary_key=True, serialize=False)),
                (
                    "contest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_envelopes",
                        to="budgeting.contest",
                    ),
                ),
            ],
            options={
                "verbose_name": "replaced envelope",
                "verbose_name_plural": "replaced envelopes",
            },
        ),
        migrations.AddField(
            model_name="boardbatch",
            name="came_and_went",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=32), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="boardbatch",
            name="first",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="boardbatch",
            name="log_head",
            field=models.CharField(blank=True, max_length=90),
        ),
        migrations.AddField(
            model_name="boardbatch",
            name="repeated",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="boardbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("first", None), ("log_head", ""), ("repeated", None)),
                    models.Q(
                        ("first__isnull", False),
                        ("repeated__isnull", False),
                        models.Q(("log_head", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_batch_says_what_was_cast",
                violation_error_message=(
                    "A batch says how many ballots were cast first and again, and the head of the audit log."
                ),
            ),
        ),
        migrations.AddField(model_name="participation", name="day", field=models.DateField(null=True)),
        migrations.RunPython(count_what_was_cast, migrations.RunPython.noop),
    ]
