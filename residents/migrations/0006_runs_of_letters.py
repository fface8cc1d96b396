"""Letters belong to a run, which somebody posts; votes by letter alone are counted by it. A letter can be ended.
Codes that do not work are counted by network, for an hour.

Letters from before are one run of each cycle, of which nobody has said that it was posted.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

RUNS_FROM_BEFORE = """
INSERT INTO residents_letterrun (cycle_id, made_at)
SELECT cycle_id, min(made_at) FROM residents_lettercode JOIN residents_resident r ON r.id = resident_id GROUP BY cycle_id;
UPDATE residents_lettercode SET run_id = residents_letterrun.id
FROM residents_resident r JOIN residents_letterrun ON residents_letterrun.cycle_id = r.cycle_id WHERE r.id = resident_id;
SET CONSTRAINTS ALL IMMEDIATE;
"""


def account() -> models.ForeignKey:
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
    )


class Migration(migrations.Migration):
    dependencies = [
        ("budgeting", "0013_votes_by_letter"),
        ("residents", "0005_the_day_of_the_ages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LetterRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField(verbose_name="made")),
                ("posted_at", models.DateTimeField(null=True, verbose_name="posted")),
                (
                    "alone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="budgeting.oneisenough",
                    ),
                ),
                (
                    "cycle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="letter_runs", to="budgeting.cycle"
                    ),
                ),
                ("made_by", account()),
                ("posted_by", account()),
            ],
            options={
                "verbose_name": "run of letters",
                "verbose_name_plural": "runs of letters",
                "ordering": ("made_at", "pk"),
            },
        ),
        migrations.CreateModel(
            name="LetterVotes",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hour", models.DateTimeField()),
                ("network", models.BinaryField(max_length=32)),
                ("ballots", models.PositiveIntegerField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="votes", to="residents.letterrun"
                    ),
                ),
            ],
            options={"verbose_name": "votes by letter", "verbose_name_plural": "votes by letter"},
        ),
        migrations.CreateModel(
            name="WrongCodes",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("network", models.BinaryField(max_length=32, unique=True)),
                ("tries", models.PositiveIntegerField()),
                ("since", models.DateTimeField()),
            ],
            options={"verbose_name": "wrong codes", "verbose_name_plural": "wrong codes"},
        ),
        migrations.AddField(
            model_name="lettercode",
            name="run",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="codes",
                to="residents.letterrun",
            ),
        ),
        migrations.AddField(
            model_name="lettercode",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="ended"),
        ),
        migrations.RunSQL(RUNS_FROM_BEFORE, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="lettercode",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="codes", to="residents.letterrun"
            ),
        ),
        migrations.RemoveConstraint(model_name="lettercode", name="one_live_letter_code_per_resident"),
        migrations.AddConstraint(
            model_name="lettercode",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("used_at", None), ("voided_at", None)),
                fields=("resident",),
                name="one_live_letter_code_per_resident",
                violation_error_message="This resident has a letter whose code still works.",
            ),
        ),
        migrations.AddConstraint(
            model_name="letterrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("posted_at", None), ("posted_by", None)),
                    models.Q(("posted_at__isnull", False), ("posted_by__isnull", False)),
                    _connector="OR",
                ),
                name="whoever_posted_letters_says_so",
                violation_error_message="Whoever posted the letters says so.",
            ),
        ),
        migrations.AddConstraint(
            model_name="letterrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("made_by", None),
                    ("posted_by", None),
                    models.Q(("posted_by", models.F("made_by")), ("posted_by__isnull", False), _negated=True),
                    ("alone_by__isnull", False),
                    _connector="OR",
                ),
                name="nobody_posts_the_letters_they_made",
                violation_error_message="Another person says that they were posted.",
            ),
        ),
        migrations.AddConstraint(
            model_name="lettervotes",
            constraint=models.UniqueConstraint(
                fields=("run", "hour", "network"),
                name="votes_by_letter_are_counted_once",
                violation_error_message="These votes are counted in another row.",
            ),
        ),
    ]
