"""Each answer has a salt of its own, and the public ones are sealed once the committee has voted."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON committee_sealedanswers
    FOR EACH STATEMENT EXECUTE FUNCTION only_grows();
ALTER TABLE committee_sealedanswers ENABLE ALWAYS TRIGGER only_grows;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_only_grows"),
        ("committee", "0016_messages_stay"),
    ]

    operations = [
        migrations.AddField(
            model_name="answer",
            name="salt",
            field=models.BinaryField(default=b"", max_length=16),
        ),
        migrations.CreateModel(
            name="SealedAnswers",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("salt", models.BinaryField(max_length=16)),
                (
                    "digests",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), size=None),
                ),
                (
                    "motion",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sealed_answers",
                        to="committee.motion",
                    ),
                ),
            ],
            options={
                "verbose_name": "answers as sealed",
                "verbose_name_plural": "answers as sealed",
            },
        ),
        migrations.RunSQL(GUARDS, "DROP TRIGGER only_grows ON committee_sealedanswers"),
    ]
