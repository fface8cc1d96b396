"""Which contests have been counted."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("budgeting", "0006_an_act_is_settled_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="Counted",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="counted")),
                (
                    "contest",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="counted", to="budgeting.contest"
                    ),
                ),
            ],
            options={
                "verbose_name": "counted contest",
                "verbose_name_plural": "counted contests",
            },
        ),
    ]
